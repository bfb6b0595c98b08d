"""Edits of the universe, the sizes and what segments are worth."""

import math
from collections.abc import Mapping
from typing import Final

from cartjury.data.edit_records import Edit, Merge, SetFilter, SetPriorities, SetSizes, SetWeights, SetWindow
from cartjury.data.records import Comparison, Dimension
from cartjury.data.run_records import METRICS
from cartjury.tools.understand.build_segments import Builder, Built
from cartjury.tools.understand.conditions import Op, complement
from cartjury.tools.understand.match import Caught
from cartjury.tools.understand.trouble import Trouble, impossible
from cartjury.tools.understand.view import View

LONGEST_WINDOW: Final = 3650
MISSING: Final = (
    "A missing value cannot be filtered: who never ordered has no value there. Any condition on "
    "days_since_last_order, such as 'at most 365', keeps only users who have one."
)


def _window(caught: Caught, view: View) -> Built:
    now = view.scene.plan.window_days
    if caught.get("old", now) not in {now, now / 7}:  # two weeks instead of one
        return Trouble(f"The window has {now} days now, not {caught['old']}. How many shall it have?")
    return _days(caught.get("days", caught.get("n", 0)))


def _days(days: int) -> Built:
    if not 0 <= days <= LONGEST_WINDOW:
        return impossible(f"A window has 0 to {LONGEST_WINDOW} days, not {days:,}.")
    return (SetWindow(days=days),)


def _min_size(caught: Caught, view: View) -> Built:
    now = view.scene.plan.size_policy.min_size
    if caught.get("old", now) != now:
        return Trouble(f"The minimum is {now:,} users now, not {caught['old']:,}. How many shall it be?")
    return sizes(caught["n"], None, view)


def _max_size(caught: Caught, view: View) -> Built:
    now = view.scene.plan.size_policy.max_size
    if caught.get("old", now) != now:
        said = f"The maximum is {now:,} users now" if now else "There is no maximum now"
        return Trouble(f"{said}, not {caught['old']:,}. How many shall it be?")
    return sizes(None, caught["n"], view)


def _both_sizes(caught: Caught, view: View) -> Built:
    return sizes(caught["n"], caught["m"], view)


def sizes(least: int | None, most: int | None, view: View) -> Built:
    """Limits that can hold together, with those there are."""
    if least == 0 or most == 0:
        return impossible("A segment has at least one user, so a limit of 0 means nothing.")
    policy = view.scene.plan.size_policy
    low = policy.min_size if least is None else least
    high = policy.max_size if most is None else most
    if high is not None and low > high:
        return impossible(f"The minimum of {low:,} users would be more than the maximum of {high:,}; change both.")
    return (SetSizes(min_size=least, max_size=most),)


def _merge_small(caught: Caught, view: View) -> Built:
    """Merge everything below 800 users: these segments with each other, or each with its neighbour?"""
    least = caught["n"]
    small = tuple(sorted(i.id for i in view.lines if i.rank is not None and (i.users or 0) < least))
    policy = sizes(least, None, view)
    if isinstance(policy, Trouble) or view.stale:
        return policy if isinstance(policy, Trouble) else Trouble("Which segments are that by then? Name them.")
    together: tuple[tuple[Edit, ...], ...] = ((Merge(segments=small),),) if len(small) > 1 else ()
    question = "Shall every small segment be merged with its nearest neighbour, or shall these become one?"
    return Trouble(question, options=(policy, *together))


def _filter(caught: Caught, _: View) -> Built:
    return (SetFilter(conditions=caught["conds"]),)


def _filter_not(caught: Caught, _: View) -> Built:
    found = complement(caught["conds"])
    return found if isinstance(found, Trouble) else (SetFilter(conditions=found),)


def _filter_which(caught: Caught, _: View) -> Built:
    """To filter users may be to keep them or to leave them out."""
    kept, left = SetFilter(conditions=caught["conds"]), complement(caught["conds"])
    options = ((kept,), *(() if isinstance(left, Trouble) else ((SetFilter(conditions=left),),)))
    return Trouble("Shall these users be kept, or left out?", options=options)


def _filter_new(caught: Caught, _: View) -> Built:
    return (SetFilter(conditions=caught["conds"], mode="replace"),)


def _filter_level(caught: Caught, _: View) -> Built:
    """Users of one level, offered by its bounds: a filter outlives the cuts of the dimension."""
    dimension, name = caught["edge"]
    level = next(i for i in dimension.levels if i.name == name)
    bounds: tuple[tuple[Op, float | None], ...] = ((">=", level.lower), ("<", level.upper))
    found = tuple(Comparison(column=dimension.column, op=op, value=v) for op, v in bounds if v is not None)
    if not found:
        return impossible("A missing value passes no filter.")
    said = " and ".join(f"{c.op} {c.value:g}" for c in found)
    return Trouble(
        f"Only users with {dimension.name} {said}, where {name} is now?", options=((SetFilter(conditions=found),),)
    )


