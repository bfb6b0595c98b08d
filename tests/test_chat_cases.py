"""The graded utterances: what they call right can be done; the keyless reader is often right, never quietly wrong."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from cartjury.data.chat_cases import (
    CASES,
    FRESH,
    HELD_OUT,
    VOICES,
    Before,
    Case,
    ToAnswer,
    ToAsk,
    ToEdit,
    ToRefuse,
    load_cases,
    plan_sources,
)
from cartjury.data.chat_records import Asked, Overview, Reading, Refused, Scene, WhatIf, Wishes, Wondered
from cartjury.data.edit_records import AskAgain, Edit, Lock, Merge, PlanEdit, Redo, Reset, SetSizes, Undo
from cartjury.data.errors import EditError
from cartjury.tools.chat_plans import Grounds
from cartjury.tools.grading import Graded, grade, offenders, outcome, summary
from cartjury.tools.understand.read import read_message

PAGE = Path(__file__).parent.parent / "docs" / "chat.md"
FILES = (CASES, HELD_OUT, VOICES, FRESH)
ENOUGH = 0.75
Read = Callable[[str, Scene], Reading]
TRAVELS = (Undo, Redo, Reset)


@pytest.fixture(scope="session")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    return Grounds(tmp_path_factory.mktemp("chat_plans"))


@pytest.fixture(scope="session")
def keyless(grounds: Grounds) -> dict[str, list[tuple[Case, Graded]]]:
    """All cases of FILES, read without a key and graded."""
    return {name: [(case, graded(case, read_message, grounds)) for case in load_cases(name)] for name in FILES}


def graded(case: Case, read: Read, grounds: Grounds) -> Graded:
    ground = grounds.of(case.before)
    return grade(case, read(case.utterance, ground.scene), ground)


def a_case(*expect: ToEdit | ToAsk | ToRefuse | ToAnswer) -> Case:
    return Case(id="x", kind="x", utterance="x", before=Before(plan="default"), expect=expect)


def verdict(case: Case, reading: Reading, grounds: Grounds) -> str:
    return grade(case, reading, grounds.of(case.before)).grade


def wanted(*edits: Edit) -> ToEdit:
    return ToEdit(edits=edits)


def wishes_of(name: str) -> list[tuple[Case, ToEdit]]:
    return [(case, e) for case in load_cases(name) for e in case.expect if isinstance(e, ToEdit)]


# --- the plans and the cases ---


@pytest.mark.parametrize("name", plan_sources())
def test_a_plan_is_still_the_one_that_the_cases_were_written_about(name: str, grounds: Grounds) -> None:
    source, scene = plan_sources()[name], grounds.of(Before(plan=name)).scene
    found = (scene.plan.plan_hash, tuple(line.id for line in scene.lines), {s.id: s.name for s in scene.plan.segments})

    assert found == (source.plan_hash, source.order, source.names)


@pytest.mark.parametrize("name", FILES)
def test_every_wanted_edit_can_be_applied_and_makes_the_committed_plan(name: str, grounds: Grounds) -> None:
    wrong = []
    for case, wish in wishes_of(name):
        travels = any(isinstance(e, TRAVELS) for e in wish.edits)
        try:
            made = outcome(wish.edits, grounds.of(case.before)).plan_hash
        except EditError as error:
            wrong.append(f"{case.id} {case.utterance!r}: {error}")
            continue
        if wish.plan_hash != ("" if travels else made):
            wrong.append(f"{case.id} {case.utterance!r} makes another plan: {wish.edits}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", FILES)
def test_no_wanted_edit_leaves_everything_as_it_was(name: str, grounds: Grounds) -> None:
    changing = [(c, w) for c, w in wishes_of(name) if not any(isinstance(e, (AskAgain, *TRAVELS)) for e in w.edits)]

    assert not [c.id for c, w in changing if w.plan_hash == grounds.of(c.before).scene.plan.plan_hash]


@pytest.mark.parametrize("name", FILES)
def test_what_is_asked_about_can_be_worked_out(name: str, grounds: Grounds) -> None:
    for case, answer in ((c, e) for c in load_cases(name) for e in c.expect if isinstance(e, ToAnswer)):
        ground, topic = grounds.of(case.before), answer.topic
        known = {line.id for line in ground.scene.lines}
        assert {getattr(topic, "segment", "S01"), getattr(topic, "against", None) or "S01"} <= known, case.id
        if isinstance(topic, WhatIf):
            assert outcome(topic.edits, ground).plan_hash, case.id


def test_the_files_are_large_enough_and_share_no_utterance() -> None:
    read = {name: load_cases(name) for name in FILES}
    every = [c for cases in read.values() for c in cases]
    said = Counter(" ".join(c.utterance.casefold().split()) + c.before.to_json() for c in every)

    assert all(len(read[name]) >= least for name, least in ((CASES, 160), (HELD_OUT, 80), (VOICES, 240), (FRESH, 100)))
    assert max(said.values()) == 1
    assert len({c.id for c in every}) == len(every)


def test_the_voices_wish_for_every_kind_of_edit() -> None:
    kinds = Counter(
        e.kind for case in load_cases(VOICES) for w in case.expect[:1] if isinstance(w, ToEdit) for e in w.edits
    )
    known = {edit.model_fields["kind"].default for edit in get_args(get_args(PlanEdit)[0]) + TRAVELS}

    assert {kind for kind, times in kinds.items() if times >= 10} == known


def test_plain_ones_are_english_and_clear() -> None:
    plain = [c for name in FILES for c in load_cases(name) if c.plain]

    assert {c.lang for c in plain} == {"en"}
    assert not [c.id for c in plain if any(isinstance(e, ToAsk | ToRefuse) for e in c.expect)]


@pytest.mark.parametrize("name", FILES)
def test_nothing_that_must_not_edit_names_an_edit_as_right(name: str) -> None:
    held = [c for c in load_cases(name) if c.kind in {"injection", "chatter", "ambiguous", "impossible", "question"}]

    assert held
    assert not [c.id for c in held if any(isinstance(e, ToEdit) for e in c.expect)]


# --- the grades ---


def test_another_way_to_the_same_plan_is_right(grounds: Grounds) -> None:
    case = a_case(wanted(Merge(segments=("S01", "S02"))))

    assert verdict(case, Wishes(edits=(Merge(segments=("S02", "S01")),)), grounds) == "right"


def test_edits_that_make_another_plan_are_wrong_silently(grounds: Grounds) -> None:
    other = Wishes(edits=(Merge(segments=("S01", "S03")),))

    for expected in (wanted(Merge(segments=("S01", "S02"))), ToAsk(), ToRefuse(), ToAnswer(topic=Overview())):
        assert verdict(a_case(expected), other, grounds) == "wrong"


def test_a_question_back_where_edits_were_wanted_is_neither_right_nor_wrong(grounds: Grounds) -> None:
    case = a_case(wanted(Lock(segments=("S01",))))

    assert verdict(case, Asked(question="Which one?"), grounds) == "asked"
    assert verdict(case, Refused(reason="no"), grounds) == "asked"
    assert verdict(case, Wondered(topic=Overview()), grounds) == "missed"


def test_an_impossible_edit_counts_as_a_refusal(grounds: Grounds) -> None:
    impossible = Wishes(edits=(SetSizes(min_size=30_000),))

    assert verdict(a_case(ToRefuse()), impossible, grounds) == "right"
    assert verdict(a_case(wanted(SetSizes(min_size=800))), impossible, grounds) == "asked"


def test_names_are_asked_again_for_the_same_segments_and_with_guidance_or_it_is_wrong(grounds: Grounds) -> None:
    case = a_case(wanted(AskAgain(segments=("S01",), guidance="more playful")))

    assert verdict(case, Wishes(edits=(AskAgain(segments=("S01",), guidance="playful"),)), grounds) == "right"
    assert verdict(case, Wishes(edits=(AskAgain(segments=("S02",), guidance="more playful"),)), grounds) == "wrong"
    assert verdict(case, Wishes(edits=(AskAgain(segments=("S01",)),)), grounds) == "wrong"


def test_travels_are_compared_by_kind_and_steps(grounds: Grounds) -> None:
    case = a_case(wanted(Undo(steps=2)))

    assert verdict(case, Wishes(edits=(Undo(steps=2),)), grounds) == "right"
    assert verdict(case, Wishes(edits=(Undo(),)), grounds) == "wrong"
    assert verdict(case, Wishes(edits=(Redo(steps=2),)), grounds) == "wrong"


def test_what_would_happen_if_is_compared_by_what_would_happen(grounds: Grounds) -> None:
    case = a_case(ToAnswer(topic=WhatIf(edits=(Merge(segments=("S01", "S02")),))))

    assert verdict(case, Wondered(topic=WhatIf(edits=(Merge(segments=("S02", "S01")),))), grounds) == "right"
    assert verdict(case, Wondered(topic=WhatIf(edits=(Merge(segments=("S01", "S03")),))), grounds) == "missed"
    assert verdict(case, Wishes(edits=(Merge(segments=("S01", "S02")),)), grounds) == "wrong"


# --- the keyless reader ---


@pytest.mark.parametrize("name", FILES)
def test_without_a_key_three_in_four_plain_requests_are_right(
    name: str, keyless: dict[str, list[tuple[Case, Graded]]]
) -> None:
    plain = [(c, g) for c, g in keyless[name] if c.plain]
    right = sum(g.right for _, g in plain)

    assert right >= ENOUGH * len(plain), (
        f"{right} of {len(plain)} are right\n{offenders(plain, ('asked', 'missed', 'wrong'))}"
    )


@pytest.mark.parametrize("name", FILES)
def test_without_a_key_nothing_is_silently_wrong(name: str, keyless: dict[str, list[tuple[Case, Graded]]]) -> None:
    wrong = offenders(keyless[name], ("wrong",))

    assert not wrong, f"\n{wrong}"


def test_the_page_of_the_chat_shows_these_figures(keyless: dict[str, list[tuple[Case, Graded]]]) -> None:
    # `python -m bench.chat_cases --into docs/chat.md` writes them.
    assert f"<!-- cases -->\n{summary(keyless)}\n<!-- /cases -->" in PAGE.read_text(encoding="utf-8")
