"""What changed since a revision: what was done on the way, how plans and rules differ, who moved."""

from collections.abc import Callable

from cartjury.data.errors import EditError
from cartjury.data.revision_records import History, Revision, Standing
from cartjury.tools.answers.history import lineage, made, what
from cartjury.tools.answers.plan_difference import difference
from cartjury.tools.engine.carts import Carts
from cartjury.tools.figures import change
from cartjury.tools.markdown import listed
from cartjury.tools.migration import moves
from cartjury.tools.movement import movement


def what_changed(
    since: int | None,
    standing: Standing,
    history: History,
    carts: Carts,
    standing_at: Callable[[Revision], Standing],
) -> str:
    """Say what changed since a revision; see `answer`."""
    current = history.current
    base = _base(since, history)
    if base is None:
        return f"Revision {current.number} is the first one: nothing has changed yet."
    if base.number == current.number:
        return f"Revision {current.number} is the current one: nothing has changed since."
    before = standing_at(base)
    moved = moves(carts._replace(universe=before.universe), before.plan, carts, standing.plan)
    changed = difference(before.plan, standing.plan)
    return "\n\n".join(
        [
            _way(base, history),
            listed([_totals(before, standing), *changed]),
            movement(moved, done=True),
        ]
    )


def _base(since: int | None, history: History) -> Revision | None:
    number = history.current.parent if since is None else since
    if number is None:
        return None
    try:
        return history.revision(number)
    except KeyError:
        known = ", ".join(str(r.number) for r in history.revisions)
        raise EditError(f"there is no revision {number}; there are {known}") from None


def _way(base: Revision, history: History) -> str:
    """The revisions after the base, oldest first; a base on another branch has none."""
    line = lineage(history)
    numbers = [r.number for r in line]
    current = history.current.number
    if base.number not in numbers:
        return f"Revision {current} was not made from revision {base.number}; this is how the two differ."
    between = reversed(line[: numbers.index(base.number)])
    steps = listed([f"Revision {r.number}, {made(r)}: {what(r)}" for r in between])
    return f"From revision {base.number} to revision {current}:\n\n{steps}"


def _totals(before: Standing, after: Standing) -> str:
    segments = change(*(f"{len(s.scores):,}" for s in (before, after)))
    users = change(*(f"{s.universe.size:,}" for s in (before, after)))
    return f"Segments with users: {segments}; users: {users}"
