"""Cases played to readers written by hand: conversations go on from what was made, and are right only as a whole."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from cartjury.data.chat_cases import Before, Case, Expected, ToAnswer, ToAsk, ToEdit, ToRefuse, Turn
from cartjury.data.chat_records import Asked, Overview, Reading, Refused, Scene, WhatIf, Wishes, Wondered
from cartjury.data.edit_records import Edit, Lock, Merge, Redo, Rename, Reset, Undo
from cartjury.tools.chat_plans import Ground, Grounds, ground_of
from cartjury.tools.evals.chat_play import Played, plan_hashes, read_case
from tests.standings import named, small

MERGE, OTHER, LOCK = Merge(segments=("S01", "S03")), Merge(segments=("S02", "S04")), Lock(segments=("S01",))


class Small(Grounds):
    """The same small plan for every case."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def of(self, before: Before) -> Ground:
        del before
        return self._ground


class Reader:
    """Reads what it was told a message means, and keeps the scenes that it was shown."""

    def __init__(self, means: Mapping[str, Reading]) -> None:
        self.means, self.scenes = means, list[Scene]()

    def __call__(self, text: str, scene: Scene) -> Reading:
        self.scenes.append(scene)
        return self.means[text]


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    made = small(Path(tmp_path_factory.mktemp("small")))
    return Small(ground_of(named(made.plan), made.carts))


def wishes(*edits: Edit) -> Wishes:
    return Wishes(edits=edits)


def conversation(grounds: Grounds, *turns: tuple[str, Expected], names: Mapping[str, str] | None = None) -> Case:
    """A case of several turns, with the hashes that its edits come to."""
    (first, expected), *rest = turns
    after = tuple(Turn(utterance=text, expect=(e,), names=dict(names or {})) for text, e in rest)
    case = Case(id="x", kind="multi_turn", utterance=first, before=Before(plan="-"), expect=(expected,), turns=after)
    hashes = [one for (one,) in plan_hashes(case, grounds)]
    filled = [
        e.model_copy(update={"plan_hash": h}) if isinstance(e, ToEdit) else e
        for (_, e), h in zip(turns, hashes, strict=True)
    ]
    return case.model_copy(
        update={
            "expect": (filled[0],),
            "turns": tuple(t.model_copy(update={"expect": (e,)}) for t, e in zip(after, filled[1:], strict=True)),
        }
    )


def grades(played: Played) -> list[str]:
    return [turn.graded.grade for turn in played.turns]


def to(*edits: Edit) -> ToEdit:
    return ToEdit(edits=edits)


def test_an_undo_goes_back_to_what_stood_and_a_redo_forth(grounds: Grounds) -> None:
    case = conversation(grounds, ("merge", to(MERGE)), ("undo", to(Undo())), ("redo", to(Redo())))
    read = Reader({"merge": wishes(MERGE), "undo": wishes(Undo()), "redo": wishes(Redo())})
    played = read_case(case, grounds, read)
    first = grounds.of(case.before).scene.plan.plan_hash

    assert grades(played) == ["right"] * 3
    assert [t.plan_hash for t in played.turns][1] == first
    assert played.turns[0].plan_hash == played.turns[2].plan_hash != first


def test_a_turn_is_read_about_the_plan_that_the_turns_before_made(grounds: Grounds) -> None:
    case = conversation(grounds, ("merge", to(MERGE)), ("lock", to(LOCK)), names={"S01": "Warm_Hearts"})
    read = Reader({"merge": wishes(MERGE), "lock": wishes(LOCK)})
    read_case(case, grounds, read)
    scene = read.scenes[1]

    assert "S03" not in {line.id for line in scene.lines}
    assert {line.id: line.name for line in scene.lines}["S01"] == "Warm_Hearts"
    assert (scene.revision, scene.revisions) == (2, 2)
    assert scene.recent == (("merge", ("S01",)),)
    assert scene.focus == ("S01", "S03")


def test_after_an_undo_the_numbers_of_revisions_go_on(grounds: Grounds) -> None:
    case = conversation(grounds, ("merge", to(MERGE)), ("undo", to(Undo())), ("lock", to(LOCK)), ("?", ToAsk()))
    read = Reader({"merge": wishes(MERGE), "undo": wishes(Undo()), "lock": wishes(LOCK), "?": Asked(question="?")})
    read_case(case, grounds, read)

    assert [(scene.revision, scene.revisions) for scene in read.scenes] == [(1, 1), (2, 2), (1, 2), (3, 3)]


