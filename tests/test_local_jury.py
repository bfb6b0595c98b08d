"""Whole runs with a real language model in the seats: complete, valid and true whatever it says.

It is far too small to be right. A refused answer, an abstention and a name that the offline jury filled in are results
as good as any, as long as they are told.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cartjury.data import journal
from cartjury.data.call_records import Attempt
from cartjury.data.jury_records import PERSONAS, SegmentBrief
from cartjury.data.lexicon import lexicon
from cartjury.data.records import SegmentPlan
from cartjury.tools.naming import check_name
from cartjury.tools.rules import traits
from tests import program
from tests.local_llm import CONTEXT, MODEL, Answer, LocalLLM, why_not
from tests.program import Finished

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

FILES = {
    "plan.json",
    "mece_strategy.csv",
    "segments.sql",
    "verdicts.json",
    "jury.jsonl",
    "manifest.json",
    "report.html",
}
# Two segments for the jury, as every further one costs seconds; and a preset with both providers in its seats, behind
# whose addresses is the local model.
SETTINGS = f"""
dimensions = [{{name = "AOV", column = "avg_order_value", quantiles = [0.5]}}]

[[model]]
provider = "groq"
id = "{MODEL}"
context = {CONTEXT}
output = "schema"
price_in = 1.0
price_out = 2.0

[[model]]
provider = "cerebras"
id = "{MODEL}"
context = {CONTEXT}
output = "strict"
price_in = 3.0
price_out = 4.0

[presets.both]
creative_marketer = {{ models = ["groq/{MODEL}"] }}
growth_strategist = {{ models = ["cerebras/{MODEL}"] }}
data_scientist = {{ models = ["groq/{MODEL}"] }}
risk_manager = {{ models = ["cerebras/{MODEL}"] }}
judge = {{ models = ["cerebras/{MODEL}"] }}
"""
RUN = ("run", "--n-users", "1500", "--seed", "3", "--effort", "standard", "--batch", "4", "--rate-limits", "off")
PATIENCE = 200.0  # seconds


class Run(NamedTuple):
    """A finished run.

    Attributes:
        folder: of its results.
        done: how the process ended.
        answers: of the model, as they left its server.
    """

    folder: Path
    done: Finished
    answers: list[Answer]

    @property
    def attempts(self) -> list[Attempt]:
        return journal.read(self.folder / "jury.jsonl")

    @property
    def segments(self) -> list[dict[str, Any]]:
        """What was said of the segments that a jury names: all but the one of nobody, for users who fit no rule."""
        found = json.loads((self.folder / "verdicts.json").read_text())
        return [segment for segment in found if segment["origin"] != "rule"]

    @property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return found

    def named(self, attempt: Attempt, segment_id: str) -> str | None:
        """The name for a segment that was accepted of an answer."""
        entry = (attempt.parsed or {}).get(segment_id)
        return entry["name"] if entry and attempt.stage == "proposal" else None


@pytest.fixture(scope="module")
def llm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalLLM]:
    with LocalLLM(tmp_path_factory.mktemp("llm") / "log.txt") as llm:
        yield llm


def run(llm: LocalLLM, folder: Path, *words: str) -> Run:
    (folder / "cartjury.toml").write_text(SETTINGS)
    urls = dict.fromkeys(("GROQ_API_BASE", "CEREBRAS_BASE_URL", "LOCAL_LLM_URL"), llm.url)
    before = len(llm.answers())
    env = {**urls, "GROQ_API_KEY": "gsk-none", "CEREBRAS_API_KEY": "csk-none"}
    with program.start(*RUN, *words, "--call-timeout", "120", "--out", "out", folder=folder, env=env) as process:
        out, err = process.communicate(timeout=PATIENCE)
    return Run(folder / "out", Finished(process.returncode, out, err), llm.answers()[before:])


@pytest.fixture(scope="module")
def own(llm: LocalLLM, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All seats are taken by a server of the user's own. On a busy machine time is up before all have spoken."""
    return run(llm, tmp_path_factory.mktemp("own"), "--jury", "local", "--max-seconds", "100")


