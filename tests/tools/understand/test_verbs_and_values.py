"""A verb that names a side is held against the present value; names, shares and swaps are read as they are said."""

import pytest

from cartjury.data.chat_records import Asked, Refused, Wishes
from cartjury.data.edit_records import AddDimension, AskAgain, DropDimension, Merge, Rename, SetCut, SetWeights
from cartjury.tools.understand import read_message
from tests.tools.understand.scenes import scene

SCENE = scene()


@pytest.mark.parametrize(
    "said",
    [
        "shorten the window to 10 days",
        "extend the window to 5 days",
        "lower the minimum to 600",
        "raise the minimum to 400",
        "reduce the maximum to 30000",
        "reduce weight of conversion to 0.4",
        "raise the weight of conversion to 0.2",
        "reduce AOV to 4 levels",
        "10 days instead of 5",
        "4 levels of AOV instead of 2",
    ],
)
def test_a_verb_against_the_present_value_is_asked_about(said: str) -> None:
    assert isinstance(read_message(said, SCENE), Asked)


@pytest.mark.parametrize(
    "said",
    [
        "extend the window to 10 days",
        "lower the minimum to 400",
        "lower limit 600",
        "up to 3000 users per segment",
        "lift 0.1",
        "use 10 days instead of 7",
        "increase AOV to 4 levels",
    ],
)
def test_a_verb_with_the_present_value_is_a_wish(said: str) -> None:
    assert isinstance(read_message(said, SCENE), Wishes)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("rename S02 to Good_Name", "Good_Name"),
        ("call S02 Nice Name", "Nice Name"),
        ("call S02 Set_And_Go", "Set_And_Go"),
    ],
)
def test_a_name_may_hold_a_word_that_else_ends_it(said: str, name: str) -> None:
    assert read_message(said, SCENE) == Wishes(edits=(Rename(segment="S02", name=name),))


def test_yourself_is_no_name() -> None:
    assert read_message("rename S03 yourself", SCENE) == Wishes(edits=(AskAgain(segments=("S03",)),))


def test_a_name_answers_what_a_segment_shall_be_called() -> None:
    asked = read_message("rename S05", SCENE)
    assert isinstance(asked, Asked)

    assert read_message("Velvet Vault", scene(asked=asked)) == Wishes(
        edits=(Rename(segment="S05", name="Velvet Vault"),)
    )
    assert isinstance(read_message("dunno", scene(asked=asked)), Asked)
    assert isinstance(read_message("not sure", scene(asked=asked)), Asked)
    assert not isinstance(read_message("Velvet Vault", SCENE), Wishes)


def test_one_dimension_takes_the_place_of_another() -> None:
    wanted = Wishes(edits=(DropDimension(dimension="Profit"), AddDimension(column="sessions_last_30d")))

    assert read_message("replace profit by sessions", SCENE) == wanted
    assert read_message("use sessions instead of profit", SCENE) == wanted


def test_a_level_is_a_share_of_users_at_its_own_end_only() -> None:
    cut = SetCut(dimension="Engagement", quantile=0.75)

    assert read_message("High engagement should mean the top 25%", SCENE) == Wishes(edits=(cut,))
    assert isinstance(read_message("High engagement should mean the bottom 25%", SCENE), Asked)


def test_a_weight_is_doubled_from_what_it_is() -> None:
    assert read_message("double the weight of lift", SCENE) == Wishes(edits=(SetWeights(weights={"lift": 0.4}),))
    assert isinstance(read_message("make conversion twice as important as lift is", SCENE), Asked)


def test_a_number_sign_is_an_id_or_a_rank() -> None:
    assert isinstance(read_message("merge #1 and #2", SCENE), Asked)


def test_else_is_a_segment_where_it_is_written_as_one() -> None:
    assert read_message("put the ELSE segment into S12", SCENE) == Wishes(edits=(Merge(segments=("S12", "S13")),))
    assert isinstance(read_message("merge S01 or else S02", SCENE), Asked)


def test_a_missing_value_is_not_filtered() -> None:
    reading = read_message("exclude people who have never ordered", SCENE)

    assert isinstance(reading, Refused)
    assert "missing value" in reading.reason


def test_a_no_where_nothing_waits_is_told_so() -> None:
    assert read_message("n", SCENE) == Refused(reason="Nothing is waiting.")
