"""Questions, replies to an open question, and readings that are checked."""

import pytest

from cartjury.data.chat_records import (
    Asked,
    Overview,
    Refused,
    Topic,
    WhatChanged,
    WhatIf,
    WhoIsIn,
    WhyName,
    WhyRank,
    Wishes,
    Wondered,
)
from cartjury.data.edit_records import (
    AddDimension,
    DropDimension,
    Edit,
    Lock,
    Merge,
    Rename,
    Reset,
    SetCut,
    SetFilter,
    SetLevels,
    SetPriorities,
    SetSizes,
    SetWindow,
    Split,
    Undo,
)
from cartjury.data.records import Comparison
from cartjury.tools.understand import check_reading, read_message, read_plainly
from tests.tools.understand.scenes import scene

SCENE = scene(focus=("S03",))
MERGED = WhatIf(edits=(Merge(segments=("S01", "S02")),))

QUESTIONS: list[tuple[str, Topic]] = [
    ("why is S03 called that", WhyName(segment="S03")),
    ("Why this name?", WhyName(segment="S03")),
    ("who named the biggest segment?", WhyName(segment="S12")),
    ("why is this one ranked fourth?", WhyRank(segment="S03")),
    ("why is S04 so low?", WhyRank(segment="S04")),
    ("explain the score of S05", WhyRank(segment="S05")),
    ("why is Premium_Active_Valuable above Thrifty_Quiet_Gems", WhyRank(segment="S01", against="S11")),
    ("who is in S04", WhoIsIn(segment="S04")),
    ("how many users are in S03", WhoIsIn(segment="S03")),
    ("what's in the second one?", WhoIsIn(segment="S05")),
    ("which is the biggest segment?", WhoIsIn(segment="S12")),
    ("what changed since revision 2", WhatChanged(since=2)),
    ("what changed?", WhatChanged()),
    ("what has changed since the start?", WhatChanged(since=1)),
    ("what would happen if we merged S01 and S02", MERGED),
    ("what if we merged S01 and S02?", MERGED),
    ("what would merging S01 and S02 do?", MERGED),
    ("what happens if I set the window to 14 days", WhatIf(edits=(SetWindow(days=14),))),
    ("show the segments", Overview()),
    ("history", Overview(of="history")),
    ("help", Overview(of="help")),
    ("what can you do?", Overview(of="help")),
]


@pytest.mark.parametrize(("said", "topic"), QUESTIONS, ids=[said for said, _ in QUESTIONS])
def test_a_question_is_answered_from_the_record(said: str, topic: Topic) -> None:
    assert read_message(said, SCENE) == Wondered(topic=topic)


def open_question() -> Asked:
    reading = read_message("rename the premium one to Foo Bar", SCENE)
    assert isinstance(reading, Asked)
    assert [o.label for o in reading.options] == ["call S01 Foo Bar", "call S02 Foo Bar"]
    return reading


@pytest.mark.parametrize(
    "said",
    [
        "2",
        "the second one",
        "second",
        "option 2",
        "S02",
        "call S02 Foo Bar",
        "the last one",
        "I mean S02",
        "number two",
        "the 2nd",
    ],
)
def test_a_reply_picks_an_option_of_the_open_question(said: str) -> None:
    asked = scene(focus=("S03",), asked=open_question())

    assert read_message(said, asked) == Wishes(edits=(Rename(segment="S02", name="Foo Bar"),))
    assert read_plainly(said, asked) == Wishes(edits=(Rename(segment="S02", name="Foo Bar"),))


@pytest.mark.parametrize("said", ["neither", "none of them", "cancel", "never mind", "no", "forget it"])
def test_a_question_can_be_closed(said: str) -> None:
    reading = read_message(said, scene(asked=open_question()))

    assert reading == Refused(reason="Nothing was changed.")


def test_a_number_beyond_the_options_is_asked_again() -> None:
    reading = read_message("7", scene(asked=open_question()))

    assert isinstance(reading, Asked)
    assert len(reading.options) == 2


def test_a_new_wish_passes_by_an_open_question() -> None:
    assert read_message("lock S07", scene(asked=open_question())) == Wishes(edits=(Lock(segments=("S07",)),))


def test_an_ordinal_in_a_wish_is_doubtful_while_a_question_is_open() -> None:
    assert isinstance(read_message("lock the second one", scene(asked=open_question())), Asked)


@pytest.mark.parametrize("said", ["merge S01 and S02", "why is S03 called that", "Namen ändern", "split it"])
def test_what_is_not_plain_is_left_to_a_model(said: str) -> None:
    assert read_plainly(said, SCENE) is None


@pytest.mark.parametrize("said", ["undo", "redo", "help", "reset", "approve", "cancel"])
def test_what_is_plain_needs_no_model(said: str) -> None:
    assert read_plainly(said, SCENE) is not None


BAD: list[tuple[tuple[Edit, ...], str]] = [
    ((Lock(segments=("S99",)),), "no segment S99"),
    ((Merge(segments=("S01", "S01")),), "with itself"),
    ((Merge(segments=("S01", "S02")), Rename(segment="S02", name="X")), "merged into another"),
    ((Split(segment="S01", by="colour"),), "no feature colour"),
    ((SetLevels(dimension="Colour", levels=2),), "no dimension"),
    ((SetLevels(dimension="AOV"),), "exactly one of the three"),
    ((AddDimension(column="user_id"),), "no column of numbers user_id"),
    ((AddDimension(column="avg_order_value"),), "already"),
    ((DropDimension(dimension="Colour"),), "no dimension"),
    ((SetCut(dimension="AOV", value=5.0),), "which one"),
    ((SetCut(dimension="Engagement", position=2, value=0.5),), "none is number 2"),
    ((SetCut(dimension="Engagement"),), "exactly one of the two"),
    ((SetSizes(min_size=9, max_size=3),), "more than the maximum"),
    ((SetSizes(min_size=-1),), "at least one user"),
    ((SetPriorities(dimension="AOV", levels={"Huge": 1.0}),), "no level Huge"),
    ((SetFilter(conditions=(Comparison(column="colour", op="=", value="red"),)),), "no column colour"),
    ((SetFilter(),), "No condition"),
    ((Reset(revision=9),), "no revision 9"),
    ((Undo(), Lock()), "stand alone"),
]


@pytest.mark.parametrize(("edits", "said"), BAD)
def test_a_reading_that_cannot_be_is_objected_to(edits: tuple[Edit, ...], said: str) -> None:
    assert any(said in why for why in check_reading(Wishes(edits=edits), SCENE))


def test_a_question_about_what_there_is_not_is_objected_to() -> None:
    assert check_reading(Wondered(topic=WhyRank(segment="S01", against="S77")), SCENE)
    assert check_reading(Wondered(topic=WhatChanged(since=8)), SCENE)
    assert not check_reading(Wondered(topic=WhyName(segment="S01")), SCENE)
