"""A provider that dies in the middle, a server that goes away, a world without any: complete results, and soon."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from cartjury.agents.desk import PAUSE
from cartjury.data.call_records import Effort, Outcome
from tests import program
from tests.agents.protocol import twelve
from tests.faults import FAULTS
from tests.graph.failing_world import KEYS, TIMEOUT, Sitting, dies, hold, hold_until, nowhere, sit
from tests.graph.sitting_checks import assert_sound

REQUESTS, GROQ = 10, 8  # of a standard sitting in which nothing fails: all, and those to Groq
DEATHS: Mapping[str, Outcome] = {
    "reset": "connection",
    "500": "server_error",
    "401": "unauthorized",
    "404": "model_gone",
    "429 long": "rate_limited",
}


def asked(sitting: Sitting, provider: str) -> list[str]:
    """The outcomes of the requests that a provider was sent."""
    return [c.outcome for c in sitting.record.calls if c.provider == provider and c.sent]


@pytest.mark.parametrize("kind", DEATHS)
@pytest.mark.parametrize("after", range(GROQ))
def test_when_groq_dies_in_the_middle_cerebras_takes_over_and_the_record_says_so(after: int, kind: str) -> None:
    sitting = hold(twelve(), fault=dies("groq", after, FAULTS[kind]), timeout=5.0)
    last = {v.model for v in sitting.record.verdicts}

    assert_sound(sitting)
    assert sitting.origins == {"model": 12}
    assert not sitting.silent
    assert set(asked(sitting, "groq")) - {"answered"} == {DEATHS[kind]}
    assert set(asked(sitting, "cerebras")) == {"answered"}
    assert any("cerebras" in model for model in last)


@pytest.mark.parametrize("after", [0, 3, 6])
def test_when_groq_hangs_from_the_middle_on_only_a_few_requests_wait_for_it(after: int) -> None:
    sitting = hold(twelve(), fault=dies("groq", after, FAULTS["hang"]))

    assert_sound(sitting)
    assert sitting.origins == {"model": 12}
    assert not sitting.silent
    assert asked(sitting, "groq").count("timeout") <= 6
    assert sitting.seconds < 6 * TIMEOUT


@pytest.mark.parametrize("number", range(REQUESTS))
def test_when_the_whole_server_goes_away_the_jury_ends_with_what_it_has(number: int, tmp_path: Path) -> None:
    sitting = hold_until(twelve(), number, folder=tmp_path, timeout=5.0)
    heard = [c for c in sitting.record.calls if c.outcome == "answered"]

    assert_sound(sitting, reached=False)
    assert len(heard) <= number + 3  # at most four are under way together
    assert sitting.outcomes["connection"] > 0
    assert sitting.silent
    assert sitting.seconds < 5.0


@pytest.mark.parametrize("effort", ["quick", "standard", "thorough"])
def test_without_any_provider_the_offline_jury_names_all_within_seconds(effort: Effort, tmp_path: Path) -> None:
    record, seconds, log = sit(twelve(), nowhere(), effort=effort, folder=tmp_path, timeout=60.0, pause=PAUSE)
    sitting = Sitting(twelve(), record, (), log, seconds)

    assert_sound(sitting, reached=False)
    assert sitting.origins == {"offline": 12}
    assert all("it could not be reached" in a.reason or "failed 3 times" in a.reason for a in record.abstentions)
    assert sitting.outcomes["connection"] <= 20
    assert seconds < 8.0


@pytest.mark.parametrize("effort", ["standard", "thorough"])
def test_where_everything_hangs_a_jury_takes_a_few_timeouts_and_not_one_for_each_request(effort: Effort) -> None:
    sitting = hold(twelve(), fault=lambda seen: FAULTS["hang"], effort=effort)

    assert_sound(sitting)
    assert sitting.origins == {"offline": 12}
    assert sitting.outcomes["timeout"] <= 12
    assert sitting.seconds < 8 * TIMEOUT


def test_a_run_without_any_provider_is_finished_and_says_who_named(tmp_path: Path) -> None:
    env = {**KEYS, "GROQ_API_BASE": nowhere(), "CEREBRAS_BASE_URL": nowhere()}
    words = ("run", "--n-users", "2000", "--as-of", "2026-11-23", "--out", "out", "--rate-limits", "off")
    done = program.run(*words, folder=tmp_path, env=env)
    said = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))

    assert done.code == 0
    assert said["names_by_origin"] == {"offline": said["segments"]}
    assert any("the offline jury, not a model, named" in w for w in said["warnings"])
    assert any("it could not be reached" in w for w in said["warnings"])
    assert not program.calls(tmp_path)
    files = [f for f in (tmp_path / "out").rglob("*") if f.is_file()]
    assert not [f.name for f in files for key in KEYS.values() if key.encode() in f.read_bytes()]
