"""Every fault, in one juror, in all of them, in the judge: who speaks then, and what the record says of the others."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from cartjury.data.call_records import Effort
from cartjury.data.jury_records import PERSONAS, SegmentBrief
from tests.agents.protocol import twelve
from tests.faults import FAULTS
from tests.graph.failing_world import PAUSE, TIMEOUT, Sitting, at_first, careless, few_names, hold, in_seats
from tests.graph.sitting_checks import assert_sound

JUROR = "growth_strategist"
READABLE = (
    "think",
    "fenced",
    "half a surrogate",
    "no usage",
    "no finish_reason whole",
    "text parts",
    "extra ids",
)  # the answer is there, for who reads with care
HALF = "missing ids"
FATAL = ("401", "402", "403")  # for all models of the provider
SLOW = ("hang", "drip")
USELESS = tuple(sorted(set(FAULTS) - {*READABLE, HALF}))
LOST = ("reset", "cut", "500", "502 html", "503", "529")  # after three of these in a row nobody asks the provider
ONE_JUROR = tuple(k for k in USELESS if k not in {*FATAL, *LOST})
PATIENT = 5.0  # seconds: nothing times out only because the machine is busy


def met(kind: str, seats: Sequence[str], folder: Path | None = None, effort: Effort = "standard") -> Sitting:
    """A sound sitting on four segments in which every request of these seats meets a fault."""
    timeout = TIMEOUT if kind in SLOW else PATIENT
    fault = in_seats(seats, FAULTS[kind])
    sitting = hold(some(), fault=fault, folder=folder, effort=effort, timeout=timeout)
    assert_sound(sitting)
    return sitting


def some() -> tuple[SegmentBrief, ...]:
    return twelve()[:4]


def abstains(seats: Sequence[str]) -> set[tuple[str, str]]:
    return {(seat, stage) for seat in seats for stage in (("verdict",) if seat == "judge" else ("proposal", "ballot"))}


@pytest.mark.parametrize("kind", ONE_JUROR)
def test_a_juror_that_cannot_be_understood_abstains_and_the_others_name_all(kind: str, tmp_path: Path) -> None:
    sitting = met(kind, [JUROR], tmp_path)

    assert sitting.origins == {"model": 4}
    assert sitting.silent == abstains([JUROR])
    assert not [p for p in sitting.record.proposals if p.persona == JUROR]
    assert {b.persona for b in sitting.record.ballots} == set(PERSONAS) - {JUROR}


@pytest.mark.parametrize("kind", LOST)
def test_a_juror_that_gets_through_to_nobody_abstains_and_the_others_name_all(kind: str) -> None:
    sitting = met(kind, [JUROR])

    assert sitting.origins == {"model": 4}
    assert sitting.silent >= abstains([JUROR])
    assert {p.persona for p in sitting.record.proposals} == set(PERSONAS) - {JUROR}


@pytest.mark.parametrize("kind", USELESS)
def test_where_no_juror_can_be_understood_the_offline_jury_names_all_and_says_so(kind: str, tmp_path: Path) -> None:
    sitting = met(kind, PERSONAS, tmp_path)

    assert sitting.origins == {"offline": 4}
    assert {p.provider for p in sitting.record.proposals} == {"offline"}
    assert sitting.silent >= abstains(PERSONAS)


@pytest.mark.parametrize("kind", USELESS)
def test_a_judge_that_cannot_be_understood_abstains_and_the_ballots_decide(kind: str) -> None:
    sitting = met(kind, ["judge"])

    assert sitting.origins == {"model": 4}
    assert sitting.silent == abstains(["judge"])
    assert {v.model for v in sitting.record.verdicts} == {"offline"}
    assert not any(v.reasons for v in sitting.record.verdicts)


@pytest.mark.parametrize("seats", [[JUROR], PERSONAS, ["judge"]], ids=["one juror", "all jurors", "judge"])
@pytest.mark.parametrize("kind", READABLE)
def test_an_answer_that_careful_reading_finds_is_not_lost(kind: str, seats: Sequence[str]) -> None:
    sitting = met(kind, seats)

    assert sitting.origins == {"model": 4}
    assert not sitting.silent
    assert sitting.outcomes == {"answered": 10}


@pytest.mark.parametrize("seat", [JUROR, "judge"])
@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_a_fault_that_comes_once_costs_no_name_and_no_vote(kind: str, seat: str) -> None:
    timeout = TIMEOUT if kind in SLOW else PATIENT
    sitting = hold(some(), fault=at_first(seat, FAULTS[kind]), timeout=timeout)

    assert_sound(sitting)
    assert sitting.origins == {"model": 4}
    assert not sitting.silent
    assert len(sitting.record.ballots) == 16
    assert "offline" not in {v.model for v in sitting.record.verdicts}


def test_half_an_answer_counts_and_only_the_rest_is_asked_for_again() -> None:
    sitting = met(HALF, [JUROR])
    asked = [c for c in sitting.record.calls if c.persona == JUROR and c.stage == "proposal"]

    assert {p.segment_id for p in sitting.record.proposals if p.persona == JUROR}
    assert asked[0].outcome == "wrong_shape"
    assert asked[1].repair


@pytest.mark.parametrize("kind", FATAL)
def test_a_provider_that_refuses_the_key_is_asked_once_and_no_more(kind: str) -> None:
    sitting = met(kind, [*PERSONAS, "judge"])
    sent = [c for c in sitting.record.calls if c.sent]

    assert sitting.origins == {"offline": 4}
    assert len(sent) <= 2 * len(PERSONAS)  # those that were under way together, at one provider and then at the other
    assert sitting.outcomes["skipped"]


@pytest.mark.parametrize("effort", ["quick", "standard", "thorough"])
@pytest.mark.parametrize("kind", ["malformed", "429 long", "404", "reset", "200 html"])
def test_where_nobody_can_be_understood_the_jury_still_ends_whole(kind: str, effort: Effort) -> None:
    sitting = met(kind, [*PERSONAS, "judge"], effort=effort)

    assert sitting.origins == {"offline": 4}
    assert {v.model for v in sitting.record.verdicts} == {"offline"}


@pytest.mark.parametrize("effort", ["standard", "thorough"])
@pytest.mark.parametrize("seed", range(8))
def test_where_the_jurors_want_the_same_few_names_each_segment_still_gets_one_of_its_own(
    seed: int, effort: Effort
) -> None:
    briefs = twelve()[seed % 3 : seed % 3 + 5]  # more than there are names
    sitting = hold(briefs, says=few_names, seed=seed, effort=effort, timeout=PATIENT)

    assert_sound(sitting)
    assert sitting.origins["model"] >= 2
    assert sitting.origins["offline"] >= 1


@pytest.mark.parametrize("seed", range(4))
def test_of_models_that_name_carelessly_only_the_names_that_pass_are_heard(seed: int, tmp_path: Path) -> None:
    sitting = hold(twelve(), says=careless, seed=seed, effort="thorough", folder=tmp_path, timeout=PATIENT)

    assert_sound(sitting)
    assert sitting.outcomes["not_accepted"] > 4
    assert sitting.origins["model"] > 6


@pytest.mark.parametrize(("kind", "pause"), [("429 short", 0.05), ("429 at once", PAUSE), ("503", 0.05)])
def test_a_provider_that_says_how_long_to_wait_is_asked_again_after_that(kind: str, pause: float) -> None:
    sitting = hold(some(), fault=at_first("judge", FAULTS[kind]), timeout=PATIENT)
    again = [c for c in sitting.record.calls if c.waited_s or c.attempt]

    assert sitting.seconds < 9.0
    assert [(c.persona, c.attempt, c.waited_s, c.outcome) for c in again] == [("judge", 1, pause, "answered")]
