"""Further classes of English that a wish comes in, and near misses of each that must not become one."""

import pytest

from cartjury.data.chat_records import Asked, Refused, Topic, WhatChanged, WhatIf, WhyName, WhyRank, Wishes, Wondered
from cartjury.data.edit_records import (
    AddDimension,
    DropDimension,
    Edit,
    Lock,
    Merge,
    Rename,
    SetCut,
    SetFilter,
    SetLevels,
    SetPriorities,
    SetSizes,
    SetWeights,
    SetWindow,
    Split,
    Undo,
)
from cartjury.data.records import Comparison
from cartjury.tools.understand import check_reading, read_message
from tests.tools.understand.scenes import scene

SCENE = scene(focus=("S06", "S08"))  # AOV is cut at 60 and 110, engagement at 0.48; the maximum is 20,000 users
ITEMS = "num_cart_items"
LOW, HIGH = (SetCut(dimension="AOV", position=i, value=v) for i, v in ((1, 40), (2, 120)))


def many_sessions(*, excluded: bool = False) -> SetFilter:
    op = "<" if excluded else ">="
    return SetFilter(conditions=(Comparison(column="sessions_last_30d", op=op, value=3),))


WISHES: list[tuple[tuple[Edit, ...], tuple[str, ...]]] = [
    (
        (Merge(segments=("S06", "S10")),),
        ("merge segments six and ten", "S06 and S10 become one segment only", "merge S06/S10 into a single bucket"),
    ),
    ((Merge(segments=("S06", "S08")),), ("join the two we just talked about", "merge the two I mentioned")),
    ((Lock(segments=("S11",)),), ("lock the one that is ranked 8th", "lock the segment in eighth place")),
    (
        (Split(segment="S08", by=ITEMS, values=(3,)),),
        (
            "cut S08 in two by cart items: fewer than 3, and 3 or more",
            "split S08 by num_cart_itmes at 3",
            "make from S08 two parts by cart items, the limit is 3",
        ),
    ),
    (
        (AddDimension(column=ITEMS, cuts=(2,)),),
        (
            "add a fourth dimension, cart items, cut at two",
            "new dim: cart items, cut 2",
            "tell apart carts with 1 item from those with 2 or more, in all segments",
        ),
    ),
    ((SetLevels(dimension="Profit", levels=3),), ("re-bin profit into terciles", "profit must have 3 levels, not 2")),
    ((SetLevels(dimension="AOV", levels=4),), ("cut AOV into 4 levels",)),
    (
        (SetCut(dimension="Engagement", value=0.5),),
        ("shift the engagement cut from 0.48 to 0.5", "engagement should count as high from zero point five"),
    ),
    ((LOW,), ("move the AOV cut from 60 to 40", "low AOV ends at 40", "AOV below 40 counts as low")),
    ((LOW, HIGH), ("set the low AOV cut to 40 and the high one to 120",)),
    (
        (DropDimension(dimension="Engagement"),),
        ("keep only two dimensions, AOV and profit", "drop engagement, we not need it", "engagement dimension out"),
    ),
    (
        (SetWindow(days=10),),
        ("take the carts of the 10 last days", "count carts that were abandoned in the last 10 days"),
    ),
    (
        (SetSizes(max_size=3000),),
        (
            "keep every segment to 3,000 users at most",
            "the upper size limit should be 3,000 instead of 20,000",
            "the segments must be not bigger than 3000 persons",
        ),
    ),
    (
        (SetWeights(weights={"size": 0.25}),),
        (
            "raise the share of size in the overall score from 10% to 25%",
            "bump the size component's weight to 0.25",
            "give size more weight: 25 percents",
        ),
    ),
    (
        (SetPriorities(dimension="Engagement", levels={"High": 1, "Low": 0.3}),),
        (
            "priorities: Engagement_High 1, Engagement_Low 0.3",
            "priority one for high engagement and zero point three for low",
            "for the engagement, the high has the priority 1 and the low has 0.3",
        ),
    ),
    (
        (SetPriorities(dimension="AOV", levels={"High": 1, "Medium": 0.2, "Low": 0.2}),),
        ("priority 1 for high AOV, 0.2 for medium and low",),
    ),
    ((many_sessions(),), ("just the people with three sessions or more",)),
    ((many_sessions(excluded=True),), ("exclude people with 3 sessions or more",)),
    ((Rename(segment="S13", name="No Data Yet"),), ("S13 is to be called No Data Yet",)),
    ((Rename(segment="S09", name="Little Sparks"),), ("call the smallest one Little Sparks",)),
    (
        (Rename(segment="S05", name="Gold Rush"), Lock(segments=("S05",))),
        ("rename S05 to Gold Rush and lock the name",),
    ),
    ((Undo(),), ("wrong, undo it",)),
    (
        (Rename(segment="S05", name="Silver Stars"),),
        ("Silver Eager Champions sounds a bit stiff, so let's call them Silver Stars, ok?",),
    ),
]


