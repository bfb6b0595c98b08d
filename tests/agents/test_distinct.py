"""Whether names are enough, and who speaks up where they are not."""

import asyncio
import itertools

from hypothesis import given
from hypothesis import strategies as st

from cartjury.agents.distinct import placed
from cartjury.agents.sitting import complete
from cartjury.data.jury_records import PERSONAS, Proposal
from tests.agents.protocol import twelve
from tests.agents.sittings import Wire, desk, hearing, proposal

A, B, C, D = PERSONAS
# Each segment was named by two jurors or three; but these are two names for three segments.
TWO_FOR_THREE = (
    proposal(A, "Maple_Cedar", "S01"),
    proposal(A, "Birch_Willow", "S03"),
    proposal(B, "Birch_Willow", "S01"),
    proposal(C, "Maple_Cedar", "S02"),
    proposal(D, "Birch_Willow", "S02"),
    proposal(D, "MapleCedar", "S03"),
)


def completed(proposals: tuple[Proposal, ...], effort: str = "standard") -> tuple[Proposal, ...]:
    panel = desk(Wire(lambda block: ""), effort=effort).panel
    return asyncio.run(complete(panel, hearing(twelve()[:3], proposals=proposals))).proposals


def test_case_and_underscores_make_no_second_name() -> None:
    assert placed({"S01": ["Ant_Hill"], "S02": ["anthill", "AntHill"]}) == 1


@given(st.dictionaries(st.sampled_from(["S1", "S2", "S3", "S4"]), st.sets(st.sampled_from("ABCD"))))
def test_as_many_segments_are_placed_as_any_way_of_choosing_can(names: dict[str, set[str]]) -> None:
    choices = itertools.product(*([*sorted(found), ""] for found in names.values()))
    chosen = ([name for name in choice if name] for choice in choices)
    assert placed(names) == max(len(c) for c in chosen if len(set(c)) == len(c))


def test_where_two_names_are_wanted_for_three_segments_a_silent_juror_gives_a_third() -> None:
    (new,) = completed(TWO_FOR_THREE)

    assert new.provider == "offline"
    assert new.name not in {p.name for p in TWO_FOR_THREE}
    assert (new.persona, new.segment_id) not in {(p.persona, p.segment_id) for p in TWO_FOR_THREE}


def test_where_each_segment_can_have_a_name_of_its_own_nobody_adds_one() -> None:
    assert completed((*TWO_FOR_THREE, proposal(B, "Amber_Lagoon", "S02"))) == ()


def test_in_a_quick_sitting_the_offline_jurors_have_named_all_anyway() -> None:
    assert completed(TWO_FOR_THREE, "quick") == ()
