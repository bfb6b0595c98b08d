"""Caps and rate limits as a user sets them: never passed, said when reached; whatever they allow, the run is whole."""

import time
from pathlib import Path

import pytest

from cartjury.data.journal import read
from cartjury.data.run_records import Manifest
from cartjury.tools.report_calls import held_for_caps
from tests.agents.scripted_model import answer
from tests.app.jury_program import CALLS, RUN, SMALL, done, whole
from tests.fault_server import FaultServer
from tests.faults import FAULTS

pytestmark = pytest.mark.usefixtures("empty_folder")


def capped(server: FaultServer, *words: object) -> tuple[Manifest, str]:
    """A run that a cap cuts short: it ends well, is whole and says so."""
    result = done(server, *RUN, *words, "--out", "out")
    return whole("out"), result.stderr


@pytest.mark.parametrize(("cap", "calls"), [(0, 0), (1, 1), (6, 6), (10, 10)])
def test_a_cap_on_calls_is_used_up_and_never_passed(cap: int, calls: int, server: FaultServer) -> None:
    found, said = capped(server, "--max-calls", cap)

    assert (found.calls, len(server.seen)) == (calls, calls)
    assert (f"(--max-calls {cap})" in said) == (cap < CALLS)
    assert (f"the cap of {cap} call" in said) == (cap < CALLS)
    assert ("the offline jury, not a model, named all 12 segments" in said) == (cap == 0)


@pytest.mark.parametrize("cap", [0, 0.001, 0.012])
def test_a_cap_on_money_is_never_passed(cap: float, server: FaultServer) -> None:
    found, said = capped(server, "--max-cost", cap)

    assert found.cost_usd <= cap
    assert len(server.seen) == found.calls < CALLS
    # A cheaper model of the chain may fit where the first one does not: then nothing was held back.
    held = held_for_caps(read(Path("out/jury.jsonl")))
    assert (f"(--max-cost {float(cap):g})" in said) == (held > 0)
    assert held or cap == 0.012
    assert (found.calls > 0) == (found.names_by_origin.get("model", 0) > 0) == (cap > 0)


@pytest.mark.parametrize("cap", [100, 8_000, 20_000])
def test_a_cap_on_tokens_is_never_passed(cap: int, server: FaultServer) -> None:
    found, said = capped(server, "--max-tokens", cap)

    assert sum(found.tokens.values()) <= cap
    assert len(server.seen) == found.calls < CALLS
    assert f"(--max-tokens {cap:,})" in said
    assert (found.calls == 0) == (cap <= 100)


@pytest.mark.parametrize("fault", ["no usage", "500", "truncated", "hang"])
def test_failures_and_uncounted_answers_pass_no_cap_either(fault: str, server: FaultServer) -> None:
    server.fault = lambda seen: FAULTS[fault]
    found, said = capped(server, "--max-calls", 4, "--max-tokens", 20_000, "--max-cost", 0.01, "--call-timeout", 1)

    assert len(server.seen) == found.calls <= 4
    assert sum(found.tokens.values()) <= 20_000
    assert found.cost_usd <= 0.01
    assert "to stay within the caps (--max-calls 4, --max-tokens 20,000, --max-cost 0.01)" in said


def test_a_cap_on_seconds_ends_the_jury_in_time() -> None:
    with FaultServer(answer=answer, delay=20) as server:
        found, said = capped(server, "--max-seconds", 0.5)

    assert sum(found.timings[node] for node in ("name", "score", "certify")) < 20
    assert found.names_by_origin == {"offline": 12}
    assert max(seat.latency_max_s for seat in found.jury_seats.values()) < 1.5
    assert "(--max-seconds 0.5)" in said


def test_without_seconds_nothing_is_asked(server: FaultServer) -> None:
    found, said = capped(server, "--max-seconds", 0)

    assert (len(server.seen), found.calls) == (0, 0)
    assert "the cap of 0 s is reached" in said


