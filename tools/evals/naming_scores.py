"""What the names of one table score, without any judge: are they true, distinct, sound, short, and found again?

case, names -> what is counted of them (sums, so that tables can be added up) -> Row
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from cartjury.data.call_records import CONTENT_FAULTS, Attempt
from cartjury.data.eval_records import NamingCase, Row
from cartjury.data.jury_records import SegmentBrief
from cartjury.data.lexicon import lexicon
from cartjury.data.reading import pieces
from cartjury.tools.evals.likeness import likeness
from cartjury.tools.evals.reader import Absent, Chose, Reader
from cartjury.tools.evals.round_trip import RoundTrip, Showing, heard, round_trip, shown
from cartjury.tools.naming import check_name, untrue_words

_HEARD: Final = frozenset(("answered", *CONTENT_FAULTS))  # outcomes of a request that brought an answer

Scores = dict[str, float | None]


def score_names(
    arm: str,
    case: NamingCase,
    names: Mapping[str, str],
    readers: Sequence[Reader | Chose | Absent],
    *,
    seed: int,
    attempts: Iterable[Attempt] | None = None,
) -> Row:
    """Score the names that an arm gave to a table.

    Args:
        arm: who gave them.
        case: the table.
        names: by segment; a segment may be missing, then it counts as one that failed.
        readers: of the round trip.
        seed: of the orders that they are shown.
        attempts: the requests to models that were made for the names; None or empty: none are on record.

    Returns:
        Scores are sums over the table, to be divided by `segments` or `named`; see `counted` and `likeness`. Of each
        reader `top1:NAME` and `matched:NAME`, credits that add up to at most `segments`. The detail has the names, the
        faults that were found, and all that a reader said, by segment.

    Raises:
        ValueError: a name of a segment that the table does not have.
    """
    strange = set(names) - {b.id for b in case.briefs}
    if strange:
        raise ValueError(f"{case.id} has no segment {min(strange)}")
    untrue, refused = _faults(case.briefs, names)
    accepted, asked = first_try(attempts or ())
    showing = shown(case, names, seed)
    trips = {r.name: _trip(showing, r) for r in readers}
    scores: Scores = {
        "segments": len(case.briefs),
        **counted(names, untrue, refused),
        **likeness(names),
        "first_try_accepted": accepted if asked else None,
        "first_try_asked": asked or None,
    }
    for reader, trip in trips.items():
        scores[f"top1:{reader}"] = None if isinstance(trip, Absent) else sum(trip.top1.values())
        scores[f"matched:{reader}"] = None if isinstance(trip, Absent) else sum(trip.matched.values())
    detail = {"names": dict(names), "untrue": untrue, "refused": refused, "seed": seed}
    told = {r.name: {"label": r.label, **_told(trips[r.name])} for r in readers}
    return Row(arm=arm, case=case.id, group=case.id, scores=scores, detail={**detail, "readers": told})


def counted(
    names: Mapping[str, str], untrue: Mapping[str, Sequence[str]], refused: Mapping[str, Sequence[str]]
) -> Scores:
    """Count names and what is wrong with them.

    Args:
        names: by segment.
        untrue: words of a name that its rule does not bear out, by segment.
        refused: why a name must not be given, by segment.

    Returns:
        contradictions: untrue words; truthful: names without one; checked: names that may be given; characters and
        words: of all names together, and of the longest.
    """
    words = [sum(len(pieces(token)) for token in name.split("_")) for name in names.values()]
    return {
        "named": len(names),
        "contradictions": sum(map(len, untrue.values())),
        "truthful": len(names) - len(untrue),
        "checked": len(names) - len(refused),
        "characters": sum(map(len, names.values())),
        "characters_most": max(map(len, names.values()), default=0),
        "words": sum(words),
        "words_most": max(words, default=0),
    }


def first_try(attempts: Iterable[Attempt]) -> tuple[int, int]:
    """Count how many names models got accepted at the first try.

    The first try of a question is the first answer that came to it, before any fault was quoted; a request that
    brought no answer (a rate limit, a timeout) is none. Names of a debate are not counted: they are second ones.

    Returns:
        (names that were accepted at the first try, names that were asked for).
    """
    first: dict[tuple[str, int], Attempt] = {}
    for attempt in sorted(attempts, key=lambda a: a.key):
        if attempt.stage == "proposal" and attempt.round == 0 and attempt.outcome in _HEARD:
            first.setdefault((attempt.persona, attempt.part), attempt)
    tries = [a for a in first.values() if not a.repair]
    return sum(len(a.parsed or ()) for a in tries), sum(len(a.segment_ids) for a in tries)


def _faults(
    briefs: Sequence[SegmentBrief], names: Mapping[str, str]
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """What is untrue, and why a name must not be given, of the segments where there is anything."""
    untrue, refused = {}, {}
    for brief in (b for b in briefs if b.id in names):
        others = [name for i, name in names.items() if i != brief.id]
        untrue[brief.id] = untrue_words(names[brief.id], brief, lexicon())
        refused[brief.id] = check_name(names[brief.id], brief, others, lexicon())
    return {i: why for i, why in untrue.items() if why}, {i: why for i, why in refused.items() if why}


def _trip(showing: Showing, reader: Reader | Chose | Absent) -> RoundTrip | Absent:
    if isinstance(reader, Absent):
        return reader
    return heard(showing, reader) if isinstance(reader, Chose) else round_trip(showing, reader)


def _told(trip: RoundTrip | Absent) -> dict[str, Any]:
    return {"why": trip.why} if isinstance(trip, Absent) else trip._asdict()
