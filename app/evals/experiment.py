"""One arm over all cases, through langsmith's `evaluate`: each case is answered, the answer scored, the score a row.

Without an upload nothing leaves this machine: the client that langsmith works with here can reach nobody, and what
runs inside is not traced, whatever the environment says.
"""

import contextlib
import io
import logging
import os
import sys
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TextIO

from cartjury.app.evals.datasets import Shown, local, uploaded
from cartjury.data.eval_records import Row

if TYPE_CHECKING:
    from langsmith import Client
    from langsmith.schemas import Example, Run

NAMESPACE: Final = uuid.UUID(
    "6f5d8f5e-0d0c-4c43-9b3c-6c6a7f6f1a70"
)  # of the ids of examples: the same case, the same id
NOWHERE: Final = "http://127.0.0.1:9"  # the port of "discard": nothing is ever sent there either
Answer = dict[str, Any]


class Scored(NamedTuple):
    """What an answer scored; see Row."""

    group: str
    scores: dict[str, float | None]
    detail: dict[str, Any]


class Task(NamedTuple):
    """What is evaluated.

    Attributes:
        name: of the data set in LangSmith; it changes with the cases.
        cases: by id, in the order in which they are run.
        score: scores the answer to a case.
    """

    name: str
    cases: Mapping[str, Shown]
    score: Callable[[str, Answer], Scored]


class Upload(NamedTuple):
    """Where an experiment goes: a client of the user's account, and what is told of the arm."""

    client: "Client"
    metadata: Mapping[str, Any]


def run(
    task: Task,
    arm: str,
    answer: Callable[[str], Answer],
    upload: Upload | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> tuple[Row, ...]:
    """Answer and score every case.

    Args:
        task: cases and scores.
        arm: its name.
        answer: from the id of a case to an answer, plain JSON. What it raises ends the evaluation.
        upload: None: nothing is sent.
        step: told the id of each case before it is answered.

    Returns:
        A row a case, in the order of the cases.
    """
    going = _Going(task, answer, step, sent=upload is not None)
    with _quiet(sys.stderr if upload else io.StringIO()):
        from langsmith.evaluation import evaluate

        evaluate(
            going.target,
            data=uploaded(task.name, task.cases, upload.client) if upload else local(task.name, task.cases),
            evaluators=[going.score],
            client=upload.client if upload else _nobody(),
            upload_results=upload is not None,
            experiment_prefix=f"{task.name}-{arm}",
            metadata=dict(upload.metadata) if upload else None,
            max_concurrency=0,
            disable_evaluator_tracing=True,  # an evaluator's run would hold the case and the answer a second time
        )
    if going.failed:
        raise going.failed[0]
    return tuple(Row(arm=arm, case=case, **going.scored[case]._asdict()) for case in task.cases)


class _Going:
    """An experiment that is under way: what langsmith calls, and what came of it.

    Langsmith logs an error and goes on. Here the first one ends everything, an interrupt too: nothing more is answered,
    and so nothing paid for, and whoever started it gets the error.
    """

    def __init__(self, task: Task, answer: Callable[[str], Answer], step: Callable[[str], None], *, sent: bool) -> None:
        self.scored: dict[str, Scored] = {}
        self.failed: list[BaseException] = []
        self._task, self._answer, self._step, self._sent = task, answer, step, sent

    def target(self, inputs: dict[str, Any]) -> Answer:
        if self.failed:
            return {}
        with self._noting():
            self._step(inputs["id"])
            with _traced() if self._sent else _untraced():
                return self._answer(inputs["id"])

    def score(self, run: "Run", example: "Example") -> dict[str, Any]:
        if self.failed or run.outputs is None:
            return {"results": []}
        case = (example.inputs or {})["id"]
        with self._noting():
            found = self.scored[case] = self._task.score(case, run.outputs)
        return {"results": [{"key": k, "score": score} for k, score in found.scores.items() if score is not None]}

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.failed.append(error)
            raise


def _nobody() -> "Client":
    """A client that asks no server for anything: what it would ask for first is given, and it samples no run."""
    from langsmith import Client

    return Client(api_url=NOWHERE, api_key="none", info={}, auto_batch_tracing=False, tracing_sampling_rate=0.0)


def _untraced() -> contextlib.AbstractContextManager[None]:
    """Where nothing is traced, whatever the environment says."""
    from langsmith import tracing_context

    return tracing_context(enabled=False)


def _traced() -> contextlib.AbstractContextManager[None]:
    """Where things are as langsmith's `evaluate` has made them."""
    return contextlib.nullcontext()


@contextlib.contextmanager
def _quiet(said: TextIO) -> Iterator[None]:
    """Keep what langsmith says of itself off stdout, which holds data; what it logs of an error is raised anyway."""
    os.environ.setdefault("TQDM_DISABLE", "1")  # read when tqdm is loaded: langsmith would draw a bar among our lines
    logger = logging.getLogger("langsmith.evaluation._runner")
    before, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(said):
            warnings.filterwarnings("ignore", "'upload_results' parameter is in beta", Warning)
            yield
    finally:
        logger.disabled = before
