"""One arm of the naming evaluation: a jury names every table, readers match the names, and what it all took.

table -> jury of the arm -> names -> reader that is a model, where one can be asked -> scores
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from cartjury.app.evals.datasets import Shown
from cartjury.app.evals.experiment import Answer, Scored, Task, Upload, run
from cartjury.app.evals.purse import Purse
from cartjury.app.evals.steps import counted, unsaid
from cartjury.data import journal
from cartjury.data.call_records import Call
from cartjury.data.eval_records import Arm, Figure, NamingCase, Row, Source, Target
from cartjury.data.outside_records import ArmPlan, Asked, Matched, NamedTable
from cartjury.data.seats import ARBITER, MATCHER, SeatName
from cartjury.graph.evaluating import Evaluating
from cartjury.graph.kept import KEPT
from cartjury.tools.evals.meaning_reader import NAME as INDEPENDENT
from cartjury.tools.evals.measures import Meaning, by_table
from cartjury.tools.evals.naming_figures import figures
from cartjury.tools.evals.naming_scores import score_names
from cartjury.tools.evals.reader import Absent, Chose, Reader

MODEL_READER: Final = "model"
MODEL_LABEL: Final = "a language model that is not in the jury"
KEPT_AS: Final[Mapping[SeatName, str]] = {MATCHER: "matched", ARBITER: "pair"}  # folders of the record
WHOSE: Final = "names that are a model's; the offline jury filled in the others"
NO_NAMES: Final = "no model gave a name that could be used, so that the offline jury named everything"
EMBEDDED: Final = 0.02  # see `_tolerant`
SHOWN_APART: Final = ("round trip", "names that pass the checks", "contradictions")


class Place(NamedTuple):
    """Where what models say is kept, and where it is heard again from.

    Attributes:
        keep: a folder. What was answered there before is not asked again: an evaluation that was cut off goes on.
        recorded: the folder of an earlier evaluation: nothing is sent then; None: models are asked.
    """

    keep: Path
    recorded: Path | None = None

    def of(self, *names: str) -> dict[str, Path | None]:
        """The folder of one question, and that of its record."""
        own = self.keep.joinpath(*names)
        if self.recorded is None and (own / KEPT).is_file():
            return {"folder": None, "recorded": own}
        return {"folder": own, "recorded": self.recorded and self.recorded.joinpath(*names)}


class Ran(NamedTuple):
    """An arm that was run: the arm as a result, its rows, and by table what was said in it, and by the reader of it."""

    arm: Arm
    rows: tuple[Row, ...]
    named: Mapping[str, NamedTable]
    matched: Mapping[str, Matched]


class Shelf(NamedTuple):
    """What all arms have in common.

    Attributes:
        cases: the tables, by id.
        readers: those that need no provider.
        purse: what may be spent.
        no_matcher, no_arbiter: why no model matches names to rules, or compares names; "" where one does.
    """

    cases: Mapping[str, NamingCase]
    readers: Sequence[Reader | Absent]
    evaluating: Evaluating
    place: Place
    purse: Purse
    no_matcher: str
    no_arbiter: str


def run_arm(
    shelf: Shelf, plan: ArmPlan, targets: Mapping[str, Target], upload: Upload | None, tell: Callable[[str], None]
) -> Ran:
    """Run an arm over all tables, in their order. One in which no model gave a name was not measured."""
    named: dict[str, NamedTable] = {}
    matched: dict[str, Matched] = {}
    models, seed = plan.effort != "offline", shelf.evaluating.seed

    def answer(case: str) -> Answer:
        table = shelf.cases[case]
        shelf.purse.open(shelf.place.keep)
        named[case] = shelf.evaluating.name_table(plan, table, **shelf.place.of(plan.name, case, "names"))
        shelf.purse.pay(named[case])
        if not shelf.no_matcher:
            place = shelf.place.of(plan.name, case, KEPT_AS[MATCHER])
            matched[case] = shelf.evaluating.match_table(table, named[case].names, **place)
            shelf.purse.pay(matched[case])
        return {"names": named[case].names, "origins": named[case].origins}

    def score(case: str, said: Answer) -> Scored:
        attempts = journal.read(shelf.place.keep / plan.name / case / "names" / journal.JOURNAL)
        outside = _outside(shelf, matched.get(case))
        readers = (*shelf.readers, outside)
        row = score_names(plan.name, shelf.cases[case], said["names"], readers, seed=seed, attempts=attempts)
        origins = list(said["origins"].values())
        whose = {f"by {origin}": float(origins.count(origin)) for origin in ("model", "offline")}
        return Scored(row.group, {**row.scores, **whose}, {**row.detail, "origins": said["origins"]})

    task = Task(shelf_name(shelf), {i: _shown(c) for i, c in shelf.cases.items()}, score)
    step = counted(tell, plan.name, len(shelf.cases)) if models else unsaid
    rows = run(task, plan.name, answer, upload, step)
    took = {"name": plan.name, "title": plan.title, **bill(named.values())}
    if models and not any(row.scores["by model"] for row in rows):
        return Ran(Arm(source=None, why_not=NO_NAMES, **took), (), {}, {})
    source: Source = "offline" if not models else "recorded" if shelf.place.recorded else "live"
    found = (*_whose(rows, plan, seed), *figures(rows, targets, seed=seed), *_held_out(rows, shelf))
    return Ran(Arm(source=source, figures=tuple(map(_tolerant, found)), **took), rows, named, matched)


def _held_out(rows: Sequence[Row], shelf: Shelf) -> Iterator[Figure]:
    """The figures that matter most over the held-out tables alone, where others were named too."""
    apart = [row for row in rows if shelf.cases[row.case].held_out]
    if apart and len(apart) < len(rows):
        for figure in figures(apart, {}, seed=shelf.evaluating.seed):
            if figure.name.startswith(SHOWN_APART):
                yield figure.model_copy(update={"name": f"held-out tables: {figure.name}"})


def _whose(rows: Sequence[Row], plan: ArmPlan, seed: int) -> Iterator[Figure]:
    """How many names are a model's: what the offline jury filled in speaks for the offline jury."""
    if plan.effort != "offline":
        of = [row.scores["named"] or 0.0 for row in rows]
        yield by_table(Meaning(WHOSE), [row.scores["by model"] or 0.0 for row in rows], of, seed)