def _weights(caught: Caught, _: View) -> Built:
    found = caught.get("weights", caught.get("put_weights"))
    if not found:
        return Trouble("Which component shall have which weight?")
    if len(found) == len(METRICS) and abs(sum(found.values()) - 1) > 1e-9:
        return impossible(f"All five weights add up to {sum(found.values()):.0%}, not to 100 %.")
    return (SetWeights(weights=found),)


def _weight_times(caught: Caught, view: View) -> Built:
    """Twice the present weight; the others shrink as with any weight that is set."""
    metric = caught["metric"]
    wanted = round(getattr(view.scene.plan.weights, metric) * caught["by"], 9)
    if view.stale or not 0 <= wanted <= 1:
        return Trouble(f"What should the weight of {metric} be? {wanted:.0%} is not possible, or not sure.")
    return (SetWeights(weights={metric: wanted}),)


def _weight_from(caught: Caught, view: View) -> Built:
    """From 10 % to 25 %: the first must be what it is."""
    metric, now = caught["metric"], getattr(view.scene.plan.weights, caught["metric"])
    if view.stale or not math.isclose(now, caught["old"], abs_tol=0.005):
        return Trouble(f"The weight of {metric} is {now:.0%} now, not {caught['old']:.0%}. What shall it be?")
    return (SetWeights(weights={metric: caught["share"]}),)


def _weight_share(caught: Caught, view: View) -> Built:
    """One weight; "more" and "less" must be what they say."""
    metric, share = caught["metric"], caught["share"]
    now = getattr(view.scene.plan.weights, metric)
    if share == now or (caught.get("more", share > now) is not (share > now)):
        return Trouble(f"The weight of {metric} is {now:.0%} now. Shall it be {share:.0%}?")
    return (SetWeights(weights={metric: share}),)


def _only_metric(caught: Caught, _: View) -> Built:
    return (SetWeights(weights={m: float(m == caught["metric"]) for m in METRICS}),)


def _priorities(caught: Caught, _: View) -> Built:
    if "level_priorities" in caught:
        dimension, levels = caught["level_priorities"]
    else:
        dimension, levels = caught["dim"], caught["level_values"]
    return priorities(dimension, levels)


def priorities(dimension: Dimension, levels: Mapping[str, float]) -> Built:
    """Priorities of levels that the dimension has."""
    other = [name for name in levels if name not in dimension.level_names]
    if other:
        return impossible(f"{dimension.name} has no level {other[0]}; there are {', '.join(dimension.level_names)}.")
    return (SetPriorities(dimension=dimension.name, levels=dict(levels)),)


def _no_priorities(caught: Caught, view: View) -> Built:
    if "dim" in caught:
        return (SetPriorities(dimension=caught["dim"].name),)
    there = tuple(view.scene.plan.priorities)
    if not there:
        return impossible("This plan has no priorities of its own.")
    return tuple(SetPriorities(dimension=name) for name in there)


PLAN: Final[Mapping[str, Builder]] = {
    "window": _window,
    "window_by": lambda caught, view: _days(view.scene.plan.window_days + caught["days"]),
    "window_less": lambda caught, view: _days(view.scene.plan.window_days - caught["days"]),
    "min_size": _min_size,
    "max_size": _max_size,
    "both_sizes": _both_sizes,
    "merge_small": _merge_small,
    "no_max": lambda _c, _v: (SetSizes(no_max=True),),
    "filter": _filter,
    "filter_level": _filter_level,
    "filter_missing": lambda _c, _v: impossible(MISSING),
    "filter_not": _filter_not,
    "filter_which": _filter_which,
    "filter_new": _filter_new,
    "no_filter": lambda _c, _v: (SetFilter(mode="replace"),),
    "weights": _weights,
    "weight_times": _weight_times,
    "weight_against": lambda _c, _v: Trouble("Say weights as shares, such as: conversion 40 %, lift 20 %."),
    "weight_from": _weight_from,
    "weight_share": _weight_share,
    "weight_more": lambda caught, view: _weight_share({**caught, "more": True}, view),
    "weight_less": lambda caught, view: _weight_share({**caught, "more": False}, view),
    "only_metric": _only_metric,
    "no_metric": lambda caught, _: (SetWeights(weights={caught["metric"]: 0.0}),),
    "equal_weights": lambda _c, _v: (SetWeights(weights=dict.fromkeys(METRICS, 0.2)),),
    "priorities": _priorities,
    "no_priorities": _no_priorities,
}