def test_a_misread_turn_makes_the_case_wrong_and_the_next_is_read_about_what_was_wanted(grounds: Grounds) -> None:
    case = conversation(grounds, ("merge", to(MERGE)), ("undo", to(Undo())), ("lock", to(LOCK)))
    read = Reader({"merge": wishes(OTHER), "undo": Asked(question="?"), "lock": wishes(LOCK)})
    played = read_case(case, grounds, read)

    assert grades(played) == ["wrong", "asked", "right"]
    assert played.graded.grade == "wrong"
    assert read.scenes[1].recent == (("merge", ("S01",)),)
    assert read.scenes[2].revision == 1


def test_another_way_to_the_plan_that_stood_is_right(grounds: Grounds) -> None:
    case = conversation(grounds, ("merge", to(MERGE)), ("back", to(Undo())), names={"S01": "Warm_Hearts"})

    for way, found in ((Reset(revision=1), "right"), (Redo(), "asked"), (LOCK, "wrong")):
        read = Reader({"merge": wishes(MERGE), "back": wishes(way)})
        assert grades(read_case(case, grounds, read)) == ["right", found]


def test_where_nothing_can_be_undone_the_thread_refuses(grounds: Grounds) -> None:
    case = conversation(grounds, ("lock", to(LOCK)), ("undo", to(Undo())), ("again", ToRefuse(about="nothing")))
    read = Reader({"lock": wishes(LOCK), "undo": wishes(Undo()), "again": wishes(Undo())})
    played = read_case(case, grounds, read)

    assert grades(played) == ["right"] * 3
    assert (played.turns[2].graded.how, played.turns[2].graded.reason) == ("refuses", True)


def test_a_question_back_and_an_offer_stay_open_for_the_next_turn(grounds: Grounds) -> None:
    wondered = Wondered(topic=WhatIf(edits=(MERGE,)))
    case = conversation(grounds, ("lock?", ToAsk()), ("if", ToAnswer(topic=wondered.topic)), ("1", to(MERGE)))
    question = Asked(question="Which?")
    read = Reader({"lock?": question, "if": wondered, "1": wishes(MERGE)})
    played = read_case(case, grounds, read)

    assert grades(played) == ["right"] * 3
    assert read.scenes[1].asked == question
    assert read.scenes[2].asked is not None
    assert [o.reading for o in read.scenes[2].asked.options] == [wishes(MERGE)]


def test_impossible_edits_change_nothing(grounds: Grounds) -> None:
    gone = Rename(segment="S99", name="Nobody")
    case = conversation(grounds, ("rename", ToRefuse()), ("lock", to(LOCK)))
    read = Reader({"rename": wishes(gone), "lock": wishes(LOCK)})

    assert grades(read_case(case, grounds, read)) == ["right", "right"]
    assert read.scenes[1].revision == 1


def test_a_message_is_cleaned_as_the_chat_does_and_travel_beside_edits_is_asked_about(grounds: Grounds) -> None:
    case = Case(id="x", kind="x", utterance=" a\n b\x00 ", before=Before(plan="-"), expect=(ToAsk(),))
    read = Reader({"a b": wishes(LOCK, Undo())})

    assert grades(read_case(case, grounds, read)) == ["right"]


def test_the_worst_turn_is_the_grade_of_the_case(grounds: Grounds) -> None:
    case = conversation(grounds, ("a", to(LOCK)), ("b", ToRefuse()), ("c", ToAsk()))
    read = Reader({"a": Asked(question="?"), "b": Wondered(topic=Overview()), "c": Refused(reason="no")})

    assert grades(read_case(case, grounds, read)) == ["asked", "missed", "asked"]
    assert read_case(case, grounds, read).graded.grade == "missed"


def test_a_conversation_begins_at_the_first_revision() -> None:
    turn = Turn(utterance="undo", expect=(to(Undo()),))

    with pytest.raises(ValidationError, match="begins at revision 1"):
        Case(
            id="x",
            kind="x",
            utterance="x",
            before=Before(plan="default", revision=2, revisions=2),
            expect=(ToAsk(),),
            turns=(turn,),
        )
