"""Traces as spans of OpenTelemetry, through a real collector: the same tree, as little of a user, as little delay."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cartjury.graph import tracing_otel
from tests import otlp_collector, program
from tests.agents.scripted_model import answer
from tests.app.jury_program import GROQ_KEY, SMALL, keys
from tests.carts import cart, write_csv
from tests.fault_server import FaultServer
from tests.otlp_collector import attributes, collecting
from tests.test_privacy import found_in

ON = {"LANGSMITH_TRACING": "true", "LANGSMITH_OTEL_ENABLED": "true", "LANGSMITH_OTEL_ONLY": "true"}
MEMBERS = 300
needs_collector = pytest.mark.skipif(not otlp_collector.PROGRAM, reason="OTLP_COLLECTOR names no collector")


class Spans:
    """A run on canaries with models, a run that fails, and a run after the collector has died."""

    def __init__(self, folder: Path, models: FaultServer) -> None:
        carts = [cart(user_id=f"canary-id-{i}", avg_order_value=f"{20 + i}") for i in range(1, MEMBERS)]
        write_csv(folder, [*carts, cart(user_id="canary-bad", engagement_score="7")], [*cart()])
        run = ("run", str(folder / "carts.csv"), "--on-bad-rows", "quarantine", "--rate-limits", "off")
        with collecting(folder) as (url, self.sink, collector):
            env = {**ON, **keys(models), "OTEL_EXPORTER_OTLP_ENDPOINT": url}
            self.done = program.run(*run, "--out", "out", folder=folder, env=env)
            self.failed = program.run("run", "carts.csv", "--out", "failed", folder=folder, env=env)
            self.sink.wait_for(len(self.sink.spans) + 1)
            collector.kill()
            collector.wait()
            self.untraced = self._timed(folder, {})
            self.dead = self._timed(folder, env)

    def _timed(self, folder: Path, env: dict[str, str]) -> tuple[float, program.Finished]:
        began = time.monotonic()
        found = program.run("run", *SMALL, "--jury", "offline", "--out", "again", folder=folder, env=env)
        return time.monotonic() - began, found

    @property
    def root(self) -> Any:
        """The span of the run that went well."""
        (found,) = [s for s in self.sink.roots if "langsmith.metadata.revision" in attributes(s)]
        return found


@pytest.fixture(scope="module")
def spans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spans]:
    with FaultServer(answer=answer) as models:
        yield Spans(tmp_path_factory.mktemp("otel"), models)


@needs_collector
def test_the_spans_are_the_tree_of_the_run(spans: Spans) -> None:
    assert (spans.done.code, spans.failed.code) == (0, 2)
    nodes = " ".join(n for n in spans.sink.names_below(spans.root))

    assert nodes == "prepare load universe bucket size profile jury name score certify publish remember"
    assert {s.name for s in spans.sink.roots} == {"cartjury"}


@needs_collector
def test_a_request_to_a_model_has_tokens_persona_and_prompt(spans: Spans) -> None:
    (request,) = [s for s in spans.sink.spans.values() if s.name == "risk_manager proposal"]
    found = attributes(request)

    assert found["gen_ai.usage.input_tokens"] > 100
    assert found["langsmith.metadata.persona"] == "risk_manager"
    assert "A jury of four personas" in found["gen_ai.prompt"]


@needs_collector
def test_scores_stand_at_the_run(spans: Spans) -> None:
    found = attributes(spans.root)

    assert found["langsmith.metadata.score_mece_proven"] == 1.0
    assert found["langsmith.metadata.score_origin"] == 1.0


@needs_collector
def test_nothing_of_a_user_and_no_key_is_in_them(spans: Spans) -> None:
    sent = b"".join(spans.sink.raw)

    assert b"AOV_High" in sent
    assert found_in(sent) == []
    assert GROQ_KEY.encode() not in sent
    assert b"its message stays on the machine that raised it" in sent


@needs_collector
def test_a_dead_collector_costs_a_run_nothing_and_is_said_once(spans: Spans) -> None:
    (without, _), (took, dead) = spans.untraced, spans.dead

    assert dead.code == 0
    assert took < without + 2.0 + 2.0  # the second is for whatever else this machine does meanwhile
    assert len(re.findall("note: the trace was not delivered", dead.err)) == 1
    assert "Traceback" not in dead.err


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:4318/"}, "http://h:4318/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:4318/v1/traces"}, "http://h:4318/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://h/in"}, "http://h/in"),
    ],
)
def test_spans_go_where_opentelemetrys_own_variables_say(
    variables: dict[str, str], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LANGSMITH_API_KEY", "key")

    assert tracing_otel.endpoint() == place
    assert tracing_otel.headers() == {}  # a collector of somebody else's gets no key


def test_the_page_sets_the_variables_of_these_tests() -> None:
    page = (Path(__file__).parent.parent / "docs" / "tracing.md").read_text(encoding="utf-8")
    (block,) = [b for b in re.findall(r"```bash\n(.*?)```", page, re.DOTALL) if "OTEL_ONLY" in b]
    found = dict(word.split("=", 1) for word in block.split() if "=" in word)

    assert found == {**ON, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