def test_a_debate_stops_at_a_cap(server: FaultServer) -> None:
    server.answer = lambda body: answer(body, undecided=True)
    found, _ = capped(server, "--effort", "thorough", "--max-calls", 14)

    assert len(server.seen) == found.calls <= 14
    assert "a cap of this run was reached" in Path("out/verdicts.json").read_text(encoding="utf-8")


def test_with_a_cap_on_money_a_model_without_a_price_is_not_asked(server: FaultServer) -> None:
    Path("cartjury.toml").write_text('[models.judge]\nprovider = "groq"\nmodel = "maker/some-model"\n', "utf-8")
    capped(server, "--max-cost", 1)

    assert "maker/some-model" not in {seen.model for seen in server.seen}
    assert len(server.seen) == CALLS  # the next judge of the chain has a price


def test_a_judge_that_only_has_unpriced_models_is_said_to_be_held_back(server: FaultServer) -> None:
    Path("cartjury.toml").write_text(
        '[[model]]\nprovider = "groq"\nid = "maker/some-model"\n'
        '[presets.default.judge]\nmodels = ["groq/maker/some-model"]\n',
        encoding="utf-8",
    )
    found, said = capped(server, "--max-cost", 1)

    assert (len(server.seen), found.calls) == (CALLS - 2, CALLS - 2)
    assert "its price is not known, and a cost cap is set" in said


def test_caps_can_stand_in_the_settings_and_the_environment(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("cartjury.toml").write_text("max_calls = 2\nmax_cost = 0.5\n", encoding="utf-8")
    monkeypatch.setenv("CARTJURY_MAX_CALLS", "1")
    _, said = capped(server)

    assert "; at most 1 call, $0.5" in said
    assert len(server.seen) == 1


LIMITED = """
[[model]]
provider = "groq"
id = "maker/slow"
price_in = 1
price_out = 1
requests_per_minute = {per_minute}
tokens_per_minute = 10000000

[presets.slow.creative_marketer]
models = ["groq/maker/slow"]
[presets.slow.growth_strategist]
models = ["groq/maker/slow"]
[presets.slow.data_scientist]
models = ["groq/maker/slow"]
[presets.slow.risk_manager]
models = ["groq/maker/slow"]
[presets.slow.judge]
models = ["groq/maker/slow"]
"""


def limited(server: FaultServer, per_minute: float, *words: object) -> tuple[str, list[float]]:
    """What a run with a rate limit says, and when each of its requests came.

    Limits are shared by all juries of a process, so each test has a number of its own.
    """
    came: list[float] = []
    server.fault = lambda seen: came.append(time.monotonic())
    Path("cartjury.toml").write_text(LIMITED.format(per_minute=per_minute), encoding="utf-8")
    return done(server, "run", *SMALL, "--jury", "slow", "--out", "out", *words).stderr, came


def test_requests_beyond_a_minutes_worth_wait_for_their_rate_limit(server: FaultServer) -> None:
    """One model in all seats proposes each name four times: nothing is left to vote on, so it takes 48 calls."""
    said, came = limited(server, 46, "--batch", 1)

    assert len(came) == 48
    assert came[-1] - came[0] > 2 * 60 / 46 - 0.3
    assert "s for groq's rate limit" in said
    assert max(seat.waited_s for seat in whole("out").jury_seats.values()) > 1


def test_a_wait_that_would_pass_the_cap_on_seconds_is_not_begun(server: FaultServer) -> None:
    said, came = limited(server, 3, "--max-seconds", 10)

    assert len(came) == 3
    assert "the cap of 10 s would be passed" in said
    assert "s for groq's rate limit" not in said


def test_rate_limits_can_be_left_off(server: FaultServer) -> None:
    said, came = limited(server, 1, "--rate-limits", "off")

    assert len(came) == 4
    assert came[-1] - came[0] < 10
    assert "rate limit" not in said
