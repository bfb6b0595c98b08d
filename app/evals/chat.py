"""The chat evaluation: readers of messages hold the same conversations, graded by the plans that they come to.

case -> reader (the built-in grammar; or a model, with the grammar behind it) -> plan -> grade
"""

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from cartjury.app.evals.chat_reader import GRAMMAR, ModelReader, grammar
from cartjury.app.evals.datasets import Shown
from cartjury.app.evals.experiment import Answer, Scored, Task, Upload, run
from cartjury.app.evals.naming_arm import Place, bill
from cartjury.app.evals.results import now, versions
from cartjury.app.evals.steps import counted, unsaid
from cartjury.app.evals.uploads import Uploader
from cartjury.data.chat_cases import DESIGNED, FILES, FRESH, Case, load_cases
from cartjury.data.eval_records import Arm, Evaluation, Figure, Row
from cartjury.data.model_records import ModelTable
from cartjury.data.model_table import known
from cartjury.data.naming_cases import case_file
from cartjury.data.options import Options
from cartjury.graph.evaluating import Evaluating
from cartjury.tools.chat_plans import Grounds
from cartjury.tools.evals.chat_figures import figures
from cartjury.tools.evals.chat_play import Played, Read, read_case
from cartjury.tools.evals.chat_scores import score

MODEL: Final = "model"
ARMS: Final = {
    GRAMMAR: "The built-in grammar, which needs no key",
    MODEL: "A language model, and the grammar where it gives no reading",
}
USUAL: Final = (DESIGNED, FRESH)


class Wanted(NamedTuple):
    """What of a chat evaluation is asked for.

    Attributes:
        arms: by name; empty: both.
        files: of cases; empty: the designed ones, and those that the grammar was not written against.
        limit: cases at most of each file; None: all.
        max_cost: US dollars; once they are spent no further case is read by a model.
    """

    arms: Sequence[str] = ()
    files: Sequence[str] = ()
    limit: int | None = None
    max_cost: float | None = None


class Shelf(NamedTuple):
    """What all arms have in common: cases by id, the file of each, and the plans that they are about."""

    cases: Mapping[str, Case]
    files: Mapping[str, str]
    grounds: Grounds


def evaluate_chat(
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
        wanted: arms and cases.
        options: models of the seat "interpreter", caps, timeouts, rate limits.
        table: the models there are.
        place: where what models say is kept, or heard again from.
        seed: told with the evaluation: nothing here is drawn.
        upload: says where an arm's experiment goes; None: nowhere.
        tell: told of every step.

    Returns:
        The evaluation and a row a case of each arm.

    Raises:
        InputError: an arm or a file of cases that there is not.
    """
    for name in wanted.arms:
        known("arm", name, ARMS, "--arm")
    names = _files(wanted)
    found = {(name, case.id): case for name in names for case in load_cases(name)[: wanted.limit]}
    evaluating = Evaluating(table, os.environ, options, seed, tell=tell)
    arms: list[Arm] = []
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        files = {case: name for name, case in found}
        shelf = Shelf({case: found[name, case] for name, case in found}, files, Grounds(Path(folder)))
        for name in wanted.arms or ARMS:
            why = "" if name == GRAMMAR or place.recorded else evaluating.why_no_interpreter()
            if why:
                arms.append(Arm(name=name, title=ARMS[name], source=None, why_not=why))
                continue
            reader = None if name == GRAMMAR else ModelReader(evaluating, place, wanted.max_cost)
            arm, scored = _run(name, shelf, reader, upload({"arm": name}), tell)
            arms.append(arm)
            rows += scored
    evaluation = Evaluation(
        kind="chat",
        made=now(),
        versions=versions(),
        seed=seed,
        cases=tuple(case_file(name) for name in names),
        arms=tuple(arms),
    )
    return evaluation, tuple(rows)


def _files(wanted: Wanted) -> tuple[str, ...]:
    for name in wanted.files:
        known("file of cases", name, dict.fromkeys(FILES), "--file")
    return tuple(dict.fromkeys(wanted.files or USUAL))


def _run(
    name: str, shelf: Shelf, reader: ModelReader | None, upload: Upload | None, tell: Callable[[str], None]
) -> tuple[Arm, tuple[Row, ...]]:
    """Let one reader read all cases."""
    played: dict[str, Played] = {}

    def answer(case: str) -> Answer:
        read: Read = grammar if reader is None else reader.of(case)
        played[case] = read_case(shelf.cases[case], shelf.grounds, read)
        return {"turns": [{"reading": t.reading.model_dump(mode="json")} for t in played[case].turns]}

    def scored(case: str, _: Answer) -> Scored:
        row = score(played[case], name)
        by = {"read_by": reader.read_by[case]} if reader else {}
        return Scored(row.group, row.scores, {**row.detail, "file": shelf.files[case], **by})

    step = counted(tell, name, len(shelf.cases)) if reader else unsaid
    task = Task(f"cartjury-chat-{_version(shelf)}", {i: _shown(c) for i, c in shelf.cases.items()}, scored)
    rows = run(task, name, answer, upload, step)
    made = tuple(_figures(rows))
    if reader is None:
        return Arm(name=name, title=ARMS[name], source="offline", figures=made), rows
    counts = Counter(by for found in reader.read_by.values() for by in found)
    share = Figure(
        name="messages that a model read; the grammar read the others",
        value=(counts.total() - counts[GRAMMAR]) / counts.total(),
        n=counts.total(),
    )
    arm = Arm(
        name=name,
        title=ARMS[name],
        source="recorded" if reader.place.recorded else "live",
        figures=(*made, share),
        **bill(reader.asked),
    )
    return arm, rows


def _figures(rows: Sequence[Row]) -> Iterator[Figure]:
    """The figures of the designed cases; of another file the main ones, with its name before them."""
    for name in dict.fromkeys(row.detail["file"] for row in rows):
        for figure in figures([row for row in rows if row.detail["file"] == name]):
            shown = figure.name if name == DESIGNED else f"{name.removesuffix('.jsonl')}: {figure.name}"
            if name == DESIGNED or (figure.value is not None and not figure.name.startswith("right: ")):
                yield figure.model_copy(update={"name": shown})


def _shown(case: Case) -> Shown:
    said = [turn.utterance for turn in case.all_turns]
    wanted = [[e.model_dump(mode="json", exclude_defaults=True) for e in turn.expect] for turn in case.all_turns]
    return Shown({"kind": case.kind, "plan": case.before.plan, "said": said}, {"expect": wanted})


def _version(shelf: Shelf) -> str:
    import hashlib

    text = "".join(case.model_dump_json() for case in shelf.cases.values())
    return hashlib.sha256(text.encode()).hexdigest()[:8]
