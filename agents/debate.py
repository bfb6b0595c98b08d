"""What a juror does in a debate: it keeps its name, unless there is a new reason that can be checked."""

from collections.abc import Callable, Sequence

from cartjury.agents.composer import Composer
from cartjury.agents.plain_names import seeded
from cartjury.data.jury_records import Proposal, SegmentBrief
from cartjury.data.opinion import CRITERIA


def debated(
    composer: Composer,
    brief: SegmentBrief,
    own: str | None,
    before: Sequence[Proposal],
    refusal: Callable[[str], str | None],
) -> tuple[str, str] | None:
    """The name a juror has for a segment after hearing the others, and why it changed; None where none passes.

    Args:
        composer: the juror.
        brief: the segment.
        own: its name so far; None in the first round.
        before: proposals of all jurors in the rounds so far.
        refusal: why a name cannot be proposed now; None where it can.
    """
    lost = refusal(own) if own else None
    if own is None or lost:
        name = next((n for n in composer.names(brief) if not refusal(n)), None)
        return (name, f"Instead of {own}: {lost}" if lost else "") if name else None
    last = max(p.round for p in before)
    names = {p.name for p in before if p.segment_id == brief.id and p.round == last and not refusal(p.name)}
    points = {name: composer.reader.points(name, brief) for name in names | {own}}
    best = max(points, key=lambda n: (sum(points[n].values()), seeded(composer.seed, n)))
    mine, theirs = points[own], points[best]
    if sum(theirs.values()) - sum(mine.values()) < composer.taste.yields_at:
        return own, ""
    why = max(CRITERIA, key=lambda c: theirs[c] - mine[c])
    return best, (
        f"I give up {own}: {best} has {sum(theirs.values()):.0f} points to {sum(mine.values()):.0f}, "
        f"most of all for {why.replace('_', ' ').replace('mece', 'MECE')} ({theirs[why]:g} to {mine[why]:g})."
    )
