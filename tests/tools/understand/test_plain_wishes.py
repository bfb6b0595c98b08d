"""Plain English wishes, and the edits they come to."""

import pytest

from cartjury.data.chat_records import Wishes
from cartjury.data.edit_records import (
    AddDimension,
    AskAgain,
    DropDimension,
    Edit,
    Lock,
    Merge,
    Redo,
    Rename,
    Reset,
    SetCut,
    SetFilter,
    SetLevels,
    SetPriorities,
    SetSizes,
    SetWeights,
    SetWindow,
    Split,
    Undo,
    Unlock,
)
from cartjury.data.records import Comparison
from cartjury.tools.understand import check_reading, read_message
from tests.tools.understand.scenes import scene

SCENE = scene(focus=("S03",), recent=(("rename", ("S07",)), ("merge", ("S10",))))
AOV, SESSIONS, ITEMS = "avg_order_value", "sessions_last_30d", "num_cart_items"


def only(column: str, op: str, value: float) -> SetFilter:
    return SetFilter(conditions=(Comparison.model_validate({"column": column, "op": op, "value": value}),))


MERGES = {
    ("S03", "S05"): (
        "merge 3+5",
        "merge S03 and S05",
        "could you please put S03 and S05 together",
        "mrege s3 with s5",
        "Merge Golden_Quiet_Gems and Silver_Eager_Champions!",
        "merge silver and golden",
        "fold S05 into S03",
        "S03 and S05 should be one segment",
        "can we combine segments 3 and 5?",
    ),
    ("S01", "S02", "S03"): ("merge 1,2,3", "merge S1-S3", "merge segments 1, 2 and 3", "merge S01, S02, and S03"),
    ("S04", "S12"): ("merge the bottom two", "combine the two worst segments", "merge the last two"),
    ("S02", "S09"): ("merge the two smallest", "the two smallest segments should be merged"),
    ("S03", "S04"): ("merge high AOV, low engagement", "merge the high-AOV low-engagement segments"),
    ("S09", "S10", "S11", "S12"): ("merge the low AOV ones", "merge all low AOV segments"),
}
RENAMES = {
    ("S05", "Silver Stars"): (
        "rename S05 to Silver Stars",
        "call S05 Silver Stars",
        'please name the second one "Silver Stars"',
        "renmae Silver_Eager_Champions to Silver Stars",
        "change S05's name to Silver Stars",
        "let's call S05 Silver Stars, please",
    ),
    ("S03", "Bread and Butter"): ('call it "Bread and Butter"',),
    ("S12", "Sleeping Giants"): ("call the biggest one Sleeping Giants",),
    ("S07", "Fine Folks"): ("rename the one you just renamed to Fine Folks",),
    ("S10", "Fine Folks"): ("rename the merged one to Fine Folks",),
}
OTHERS: tuple[tuple[Edit, tuple[str, ...]], ...] = (
    (
        Split(segment="S12", by="days_since_abandonment"),
        (
            "Split the big one by recency.",
            "split S12 by days since abandonment",
            "split the largest segment in two by recency",
        ),
    ),
    (Split(segment="S01", by="AOV", values=(200.0,)), ("split S01 at 200 euros", "split S01 by AOV at $200")),
    (Split(segment="S08", by=SESSIONS, quantiles=(1 / 4, 1 / 2, 3 / 4)), ("split S08 into quartiles by sessions",)),
    (Split(segment="S08", by=ITEMS, values=(4.0,)), ("split S08 at 4 cart items", "divide S08 by basket size at 4")),
    (SetLevels(dimension="Engagement", levels=3), ("three levels for engagement", "engagement should have 3 levels")),
    (SetLevels(dimension="AOV", cuts=(50.0, 150.0)), ("cut AOV at 50 and 150", "set the AOV cuts to 150 and 50")),
    (SetLevels(dimension="AOV", quantiles=(0.3, 0.7)), ("cut AOV at the 30th and 70th percentile",)),
    (
        SetCut(dimension="AOV", position=2, value=150.0),
        ("raise the high AOV threshold to 150", "move the upper AOV cut to 150"),
    ),
    (SetCut(dimension="Engagement", quantile=0.5), ("set engagement cut at the median",)),
    (SetCut(dimension="Profit", quantile=0.8), ("set the profit cut to the top 20 percent",)),
    (AddDimension(column=SESSIONS), ("add sessions as a dimension", "take visits into account")),
    (
        DropDimension(dimension="Profit"),
        ("ignore profitability", "drop the margin dimension", "don't use profit anymore"),
    ),
    (SetWindow(days=14), ("last 14 days", "two weeks", "set the window to 14 days", "use a 14-day window")),
    (
        SetSizes(min_size=800),
        ("nobody below 800 users", "nobody below eight hundred users", "at least 800 users per segment"),
    ),
    (
        SetSizes(min_size=1500),
        ("min size 1.5k", "raise the minimum to 1,500", "no segment under one thousand five hundred"),
    ),
    (SetSizes(max_size=5000), ("at most 5000 per segment", "no segment over 5k users", "cap segments at 5000")),
    (SetSizes(no_max=True), ("no upper limit", "remove the maximum")),
    (SetSizes(min_size=500, max_size=3000), ("min 500 and max 3000", "between 500 and 3000 users per segment")),
    (SetWeights(weights={"profitability": 0.4}), ("weight profit 40 %", "profit should count 40 percent")),
    (SetWeights(weights={"size": 0.0}), ("make size count nothing", "ignore size in the score")),
    (SetPriorities(dimension="AOV", levels={"High": 1.0, "Medium": 0.5}), ("make high AOV priority 1 and medium 0.5",)),
    (only(AOV, ">", 50), ("only users with AOV over 50", "only people who spent over 50 euros", "filter to AOV > 50")),
    (only(SESSIONS, ">=", 2), ("exclude users with less than 2 sessions", "only users with 2 or more sessions")),
    (SetFilter(mode="replace"), ("drop the filter", "include everyone again")),
    (Lock(segments=("S03",)), ("lock S03", "keep that name", "freeze it", "lock the name of Golden_Quiet_Gems")),
    (Lock(), ("lock everything", "lock all names")),
    (Unlock(segments=("S03",)), ("unlock S03", "let the jury name it again")),
    (AskAgain(segments=("S03",), guidance="warmer"), ("Call S03 something warmer.", "give it a warmer name")),
    (AskAgain(segments=("S03",)), ("find a better name for S03", "ask the jury again for S03")),
    (AskAgain(guidance="more playful"), ("more playful names", "all names should be more playful")),
    (Undo(), ("undo", "Undo.", "take that back", "undo the last change", "undo the rename", "can you undo that?")),
    (Undo(steps=2), ("undo the last two", "undo twice", "go back two steps")),
    (Redo(), ("redo", "do it again")),
    (Reset(revision=2), ("go back to revision 2",)),
    (Reset(), ("reset", "back to the original", "start over")),
)
CASES: list[tuple[str, tuple[Edit, ...]]] = [
    *((said, (Merge(segments=ids),)) for ids, all_said in MERGES.items() for said in all_said),
    *((said, (Rename(segment=i, name=n),)) for (i, n), all_said in RENAMES.items() for said in all_said),
    *((said, (edit,)) for edit, all_said in OTHERS for said in all_said),
]


