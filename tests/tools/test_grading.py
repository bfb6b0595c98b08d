"""The grades of a reading: by what the plan would be, never by the text of an edit."""

import pytest

from cartjury.data.chat_cases import Before, Expected, ToAnswer, ToAsk, ToEdit, ToRefuse
from cartjury.data.chat_records import Asked, Choice, Overview, Reading, Refused, WhatIf, Wishes, Wondered
from cartjury.data.edit_records import AskAgain, Edit, Lock, Merge, Redo, SetSizes, Undo
from cartjury.tools.chat_plans import Ground, Grounds
from cartjury.tools.grading import Graded, grade


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Grounds(tmp_path_factory.mktemp("plans")).of(Before(plan="default"))


def verdict(expect: Expected, reading: Reading, ground: Ground) -> Graded:
    return grade((expect,), reading, ground)


def wanted(*edits: Edit) -> ToEdit:
    return ToEdit(edits=edits)


def test_another_way_to_the_same_plan_is_right(ground: Ground) -> None:
    case = wanted(Merge(segments=("S01", "S02")))

    assert verdict(case, Wishes(edits=(Merge(segments=("S02", "S01")),)), ground).grade == "right"


def test_edits_that_make_another_plan_are_wrong_silently(ground: Ground) -> None:
    other = Wishes(edits=(Merge(segments=("S01", "S03")),))

    for expected in (wanted(Merge(segments=("S01", "S02"))), ToAsk(), ToRefuse(), ToAnswer(topic=Overview())):
        assert verdict(expected, other, ground).grade == "wrong"


def test_a_question_back_where_edits_were_wanted_is_neither_right_nor_wrong(ground: Ground) -> None:
    case = wanted(Lock(segments=("S01",)))

    assert verdict(case, Asked(question="Which one?"), ground).grade == "asked"
    assert verdict(case, Refused(reason="no"), ground).grade == "asked"
    assert verdict(case, Wondered(topic=Overview()), ground).grade == "missed"


def test_an_impossible_edit_counts_as_a_refusal(ground: Ground) -> None:
    impossible = Wishes(edits=(SetSizes(min_size=30_000),))

    assert verdict(ToRefuse(), impossible, ground).grade == "right"
    assert verdict(wanted(SetSizes(min_size=800)), impossible, ground).grade == "asked"


def test_names_are_asked_again_for_the_same_segments_and_with_guidance_or_it_is_wrong(ground: Ground) -> None:
    case = wanted(AskAgain(segments=("S01",), guidance="more playful"))

    assert verdict(case, Wishes(edits=(AskAgain(segments=("S01",), guidance="playful"),)), ground).grade == "right"
    assert verdict(case, Wishes(edits=(AskAgain(segments=("S02",), guidance="more playful"),)), ground).grade == "wrong"
    assert verdict(case, Wishes(edits=(AskAgain(segments=("S01",)),)), ground).grade == "wrong"


def test_travels_are_compared_by_kind_and_steps(ground: Ground) -> None:
    case = wanted(Undo(steps=2))

    assert verdict(case, Wishes(edits=(Undo(steps=2),)), ground).grade == "right"
    assert verdict(case, Wishes(edits=(Undo(),)), ground).grade == "wrong"
    assert verdict(case, Wishes(edits=(Redo(steps=2),)), ground).grade == "wrong"


def test_what_would_happen_if_is_compared_by_what_would_happen(ground: Ground) -> None:
    case = ToAnswer(topic=WhatIf(edits=(Merge(segments=("S01", "S02")),)))

    assert verdict(case, Wondered(topic=WhatIf(edits=(Merge(segments=("S02", "S01")),))), ground).grade == "right"
    assert verdict(case, Wondered(topic=WhatIf(edits=(Merge(segments=("S01", "S03")),))), ground).grade == "missed"
    assert verdict(case, Wishes(edits=(Merge(segments=("S01", "S02")),)), ground).grade == "wrong"


def test_an_option_is_offered_where_it_comes_to_the_same_plan(ground: Ground) -> None:
    one, other = Merge(segments=("S01", "S02")), Lock(segments=("S01",))
    expected = ToAsk(options=((one,), (other,)))
    same = Choice(label="x", reading=Wishes(edits=(Merge(segments=("S02", "S01")),)))
    lock = Choice(label="y", reading=Wishes(edits=(other,)))
    impossible = Choice(label="z", reading=Wishes(edits=(SetSizes(min_size=30_000),)))

    assert verdict(expected, Asked(question="?", options=(impossible, lock, same)), ground).options is True
    assert verdict(expected, Asked(question="?", options=(same, impossible)), ground).options is False
    assert verdict(ToAsk(), Asked(question="?"), ground).options is None


def test_a_refusal_is_right_without_its_reason_but_that_is_told(ground: Ground) -> None:
    expected = ToRefuse(about="20,768")

    assert verdict(expected, Refused(reason="I will not."), ground)[0::4] == ("right", False)
    assert verdict(expected, Wishes(edits=(SetSizes(min_size=30_000),)), ground)[0::4] == ("right", True)
    assert verdict(ToRefuse(), Refused(reason="I will not."), ground).reason is None
