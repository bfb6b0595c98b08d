"""LangSmith's client as cartjury uses it: what it sends is short and masked, and it never holds a program up.

A run of the graph -> langchain's tracer -> create_run, update_run -> (tracing_view) -> (masking) -> Line -> LangSmith
"""

import logging
import threading
import time
import warnings
import weakref
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

from langsmith import Client
from langsmith.utils import LangSmithRetry, LangSmithWarning

from cartjury.graph import tracing_scores, tracing_view
from cartjury.graph.tracing_line import Line

RETRIES: Final = 2  # of one request, within its time
PAUSE: Final = 0.2  # seconds before the first retry, then twice as long
BUSY: Final = (429, 500, 502, 503, 504)
# A turn has decided something where one of these nodes ran; the jury alone where its judge did.
JUDGE: Final = "judge"
DECIDING: Final = frozenset({"certify", JUDGE})
WHOLE: Final = frozenset({"cartjury", "jury"})  # runs of whole graphs


class TracingClient(Client):
    """A client that shortens runs, tells interrupts from failures, and scores what was decided."""

    def __init__(self, line: Line, **settings: Any) -> None:
        """Start it; nothing is sent yet.

        Args:
            line: what its requests go through.
            **settings: as for `Client`.

        Raises:
            LangSmithUserError: there is no key, or the settings of the environment do not fit together.
        """
        self._line = line
        self._ran: defaultdict[str, set[str]] = defaultdict(set)  # names of nodes, by trace
        self._scorers: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
        self._projects: dict[str, str] = {}
        retry = LangSmithRetry(
            total=RETRIES, backoff_factor=PAUSE, status_forcelist=BUSY, raise_on_status=False, allowed_methods=None
        )
        super().__init__(session=line, retry_config=retry, omit_traced_runtime_info=True, **settings)

    def create_run(self, name: str, inputs: dict[str, Any], run_type: Any, **told: Any) -> None:
        """Send the beginning of a run; plumbing is left out."""
        if tracing_view.HIDDEN in (told.get("tags") or ()):
            return
        if run_type == "chain" and told.get("parent_run_id") is not None:
            inputs = tracing_view.given(inputs)
        super().create_run(name, inputs, run_type, **told)

    def update_run(self, run_id: Any, **told: Any) -> None:
        """Send the end of a run; at the end of a turn, also its scores."""
        if tracing_view.HIDDEN in (told.get("tags") or ()):
            return
        error, run, trace = told.get("error"), str(run_id), str(told.get("trace_id"))
        ran = self._ran.pop(trace, set()) if run == trace else self._ran[trace]
        ran.add(str(told.get("name")))
        told["inputs"] = None  # they were sent when it began
        if error is not None:
            told |= tracing_view.told_end(error, told.get("run_type"), told.get("tags"))
        scores = scores_of(told, ran if run == trace else set())
        if told.get("name") in WHOLE and told.get("outputs"):
            told |= whole(told, scores if run == trace else {})
        elif told.get("run_type") == "chain":
            told["outputs"] = tracing_view.written(told.get("outputs"))
        super().update_run(run_id, **{**told, "extra": priced(told.get("extra"))})
        if scores and self.tracing_mode != "otel" and not self._line.is_down:
            self._score(run, trace, str(told.get("session_name")), scores)

    def wait(self, seconds: float) -> bool:
        """Let what was noted so far be sent; whether all of it was taken off our hands in time."""
        end = time.monotonic() + seconds
        for scorer in list(self._scorers):
            scorer.join(max(0.0, end - time.monotonic()))
        self.flush(timeout=max(0.0, end - time.monotonic()))
        queue = self.tracing_queue
        return not any(s.is_alive() for s in self._scorers) and (queue is None or not queue.unfinished_tasks)

    def _score(self, run: str, trace: str, project: str, scores: Mapping[str, float]) -> None:
        """Send scores from a thread of their own: the server's version and the project have to be asked for first."""
        work = threading.Thread(target=self._send_scores, args=(run, trace, project, scores), daemon=True)
        self._scorers.add(work)
        work.start()

    def _send_scores(self, run: str, trace: str, project: str, scores: Mapping[str, float]) -> None:
        try:
            at = self._project(project)
            # Said of a project that is not to be found; it is made when its first trace has been read.
            warnings.filterwarnings("ignore", "Creating feedback for a run without session_id", LangSmithWarning)
            for key, score in scores.items():
                self.create_feedback(run, key, score=score, trace_id=trace, session_id=at, stop_after_attempt=1)
        except Exception as error:  # the line has told of it already; a score costs no run
            logging.getLogger(__name__).debug("scores were not sent: %r", error)

    def _project(self, name: str) -> str | None:
        """The id of a project; None where it cannot be had: then a server of today still takes scores."""
        if name not in self._projects:
            try:
                self._projects[name] = str(self.read_project(project_name=name).id)
            except Exception:  # it may not be there yet, or answer in a form of its own
                return None
        return self._projects[name]


def scores_of(told: Mapping[str, Any], ran: Collection[str]) -> dict[str, float]:
    """The scores of a run: of a turn in which these nodes ran, of a judge, else none."""
    outputs = told.get("outputs")
    if not isinstance(outputs, Mapping) or told.get("error") is not None:
        return {}
    if told.get("name") == JUDGE:
        return tracing_scores.scores_of_a_judge(outputs)
    decided = told.get("name") in WHOLE and DECIDING & set(ran)
    return tracing_scores.scores_of_a_turn(outputs) if decided else {}


def whole(told: Mapping[str, Any], scores: Mapping[str, float]) -> dict[str, Any]:
    """The end of a whole graph's run: what came of it, and what to find it by."""
    found, extra = tracing_view.facts(told["outputs"]), told.get("extra") or {}
    metadata = {**extra.get("metadata", {}), **found, **{f"score_{key}": score for key, score in scores.items()}}
    tags = [f"{key.removeprefix('jury_')}:{found[key]}" for key in ("jury_preset", "jury_effort") if key in found]
    if tracing_view.waits(told["outputs"]):
        tags.append(tracing_view.INTERRUPTED)
    return {
        "outputs": tracing_view.came_of(told["outputs"]),
        "extra": {**extra, "metadata": metadata},
        "tags": [*(told.get("tags") or ()), *tags],
    }


def priced(extra: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Add what the tokens of a request cost, in US dollars, in the words that LangSmith counts by."""
    metadata = (extra or {}).get("metadata") or {}
    usage, prices = metadata.get("usage_metadata"), [metadata.get(key) for key in ("price_in", "price_out")]
    if not extra or not usage or None in prices:
        return dict(extra) if extra else None
    tokens = (usage.get("input_tokens", 0), usage.get("output_tokens", 0))
    each = [round(count * price / 1e6, 10) for count, price in zip(tokens, prices, strict=True)]
    cost = {"input_cost": each[0], "output_cost": each[1], "total_cost": round(sum(each), 10)}
    return {**extra, "metadata": {**metadata, "usage_metadata": {**usage, **cost}}}
