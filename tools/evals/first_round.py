"""What a jury would have decided had it not debated: the first round decided again, from what is on record.

proposals and ballots of round 0, the judges' answers in it -> tools/vote.decide -> name by segment, where it is certain
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from cartjury.data.jury_records import SegmentBrief, Verdict
from cartjury.data.lexicon import lexicon
from cartjury.data.opinion import Opinion
from cartjury.tools.evals.flips import choice_of
from cartjury.tools.evals.sitting import Sitting
from cartjury.tools.naming import check_name
from cartjury.tools.vote import decide

_ORDERS: Final = ("forward", "reverse")


def first_names(sitting: Sitting) -> dict[str, str]:
    """Return the name that each segment would have had after the first round.

    The points of the offline rubric are not on record for that round, and points decide between names that are equal
    in judge's choice, first places and Borda. Such segments are left out. Points also decide who gets a name that two
    segments want, and then what those get that share a name with them; all of these are left out, too.

    Returns:
        Name by segment id, of those that are certain.
    """
    opinions = {o.segment_id: o for o in _opinions(sitting)}
    alone = [v for brief in sitting.briefs for v in _alone(sitting, brief, opinions.get(brief.id))]
    found: dict[str, str] = {}
    for group in _sharing(alone):
        certain = all(_certain(v, opinions.get(v.segment_id)) for v in group)
        if certain and len({_plain(v.name) for v in group}) == len(group):
            found |= {v.segment_id: v.name for v in group}
    return found


def _alone(sitting: Sitting, brief: SegmentBrief, opinion: Opinion | None) -> list[Verdict]:
    """The first round's verdict on a segment, as if there were no other; none where no name may be given."""
    asked = {b.id for b in sitting.briefs}
    return decide(
        [brief],
        [p for p in sitting.jury.proposals if p.round == 0],
        [b for b in sitting.jury.ballots if b.round == 0],
        [opinion] if opinion else [],
        partial(check_name, lexicon=lexicon()),
        seed=sitting.seed or 0,
        taken=[name for i, name in sitting.names.items() if i not in asked],
    )


def _sharing(verdicts: Iterable[Verdict]) -> list[list[Verdict]]:
    """Put verdicts together that have a name on their ballots in common, directly or through others."""
    groups: list[tuple[set[str], list[Verdict]]] = []
    for verdict in verdicts:
        names, members = set(map(_plain, verdict.borda)), [verdict]
        apart = []
        for group in groups:
            if group[0] & names:
                names |= group[0]
                members += group[1]
            else:
                apart.append(group)
        groups = [*apart, (names, members)]
    return [members for _, members in groups]


def _plain(name: str) -> str:
    return name.replace("_", "").casefold()


def _certain(verdict: Verdict, opinion: Opinion | None) -> bool:
    """Whether the votes, or the judge, put one name before all others."""
    choice = opinion.settles if opinion else ""
    standing = [(n == choice, verdict.first_places[n], verdict.borda[n]) for n in verdict.first_places]
    return standing.count(max(standing)) == 1


def _opinions(sitting: Sitting) -> list[Opinion]:
    """What the judges thought in the first round, put together as the jury does it (agents/presiding.py)."""
    said: dict[str, dict[str, dict[str, str]]] = {}
    for attempt in sitting.attempts:
        if (attempt.stage, attempt.round) == ("verdict", 0):
            for segment_id, value in (attempt.parsed or {}).items():
                seats = said.setdefault(segment_id, {})
                seats.setdefault(attempt.persona, {})[attempt.order] = choice_of(value)
    return [_opinion(segment_id, list(seats.values())) for segment_id, seats in said.items()]


def _opinion(segment_id: str, judges: Sequence[Mapping[str, str]]) -> Opinion:
    choices = [next(judge[o] for o in _ORDERS if o in judge) for judge in judges]
    undecided = any(len(set(judge.values())) > 1 for judge in judges) or len(set(choices)) > 1
    heard_out = len(judges) > 1 or len(judges[0]) == len(_ORDERS)
    return Opinion(segment_id=segment_id, model="on record", choice=choices[0], binding=heard_out, flipped=undecided)
