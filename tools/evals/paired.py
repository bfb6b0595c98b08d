"""Whether yesterday's names were better: the same tables named then and now, table by table.

Both evaluations named the same tables, so what is compared is each table with itself. That tells much smaller changes
apart than two intervals that may overlap. Names of models differ from run to run without any change: an evaluation of
an unchanged prompt says how much.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from cartjury.data.eval_records import Figure, Row
from cartjury.tools.evals.naming_figures import compare, metrics_of

KEYS: Final = ("checks", "truthful", "first_try", "distinct")
TRIPS: Final = ("top1", "matched")
SINCE: Final = "since the baseline"


def paired(now: Sequence[Row], then: Sequence[Row], *, seed: int) -> tuple[Figure, ...]:
    """Say what changed in each arm, over the tables that were named both times.

    Args:
        now: rows of the naming evaluation.
        then: rows of the earlier one.
        seed: of the resampling.

    Returns:
        For each arm that both have the share of names that changed, and of what is measured both times the difference,
        now less then.
    """
    arms = dict.fromkeys(row.arm for row in now if "names" in row.detail)
    return tuple(
        figure
        for arm in arms
        for figure in _changes([r for r in now if r.arm == arm], [r for r in then if r.arm == arm], seed)
    )


def _changes(now: Sequence[Row], then: Sequence[Row], seed: int) -> Iterator[Figure]:
    earlier = {row.case: row.detail["names"] for row in then}
    pairs = [
        (name, earlier[row.case].get(i))
        for row in now
        if row.case in earlier
        for i, name in row.detail["names"].items()
    ]
    if not pairs:
        return
    arm = now[0].arm
    changed = sum(new != old for new, old in pairs)
    yield Figure(name=f"{arm}: names that changed {SINCE}", value=changed / len(pairs), n=len(pairs))
    if not changed:
        return
    readers = [key for key in metrics_of(now) if key.partition(":")[0] in TRIPS and key in metrics_of(then)]
    for key in (*KEYS, *readers):
        found = compare(now, then, key, seed=seed)
        if found.value is not None:
            yield found.model_copy(update={"name": f"{found.name.partition(': ' + arm)[0]}: {arm}, {SINCE}"})


def worse(figure: Figure) -> bool:
    """Whether a difference is for the worse beyond chance: its whole interval is."""
    if figure.low is None or figure.high is None:
        return False
    return (figure.better == "higher" and figure.high < 0) or (figure.better == "lower" and figure.low > 0)