def _tolerant(figure: Figure) -> Figure:
    """Embeddings of eight bits round a little otherwise on other processors: a name or two may be read otherwise."""
    return figure.model_copy(update={"tolerance": EMBEDDED}) if f"{INDEPENDENT} reader" in figure.name else figure


def shelf_name(shelf: Shelf) -> str:
    """The data set in LangSmith: the tables by what is in them."""
    text = "".join(case.model_dump_json() for case in shelf.cases.values())
    return f"cartjury-naming-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def bill(asked: Iterable[Asked]) -> dict[str, Any]:
    """What questions took, as fields of an Arm."""
    every = list(asked)
    calls: list[Call] = [call for one in every for call in one.calls if call.sent]
    return {
        "models": tuple(dict.fromkeys(ref for one in every for ref in one.answered_by)),
        "elsewhere": tuple(dict.fromkeys(place for one in every for place in one.elsewhere)),
        "calls": len(calls),
        "tokens_in": sum(c.tokens_in or 0 for c in calls),
        "tokens_out": sum(c.tokens_out or 0 for c in calls),
        "cost_usd": sum(c.cost_usd or 0.0 for c in calls),
        "cost_unknown_calls": sum(c.cost_usd is None for c in calls),
        "seconds": round(sum(one.seconds for one in every), 3),
    }


def _outside(shelf: Shelf, matched: Matched | None) -> Chose | Absent:
    """The reader that is a model: what it picked is known; where it said nothing of a table, nothing is."""
    if matched is None or not matched.measured:
        why = shelf.no_matcher or "the model gave no answer that could be read"
        return Absent(MODEL_READER, MODEL_LABEL, why)
    return Chose(MODEL_READER, MODEL_LABEL, matched.choices)


def _shown(case: NamingCase) -> Shown:
    segments = {b.id: b.in_words or b.rule for b in case.briefs}
    about = {"vertical": case.vertical, "shape": case.shape, "held_out": case.held_out}
    return Shown({**about, "segments": segments}, {b.id: b.rule for b in case.briefs})


def reader_missing(seat: SeatName, evaluating: Evaluating, place: Place, *, wanted: bool) -> str:
    """Why no model sits in a seat outside of the jury; "" where one does, or did in what is heard again."""
    if not wanted:
        return "no model is asked by any arm"
    if place.recorded is not None:
        there = any(place.recorded.glob(f"*/*/{KEPT_AS[seat]}/{KEPT}"))
        return "" if there else "nobody was asked when the record was made"
    return evaluating.why_no_reader(seat)
