"""Who changes the segment, in words."""

from collections.abc import Iterator, Sequence
from typing import Final

from cartjury.data.revision_records import Move
from cartjury.tools.figures import count, users_said
from cartjury.tools.markdown import listed

PAIRS: Final = 12
_DONE: Final = {"would move": "moved", "would come in": "came in", "would no longer be in": "are no longer in"}


def movement(moves: Sequence[Move], *, done: bool = False) -> str:
    """Say who changes the segment, the largest groups first.

    Args:
        moves: all pairs, those who stay too.
        done: whether that has happened already.
    """
    going = sorted((m for m in moves if m.source != m.target), key=lambda m: -m.users)
    staying = sum(m.users for m in moves if m.source == m.target)
    if not going:
        return f"No user {_verb('would move', done=done)}."
    lines = [f"{_way(m)}: {count(m.users)}" for m in going[:PAIRS]]
    rest = going[PAIRS:]
    if rest:
        lines.append(f"{len(rest)} more way{'s' * (len(rest) != 1)}: {count(sum(m.users for m in rest))} together")
    stay = "stayed where they were" if done else "stay where they are"
    return f"{', '.join(_going(going, done=done))}, {count(staying)} {stay}:\n\n{listed(lines)}"


def _verb(would: str, *, done: bool) -> str:
    return _DONE[would] if done else would


def _going(going: Sequence[Move], *, done: bool) -> Iterator[str]:
    """Tell those who move from those who come in or go out with another window or filter."""
    within = sum(m.users for m in going if m.source and m.target)
    new, out = sum(m.users for m in going if not m.source), sum(m.users for m in going if not m.target)
    if within:
        yield f"{users_said(within)} {_verb('would move', done=done)}"
    if new:
        yield f"{count(new)} new user{'s' * (new != 1)} {_verb('would come in', done=done)}"
    if out:
        yield f"{users_said(out)} {_verb('would no longer be in', done=done)}"


def _way(move: Move) -> str:
    """Say where users come from and go to; with another window or filter some come in, and some are no longer in."""
    return f"{move.source} → {move.target or 'users outside'}" if move.source else f"new users in {move.target}"
