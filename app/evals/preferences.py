"""Blind pairs: a judge outside the jury compares the names that two arms gave to the same segments."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from cartjury.app.evals.naming_arm import KEPT_AS, Ran, Shelf, bill
from cartjury.data.eval_records import Arm, Figure, Row
from cartjury.data.outside_records import Asked, Preferred
from cartjury.data.seats import ARBITER
from cartjury.tools.evals.claim import JURY, SAME_COMPUTE
from cartjury.tools.evals.preference_scores import preference_figures, score_preferences

JUDGE: Final = "outside judge"
PAIRS: Final = (
    (JURY, SAME_COMPUTE),  # decides what may be claimed
    ("mixed", "one_call"),
    ("one_model", "best_x4"),
    ("mixed_debate", "mixed"),
)


class Compared(NamedTuple):
    """What came of the pairs: figures, rows, and what the judge took, where there was one."""

    figures: tuple[Figure, ...]
    rows: tuple[Row, ...]
    judges: tuple[Arm, ...]


def compare_arms(shelf: Shelf, ran: Mapping[str, Ran], tell: Callable[[str], None]) -> Compared:
    """Ask for every pair of PAIRS of which both arms were run; of the others say that they were not measured."""
    figures: list[Figure] = []
    rows: list[Row] = []
    heard: list[Preferred] = []
    for one, other in PAIRS:
        missing = [name for name in (one, other) if name not in ran]
        why = (
            f"{' and '.join(missing)} {'were' if len(missing) > 1 else 'was'} not run" if missing else shelf.no_arbiter
        )
        found = () if why else _pair(shelf, ran[one], ran[other], heard, tell)
        rows += found
        figures += preference_figures(one, other, found, seed=shelf.evaluating.seed, why=why)
    judges = (outside(JUDGE, "Judge of the blind pairs", heard, shelf),) if heard else ()
    return Compared(tuple(figures), tuple(rows), judges)


def _pair(shelf: Shelf, one: Ran, other: Ran, heard: list[Preferred], tell: Callable[[str], None]) -> tuple[Row, ...]:
    rows = []
    pair = f"{one.arm.name} against {other.arm.name}"
    for i, case in shelf.cases.items():
        tell(f"{pair}: {i}")
        place = shelf.place.of(f"{one.arm.name} against {other.arm.name}", i, KEPT_AS[ARBITER])
        shelf.purse.open(shelf.place.keep)
        found = shelf.evaluating.prefer_table(case, one.named[i].names, other.named[i].names, **place)
        shelf.purse.pay(found)
        heard.append(found)
        names = {"first": one.named[i].names, "second": other.named[i].names}
        rows.append(score_preferences(pair, i, found.preferences, names))
    return tuple(rows)


def outside(name: str, title: str, heard: Sequence[Asked], shelf: Shelf) -> Arm:
    """Somebody who reads names and has no part in a jury, with what was asked of it over all arms."""
    return Arm(name=name, title=title, source="recorded" if shelf.place.recorded else "live", **bill(heard))