@pytest.fixture(scope="module")
def both(llm: LocalLLM, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Groq and Cerebras take the seats, and may be asked four times in all: too few for all they are needed for."""
    return run(llm, tmp_path_factory.mktemp("both"), "--jury", "both", "--max-calls", "4", "--max-seconds", "60")


@pytest.fixture(scope="module", params=["own", "both"])
def finished(request: pytest.FixtureRequest) -> Run:
    found: Run = request.getfixturevalue(request.param)
    return found


def test_the_run_ends_well_with_all_its_files(finished: Run) -> None:
    assert finished.done.code == 0, finished.done.err
    assert "Traceback" not in finished.done.err
    assert {f.name for f in finished.folder.iterdir()} >= FILES
    assert finished.manifest["mece_proven"] is True
    assert program.calls(finished.folder.parent) == ""


def test_every_segment_has_a_valid_name_of_its_own(finished: Run) -> None:
    plan = SegmentPlan.model_validate_json((finished.folder / "plan.json").read_text())
    names = {s["segment_id"]: s["name"] for s in finished.segments}

    assert set(names) == {"S01", "S02"}
    for segment in plan.segments:
        brief = SegmentBrief(id=segment.id, rule=segment.rule, traits=traits(plan, segment), is_else=segment.is_else)
        assert segment.name == names.get(segment.id, segment.name)
        assert not check_name(segment.name, brief, [s.name for s in plan.segments if s is not segment], lexicon())


def test_the_record_holds_all_that_the_model_said_and_nothing_else(finished: Run) -> None:
    sent = [a for a in finished.attempts if a.sent]
    heard = [a for a in finished.answers if a.status == 200]

    # A request that was given up at once may never have come to the server.
    assert sum(a.outcome != "timeout" for a in sent) <= len(finished.answers) <= len(sent) == finished.manifest["calls"]
    assert Counter(a.raw for a in sent if a.raw is not None) == Counter(a.text for a in heard)


def test_tokens_are_counted_as_the_server_did(finished: Run) -> None:
    counts = [a.tokens for a in finished.answers if a.status == 200]

    assert finished.manifest["tokens"] == {"input": sum(n for n, _ in counts), "output": sum(n for _, n in counts)}


def test_a_name_is_said_to_be_a_models_exactly_where_it_proposed_it(finished: Run) -> None:
    for segment in finished.segments:
        who = {
            f"{a.provider}/{a.model}"
            for a in finished.attempts
            if finished.named(a, segment["segment_id"]) == segment["name"]
        }
        assert segment["verdict"]["origin"] == segment["origin"]
        assert segment["origin"] == ("model" if who else "offline")
        assert segment["name_model"] in (who or {"offline"})


def test_every_seat_spoke_to_every_segment_or_is_said_to_have_abstained(finished: Run) -> None:
    for segment in finished.segments:
        i = segment["segment_id"]
        spoke = {a.persona for a in finished.attempts if finished.named(a, i)}
        silent = {a["persona"] for a in segment["abstentions"] if a["stage"] == "proposal"}

        assert spoke | silent == set(PERSONAS)
        assert not spoke & silent
        assert all(a["reason"] for a in segment["abstentions"])


def test_the_user_is_told_how_many_names_are_the_models_and_of_every_abstention(finished: Run) -> None:
    by_model = sum(s["origin"] == "model" for s in finished.segments)
    silent = [a for s in finished.segments for a in s["abstentions"]]
    told = re.search(r"(\d+) names? by models", finished.done.err)

    assert told is not None
    assert int(told[1]) == by_model
    assert (" abstained (" in finished.done.err) == bool(silent)


def test_both_providers_are_asked_at_their_own_addresses(both: Run) -> None:
    paths = Counter("groq" if a.path.startswith("/openai/") else "cerebras" for a in both.answers)

    assert paths == Counter(a.provider for a in both.attempts if a.sent)
    assert set(paths) == {"groq", "cerebras"}


def test_a_cap_on_calls_holds_and_its_victims_are_told(both: Run) -> None:
    assert len(both.answers) == 4
    assert "budget" in {a.outcome for a in both.attempts}
    assert any("cap" in warning for warning in both.manifest["warnings"])


def test_the_cost_follows_from_the_prices(both: Run) -> None:
    prices = {"/openai/v1/chat/completions": (1.0, 2.0), "/v1/chat/completions": (3.0, 4.0)}
    heard = [a for a in both.answers if a.status == 200]
    cost = sum(n * p for a in heard for n, p in zip(a.tokens, prices[a.path], strict=True)) / 1e6

    assert both.manifest["cost_usd"] == pytest.approx(cost)


def test_a_replay_writes_the_same_files_and_asks_nobody(llm: LocalLLM, finished: Run) -> None:
    before = len(llm.answers())

    again = program.run("run", "--replay", "out", "--out", "again", folder=finished.folder.parent)

    assert again.code == 0, again.err
    made = finished.folder.parent / "again"
    names = {f.name for f in finished.folder.iterdir() if f.is_file()}
    assert {f.name for f in made.iterdir() if f.is_file()} == names
    assert [n for n in sorted(names) if (made / n).read_bytes() != (finished.folder / n).read_bytes()] == []
    assert len(llm.answers()) == before