@pytest.mark.parametrize(("said", "edits"), [(said, edits) for edits, all_said in WISHES for said in all_said])
def test_a_wish_is_read_however_it_is_put(said: str, edits: tuple[Edit, ...]) -> None:
    reading = read_message(said, SCENE)

    assert reading == Wishes(edits=edits)
    assert check_reading(reading, SCENE) == ()


NEAR_MISSES = (
    "don't merge segments six and ten", "merge segments six or ten", "S06 and S10 must not become one segment",
    "merge segments six and ten if they are small", 'the boss said "merge segments six and ten"',
    "don't split S08 in two by cart items", "split S08 by cart items: fewer than 3, and 4 or more",
    "split S08 by AOV: up to 50, and 51 or more", "distinguish carts with 1 item from those with 3 or more",
    "do not distinguish carts with 1 item from those with 2 or more", "add a sixth dimension, cart items, cut at two",
    "profit must not have 3 levels", "profit must have 4 levels, not 3", "cut AOV to 4 levels",
    "move the engagement cut from 0.6 to 0.5", "don't move the AOV cut from 60 to 40",
    "AOV below 50 counts as high", "high AOV ends at 130", "engagement should not count as high from 0.5",
    "set the low AOV cut to 40 and the medium one to 120",
    "keep only two dimensions, AOV, profit and engagement", "drop engagement, we need it",
    "drop engagement if we do not need it", "do not drop engagement, we need it",
    "not the 10 last days", "the last 10 days were good",
    "upper size limit 3000 instead of 5000", "segments must not be not bigger than 3000",
    "raise the share of size from 20% to 25%", "lower the share of size from 10% to 25%",
    "give lift more weight: 10%", "priority 1 for high AOV and low engagement 0.2",
    "for engagement, high is 0.5 and low is 0.2", "lock the name", "rename S05 to Gold Rush and don't lock the name",
    "call S03 No Way Not That", "call S03 no thanks", "rename S03 to Never Lock S02", "Never Merge S01 and S02",
    "wrong merge S01 and S02", "if we merged S09 and S11", "if we merged S09 and S11, then what? lock S03",
    "lock S03?", "is it ok to lock S03, or not ok?", "should we lock S03, ok?", "call them Silver Stars",
)  # fmt: skip


@pytest.mark.parametrize("said", NEAR_MISSES)
def test_what_only_looks_like_such_a_wish_is_asked_about(said: str) -> None:
    assert isinstance(read_message(said, SCENE), Asked | Refused)


MERGED = WhatIf(edits=(Merge(segments=("S09", "S11")),))
QUESTIONS: list[tuple[str, Topic]] = [
    ("suppose we merged S09 and S11, what then?", MERGED),
    ("if we merged S09 and S11, what would happen?", MERGED),
    ("what if we merged segments nine and eleven", MERGED),
    ("what would a window of 21 days do?", WhatIf(edits=(SetWindow(days=21),))),
    ("how would it look with a 14 day window?", WhatIf(edits=(SetWindow(days=14),))),
    ("what is behind the name of S09?", WhyName(segment="S09")),
    ("how did you come up with Budget_Active_Emerging?", WhyName(segment="S10")),
    ("How come S06 sits above S02?", WhyRank(segment="S06", against="S02")),
    ("What is different now from revision 2?", WhatChanged(since=2)),
]


@pytest.mark.parametrize(("said", "topic"), QUESTIONS, ids=[said for said, _ in QUESTIONS])
def test_a_question_in_other_words_is_answered(said: str, topic: Topic) -> None:
    assert read_message(said, SCENE) == Wondered(topic=topic)
