"""One reader of chat messages over all cases: what it made of each, and what it took."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from cartjury.app.evals.chat_reader import GRAMMAR, ModelReader, grammar
from cartjury.app.evals.datasets import Shown
from cartjury.app.evals.experiment import Answer, Scored, Task, Upload, run
from cartjury.app.evals.naming_arm import bill
from cartjury.app.evals.steps import counted, unsaid
from cartjury.data.chat_cases import DESIGNED, Case
from cartjury.data.eval_records import Arm, Figure, Row, Source
from cartjury.tools.chat_plans import Grounds
from cartjury.tools.evals.chat_figures import figures
from cartjury.tools.evals.chat_play import Played, Read, read_case
from cartjury.tools.evals.chat_scores import score

MODEL: Final = "model"
READ: Final = "messages that a model read; the grammar read the others"
ARMS: Final = {
    GRAMMAR: "The built-in grammar, which needs no key",
    MODEL: "A language model, and the grammar where it gives no reading",
}


class Shelf(NamedTuple):
    """What all arms have in common: cases by id, the file of each, and the plans that they are about."""

    cases: Mapping[str, Case]
    files: Mapping[str, str]
    grounds: Grounds

    @property
    def name(self) -> str:
        """The data set in LangSmith: the cases by what is in them."""
        text = "".join(case.model_dump_json() for case in self.cases.values())
        return f"cartjury-chat-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def run_grammar(shelf: Shelf, upload: Upload | None) -> tuple[Arm, tuple[Row, ...]]:
    """Let the grammar read all cases."""
    rows = _read(GRAMMAR, shelf, lambda _: grammar, upload, unsaid)
    return Arm(name=GRAMMAR, title=ARMS[GRAMMAR], source="offline", figures=tuple(_figures(rows))), rows


def run_model(
    shelf: Shelf, reader: ModelReader, upload: Upload | None, tell: Callable[[str], None]
) -> tuple[Arm, tuple[Row, ...]]:
    """Let a model read all cases, as the chat asks it.

    Raises:
        InputError: the cap on cost is reached.
    """
    rows = _read(MODEL, shelf, reader.of, upload, counted(tell, MODEL, len(shelf.cases)))
    told = (row.model_copy(update={"detail": {**row.detail, "read_by": reader.read_by[row.case]}}) for row in rows)
    counts = Counter(by for found in reader.read_by.values() for by in found)
    read = counts.total() - counts[GRAMMAR]
    took = bill(reader.asked)
    if not read:
        why = "the model gave no reading that can be, so that the grammar read everything"
        return Arm(name=MODEL, title=ARMS[MODEL], source=None, why_not=why, **took), ()
    share = Figure(name=READ, value=read / counts.total(), n=counts.total())
    source: Source = "recorded" if reader.place.recorded else "live"
    return Arm(name=MODEL, title=ARMS[MODEL], source=source, figures=(share, *_figures(rows)), **took), tuple(told)


def _read(
    name: str, shelf: Shelf, reader: Callable[[str], Read], upload: Upload | None, step: Callable[[str], None]
) -> tuple[Row, ...]:
    played: dict[str, Played] = {}

    def answer(case: str) -> Answer:
        played[case] = read_case(shelf.cases[case], shelf.grounds, reader(case))
        return {"turns": [{"reading": t.reading.model_dump(mode="json")} for t in played[case].turns]}

    def scored(case: str, _: Answer) -> Scored:
        row = score(played[case], name)
        return Scored(row.group, row.scores, {**row.detail, "file": shelf.files[case]})

    task = Task(shelf.name, {i: _shown(c) for i, c in shelf.cases.items()}, scored)
    return run(task, name, answer, upload, step)


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
