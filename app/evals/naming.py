"""The naming evaluation: arms name the same tables, readers match the names, a judge outside compares them blindly."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from cartjury.agents.arms import heard, shared_families
from cartjury.app.evals.choices import chosen
from cartjury.app.evals.naming_arm import Place, Ran, Shelf, reader_missing, run_arm
from cartjury.app.evals.predecessor import beside
from cartjury.app.evals.preferences import compare_arms, outside
from cartjury.app.evals.purse import Purse
from cartjury.app.evals.results import evaluation
from cartjury.app.evals.uploads import Uploader
from cartjury.data.arms import arms, evaluation_table
from cartjury.data.errors import InputError
from cartjury.data.eval_records import Arm, Evaluation, NamingCase, Row, Target
from cartjury.data.model_records import ModelTable
from cartjury.data.naming_cases import NAMING, NAMING_HELD_OUT, case_file, load_naming
from cartjury.data.options import Options
from cartjury.data.outside_records import ArmPlan
from cartjury.data.seats import EVALUATORS
from cartjury.graph.evaluating import Evaluating
from cartjury.tools.evals.claim import RULE, conclusion, differences
from cartjury.tools.evals.readers import readers

OFFLINE_TARGETS: Final = {
    "contradictions": Target(op="==", value=0),
    "duplicates": Target(op="==", value=0),
    "checks": Target(op="==", value=1),
    "top1:lexicon": Target(op=">=", value=0.9),
}
MODEL_TARGETS: Final = {
    "contradictions": Target(op="==", value=0),
    "duplicates": Target(op="==", value=0),
    "checks": Target(op="==", value=1),
    "first_try": Target(op=">=", value=0.97),
    "matched:model": Target(op=">=", value=0.9),
}
OFFLINE: Final = "offline"


class Wanted(NamedTuple):
    """What of a naming evaluation is asked for.

    Attributes:
        arms: by name; empty: all that can be run, those that need a server of one's own only where they are named.
        tables: "all", "open" or "held-out".
        limit: tables at most, from the front; None: all.
        purse: what may be spent.
        predecessor: the recorded replies of the system before this one; None: they are not scored.
    """

    arms: Sequence[str] = ()
    tables: str = "all"
    limit: int | None = None
    purse: Purse = Purse(None)
    predecessor: Path | None = None


def evaluate_naming(
    wanted: Wanted,
    options: Options,
    table: ModelTable,
    place: Place,
    *,
    seed: int,
    upload: Uploader,
    tell: Callable[[str], None],
) -> tuple[Evaluation, tuple[Row, ...]]:
    """Run it.

    Args:
        wanted: arms and tables.
        options: caps (each of a single question), timeouts, rate limits.
        table: the models there are.
        place: where what is said is kept, or heard again from.
        seed: of all orders and resamplings.
        upload: says where an arm's experiment goes; None: nowhere.
        tell: told of every step.

    Returns:
        The evaluation, and all rows that its figures are made of.

    Raises:
        InputError: an arm or a choice of tables that there is not.
    """
    evaluating = Evaluating(evaluation_table(table), os.environ, options, seed, tell=tell)
    plans = chosen_arms(wanted.arms)
    cases = {case.id: case for case in chosen_tables(wanted)}
    why_not = {p.name: _why_not(p, evaluating, place) for p in plans}
    asks = any(not why_not[p.name] and p.effort != OFFLINE for p in plans)
    missing = (reader_missing(seat, evaluating, place, wanted=asks) for seat in EVALUATORS)
    shelf = Shelf(cases, readers(), evaluating, place, wanted.purse, *missing)
    run = {
        p.name: run_arm(shelf, p, targets_of(p), upload(p.model_dump(mode="json")), tell)
        for p in plans
        if not why_not[p.name]
    }
    done = {name: ran for name, ran in run.items() if ran.arm.source is not None}
    old_arms, old_rows = beside(wanted.predecessor, shelf)
    pairs = compare_arms(shelf, done, tell)
    rows = {name: ran.rows for name, ran in done.items()}
    apart = (*differences(rows, seed), *pairs.figures)
    named = (*_in_order(plans, run, why_not), *old_arms, *_readers(shelf, done), *pairs.judges)
    counts = Counter(NAMING_HELD_OUT if case.held_out else NAMING for case in cases.values())
    files = [case_file(name, count) for name, count in counts.items()]
    found = evaluation("naming", seed, files, named, apart, (RULE, conclusion(named, rows, apart), *_kin(done)))
    return found, (*(row for ran in done.values() for row in ran.rows), *old_rows, *pairs.rows)


def chosen_arms(names: Sequence[str]) -> list[ArmPlan]:
    """The arms that are asked for.

    Raises:
        InputError: one that there is not.
    """
    every = {plan.name: plan for plan in arms()}
    return [every[name] for name in chosen("arm", names, every, every, "--arm")]


def chosen_tables(wanted: Wanted) -> tuple[NamingCase, ...]:
    """The tables that are asked for.

    Raises:
        InputError: a choice that there is not.
    """
    held_out = {"all": None, "open": False, "held-out": True}
    if wanted.tables not in held_out:
        raise InputError(f"unknown tables {wanted.tables!r}, known are: {', '.join(held_out)}")
    return load_naming(held_out[wanted.tables])[: wanted.limit]


def targets_of(plan: ArmPlan) -> Mapping[str, Target]:
    """What the figures of an arm should be."""
    return OFFLINE_TARGETS if plan.effort == OFFLINE else MODEL_TARGETS


def _why_not(plan: ArmPlan, evaluating: Evaluating, place: Place) -> str:
    """Why an arm cannot be run; "" where it can."""
    if place.recorded is not None:
        return "" if (place.recorded / plan.name).is_dir() else "it is not in the record"
    return "" if plan.effort == OFFLINE else evaluating.why_not(plan)


def _in_order(plans: Sequence[ArmPlan], run: Mapping[str, Ran], why_not: Mapping[str, str]) -> Iterator[Arm]:
    for plan in plans:
        if plan.name in run:
            yield run[plan.name].arm
        else:
            yield Arm(name=plan.name, title=plan.title, source=None, why_not=why_not[plan.name])


def _kin(done: Mapping[str, Ran]) -> Iterator[str]:
    """Of arms whose models are of a family with the reader's: models of one family err alike."""
    for name, ran in done.items():
        pairs = ((ran.named[case], one) for case, one in ran.matched.items())
        panels = ((heard(n.panel, n.calls), heard(one.panel, one.calls)) for n, one in pairs)
        if found := sorted({family for own, outside_ in panels for family in shared_families(own, outside_)}):
            yield f"The outside reader is of a family with models of {name}: {', '.join(found)}."


def _readers(shelf: Shelf, done: Mapping[str, Ran]) -> Iterator[Arm]:
    """The model that matched names to rules, of whatever arms."""
    heard = [one for ran in done.values() for one in ran.matched.values()]
    if heard:
        yield outside("outside reader", "Matches names to rules", heard, shelf)