@pytest.mark.parametrize(("said", "edits"), CASES, ids=[said for said, _ in CASES])
def test_a_plain_wish_comes_to_its_edit(said: str, edits: tuple[Edit, ...]) -> None:
    reading = read_message(said, SCENE)

    assert reading == Wishes(edits=edits)
    assert check_reading(reading, SCENE) == ()


COMPOUND: list[tuple[str, tuple[Edit, ...]]] = [
    (
        "merge S01 and S02, then rename it to Big Spenders and lock it",
        (Merge(segments=("S01", "S02")), Rename(segment="S01", name="Big Spenders"), Lock(segments=("S01",))),
    ),
    (
        "merge S02 and S03 and call it Big Spenders",
        (Merge(segments=("S02", "S03")), Rename(segment="S02", name="Big Spenders")),
    ),
    (
        "rename S01 to Foo Bar and S02 to Bar Foo",
        (Rename(segment="S01", name="Foo Bar"), Rename(segment="S02", name="Bar Foo")),
    ),
    ("merge S01 with S02 and S03 with S04", (Merge(segments=("S01", "S02")), Merge(segments=("S03", "S04")))),
    ("Merge S01 and S02! Then lock S05.", (Merge(segments=("S01", "S02")), Lock(segments=("S05",)))),
    (
        "lock S01 and S02 and rename S03 to Foo Bar",
        (Lock(segments=("S01", "S02")), Rename(segment="S03", name="Foo Bar")),
    ),
    ("minimum 800, window 14 days and lock all names", (SetSizes(min_size=800), SetWindow(days=14), Lock())),
]


@pytest.mark.parametrize(("said", "edits"), COMPOUND, ids=[said for said, _ in COMPOUND])
def test_several_wishes_come_in_their_order(said: str, edits: tuple[Edit, ...]) -> None:
    assert read_message(said, SCENE) == Wishes(edits=edits)


def test_those_two_are_the_two_that_were_talked_of() -> None:
    assert read_message("merge those two", scene(focus=("S01", "S02"))) == Wishes(
        edits=(Merge(segments=("S01", "S02")),)
    )
