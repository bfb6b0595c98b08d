"""The health of a jury, from the records of any runs: agreement, independence, steadiness, fairness, silence, debate.

Sittings -> Figures. Health is not quality: a jury may agree on poor names. Targets are where the field has found juries
to be sound; they are no promise about names.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, TypeVar

from cartjury.data.eval_records import Figure, Target
from cartjury.data.jury_records import PERSONAS, Proposal
from cartjury.tools.evals import agreement, wins
from cartjury.tools.evals.debates import debated, debates
from cartjury.tools.evals.flips import order_flips, rerun_changes
from cartjury.tools.evals.intervals import RESAMPLES, Interval, clustered, over_segments
from cartjury.tools.evals.silence import CLASSES, abstentions
from cartjury.tools.evals.sitting import Sitting, model_of

T = TypeVar("T")

ALPHA: Final = "agreement of the jurors (Krippendorff's alpha)"
RHO: Final = "correlation between two jurors"
VOTES: Final = "effective number of votes"
ORDER: Final = "judgements that change with the order of the names"
RERUN: Final = "names that change when the jury is asked again"
LENGTH: Final = "correlation of a name's length with winning"
WIN: Final = "win share"
EXPECTED: Final = "win share by chance"
SILENT: Final = "abstentions"
CHANGED: Final = "debates that changed the name"
BETTER: Final = "changed names that are better by the rules of names"
WORSE: Final = "changed names that are worse by the rules of names"

NO_BALLOTS: Final = "no two jurors ranked the same names"
NOT_ALL: Final = "not every two jurors ranked the same two names somewhere"
NO_MODEL: Final = "no model judged names in both orders; the offline rubric does not see an order"
ONCE: Final = "no two different sittings on the same rules, with the same preset and effort"
NO_CONTEST: Final = "no verdict on names of different lengths"
NO_VERDICT: Final = "no verdict on a name that a juror proposed"
NO_DEBATE: Final = "nothing was debated"
UNCERTAIN: Final = "the record does not tell what the first round would have decided"
NO_CHANGE: Final = "no debate changed a name"


def health(sittings: Sequence[Sitting], *, intervals: bool = True, resamples: int = RESAMPLES) -> tuple[Figure, ...]:
    """Return the figures of the health of a jury.

    Args:
        sittings: of one kind of jury; figures over different ones mean little.
        intervals: whether to make them; without, scipy is not loaded.
        resamples: draws of a bootstrap.

    Returns:
        Figures whose names stay the same from run to run; those that the records do not give say why.
    """
    draw: Draw = partial(over_segments, resamples=resamples) if intervals else _no_draw
    share: Share = partial(clustered, resamples=resamples) if intervals else _no_draw
    return (
        *_agreement(sittings, draw),
        *_steadiness(sittings, share),
        *_fairness(sittings, draw),
        *_silence(sittings),
        *_debates(sittings, share),
    )


Draw = Callable[..., Interval]
Share = Callable[[Sequence[Sequence[bool]]], Interval]


def _agreement(sittings: Sequence[Sitting], draw: Draw) -> Iterator[Figure]:
    rows = agreement.rank_rows(sittings)
    pairs = [agreement.likeness(r) for r in rows]
    n = agreement.comparisons(pairs)
    yield _mean(ALPHA, rows, agreement.alpha, draw, n=agreement.compared(rows), why=NO_BALLOTS)
    yield _mean(RHO, pairs, agreement.mean_rho, draw, n=n, why=NOT_ALL)
    yield _mean(VOTES, pairs, agreement.effective_votes, draw, n=n, why=NOT_ALL)


def _steadiness(sittings: Sequence[Sitting], share: Share) -> Iterator[Figure]:
    flips = [flips for sitting in sittings for flips in order_flips(sitting)]
    yield _share(ORDER, flips, share, Target(op="<=", value=0.15), NO_MODEL)
    yield _share(RERUN, rerun_changes(sittings), share, Target(op="<=", value=0.10), ONCE)


def _fairness(sittings: Sequence[Sitting], draw: Draw) -> Iterator[Figure]:
    held = wins.contests(sittings)
    yield _mean(LENGTH, held, wins.length_correlation, draw, n=sum(len(c.names) for c in held), why=NO_CONTEST)
    most = Target(op="<=", value=0.5)
    for persona in PERSONAS:
        yield from _won(held, lambda p: p.persona, persona, persona.replace("_", " "), draw, most)
    for model in sorted({model_of(p) for c in held for proposals in c.names.values() for p in proposals}):
        yield from _won(held, model_of, model, model, draw, None)


def _won(
    held: Sequence[wins.Contest],
    who: Callable[[Proposal], str],
    whose: str,
    words: str,
    draw: Draw,
    target: Target | None,
) -> Iterator[Figure]:
    def won(some: Sequence[wins.Contest]) -> float | None:
        return wins.win_share(some, who, whose)

    found = _mean(f"{WIN}: {words}", held, won, draw, n=len(held), why=NO_VERDICT)
    yield found.model_copy(update={"unit": "share", "target": target})
    chance = wins.expected_share(held, who, whose)
    why = "" if held else NO_VERDICT
    yield Figure(name=f"{EXPECTED}: {words}", value=chance, unit="share", n=len(held), why=why)


def _silence(sittings: Sequence[Sitting]) -> Iterator[Figure]:
    found = abstentions(sittings)
    for reason in CLASSES:
        yield Figure(name=f"{SILENT}: {reason}", value=found[reason], unit="count", n=found.total(), better="lower")


def _debates(sittings: Sequence[Sitting], share: Share) -> Iterator[Figure]:
    held = debates(sittings)
    changed = [d for d in held if d.outcome != "kept"]
    none = UNCERTAIN if debated(sittings) else NO_DEBATE
    yield _share(CHANGED, [[d.outcome != "kept"] for d in held], share, None, none).model_copy(update={"better": None})
    why = NO_CHANGE if held else none
    better = _share(BETTER, [[d.outcome == "better"] for d in changed], share, Target(op=">=", value=0.6), why)
    yield better.model_copy(update={"better": "higher"})
    yield _share(WORSE, [[d.outcome == "worse"] for d in changed], share, None, why)


def _share(name: str, clusters: Sequence[Sequence[bool]], share: Share, target: Target | None, why: str) -> Figure:
    hits = [hit for cluster in clusters for hit in cluster]
    if not hits:
        return Figure(name=name, value=None, target=target, better="lower", why=why)
    low, high, method = share(clusters)
    value = sum(hits) / len(hits)
    return Figure(name=name, value=value, n=len(hits), low=low, high=high, method=method, target=target, better="lower")


def _mean(
    name: str, parts: Sequence[T], statistic: Callable[[Sequence[T]], float | None], draw: Draw, *, n: int, why: str
) -> Figure:
    value = statistic(parts)
    if value is None:
        return Figure(name=name, value=None, unit="mean", why=why)
    low, high, method = draw(parts, statistic)
    return Figure(name=name, value=value, unit="mean", n=n, low=low, high=high, method=method)


def _no_draw(*_: object) -> Interval:
    return Interval()
