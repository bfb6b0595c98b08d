"""The graded utterances: what they call right can be done; the keyless reader is often right, never quietly wrong."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from cartjury.data.chat_cases import (
    CASES,
    DESIGNED,
    FILES,
    FRESH,
    HELD_OUT,
    VOICES,
    Before,
    Case,
    Expected,
    ToAnswer,
    ToAsk,
    ToEdit,
    ToRefuse,
    load_cases,
    plan_sources,
)
from cartjury.data.chat_records import WhatIf
from cartjury.data.edit_records import AskAgain, Edit, PlanEdit, Redo, Reset, Undo
from cartjury.data.errors import EditError
from cartjury.data.eval_records import Figure
from cartjury.tools.chat_plans import Grounds
from cartjury.tools.evals.chat_figures import figures
from cartjury.tools.evals.chat_play import Played, plan_hashes, read_case
from cartjury.tools.evals.chat_scores import score
from cartjury.tools.evals.chat_tables import offenders, table
from cartjury.tools.grading import outcome
from cartjury.tools.understand.read import read_message

PAGE = Path(__file__).parent.parent / "docs" / "chat.md"
TRAVELS = (Undo, Redo, Reset)
EVERY = {case.id: case for name in FILES for case in load_cases(name)}
HELD = {"injection", "out_of_scope", "chatter", "ambiguous", "impossible", "question"}
# Of plain requests, right without a key. What was written without sight of the grammar is not to be read worse than it
# was when it was first measured; the designed ones (65 of 96 then) have been shown to it since.
LEAST = {CASES: 0.75, HELD_OUT: 0.75, VOICES: 0.75, FRESH: 0.75, DESIGNED: 0.9}


class Keyless:
    """The keyless reader; each case is played once, when it is first asked for."""

    def __init__(self, grounds: Grounds) -> None:
        self._grounds = grounds
        self._played: dict[str, Played] = {}

    def of(self, case: Case) -> Played:
        if case.id not in self._played:
            self._played[case.id] = read_case(case, self._grounds, read_message)
        return self._played[case.id]

    def figures(self, name: str) -> dict[str, Figure]:
        return {f.name: f for f in figures([score(self.of(case), "grammar") for case in load_cases(name)])}


@pytest.fixture(scope="session")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    return Grounds(tmp_path_factory.mktemp("chat_plans"))


@pytest.fixture(scope="session")
def keyless(grounds: Grounds) -> Keyless:
    return Keyless(grounds)


def wishes_of(name: str) -> list[tuple[Case, ToEdit]]:
    return [(case, e) for case in load_cases(name) for e in case.expect if isinstance(e, ToEdit)]


def all_expected(name: str) -> Iterator[tuple[Case, Expected]]:
    return ((case, e) for case in load_cases(name) for turn in case.all_turns for e in turn.expect)


# --- the plans and the cases ---


@pytest.mark.parametrize("name", plan_sources())
def test_a_plan_is_still_the_one_that_the_cases_were_written_about(name: str, grounds: Grounds) -> None:
    source, scene = plan_sources()[name], grounds.of(Before(plan=name)).scene
    found = (scene.plan.plan_hash, tuple(line.id for line in scene.lines), {s.id: s.name for s in scene.plan.segments})

    assert found == (source.plan_hash, source.order, source.names)


@pytest.mark.parametrize("name", FILES)
def test_every_wanted_edit_can_be_applied_and_makes_the_committed_plan(name: str, grounds: Grounds) -> None:
    wrong = []
    for case in load_cases(name):
        committed = [tuple(getattr(e, "plan_hash", "") for e in turn.expect) for turn in case.all_turns]
        try:
            made = list(plan_hashes(case, grounds))
        except EditError as error:
            wrong.append(f"{case.id} {case.utterance!r}: {error}")
            continue
        if made != committed:
            wrong.append(f"{case.id} {case.utterance!r} makes another plan")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", FILES)
def test_no_wanted_edit_leaves_everything_as_it_was(name: str, grounds: Grounds) -> None:
    changing = [(c, w) for c, w in wishes_of(name) if not any(isinstance(e, (AskAgain, *TRAVELS)) for e in w.edits)]

    assert not [c.id for c, w in changing if w.plan_hash == grounds.of(c.before).scene.plan.plan_hash]


@pytest.mark.parametrize("name", FILES)
def test_what_is_asked_about_can_be_worked_out(name: str, grounds: Grounds) -> None:
    for case, answer in ((c, e) for c, e in all_expected(name) if isinstance(e, ToAnswer) and not c.turns):
        ground, topic = grounds.of(case.before), answer.topic
        known = {line.id for line in ground.scene.lines}
        assert {getattr(topic, "segment", "S01"), getattr(topic, "against", None) or "S01"} <= known, case.id
        if isinstance(topic, WhatIf):
            assert outcome(topic.edits, ground).plan_hash, case.id


def test_every_option_that_should_be_offered_can_be_done(grounds: Grounds) -> None:
    stated = [(c, o) for n in FILES for c, e in all_expected(n) if isinstance(e, ToAsk) for o in e.options]

    assert stated
    for case, edits in stated:
        assert outcome(edits, grounds.of(case.before)).plan_hash, case.id


def test_the_files_are_large_enough_and_share_no_utterance() -> None:
    read = {name: load_cases(name) for name in FILES}
    every = [c for cases in read.values() for c in cases]
    # Conversations may begin alike; what follows tells them apart.
    said = Counter(
        " ".join(" ".join(turn.utterance for turn in c.all_turns).casefold().split()) + c.before.to_json()
        for c in every
    )
    least = {CASES: 160, HELD_OUT: 80, VOICES: 240, FRESH: 100, DESIGNED: 192}

    assert all(len(read[name]) >= least[name] for name in FILES)
    assert max(said.values()) == 1
    assert len({c.id for c in every}) == len(every)


def test_the_designed_file_has_enough_of_every_kind() -> None:
    cases = load_cases(DESIGNED)
    kinds = Counter(c.kind for c in cases if not c.plain and c.lang == "en")
    least = {"compound": 20, "reference": 16, "ambiguous": 16, "impossible": 12, "question": 12, "injection": 12}

    assert all(kinds[kind] >= n for kind, n in least.items())
    assert sum(any(isinstance(e, TRAVELS) for e in _edits_of(c)) for c in cases if c.turns) >= 8


def _edits_of(case: Case) -> Iterator[Edit]:
    return (edit for turn in case.all_turns for e in turn.expect if isinstance(e, ToEdit) for edit in e.edits)


def test_twelve_wishes_are_said_in_the_same_eight_voices_and_make_one_plan_each() -> None:
    wishes: dict[str, list[Case]] = {}
    for case in load_cases(DESIGNED):
        if case.plain:
            wishes.setdefault(case.wish, []).append(case)

    assert len(wishes) == 12
    assert {tuple(c.voice for c in cases) for cases in wishes.values()} == {tuple(c.voice for c in wishes["merge"])}
    assert {len({c.voice for c in cases}) for cases in wishes.values()} == {8}
    assert {len({e for c in cases for e in _hashes(c)}) for cases in wishes.values()} == {1}


def _hashes(case: Case) -> Iterator[str]:
    return (e.plan_hash for e in case.expect if isinstance(e, ToEdit))


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
    held = [c for c in load_cases(name) if c.kind in HELD]

    assert held
    assert not [c.id for c in held if any(isinstance(e, ToEdit) for e in c.expect)]


# --- the keyless reader ---


@pytest.mark.parametrize("case_id", EVERY)
def test_without_a_key_a_case_is_not_silently_wrong(case_id: str, keyless: Keyless) -> None:
    played = keyless.of(EVERY[case_id])

    assert "wrong" not in {heard.graded.grade for heard in played.turns}, played.graded.why


@pytest.mark.parametrize("name", FILES)
def test_without_a_key_most_plain_requests_are_right(name: str, keyless: Keyless) -> None:
    plain = [score(keyless.of(case), "grammar") for case in load_cases(name) if case.plain]
    right = sum(row.detail["grade"] == "right" for row in plain)

    assert right >= LEAST[name] * len(plain), (
        f"{right} of {len(plain)} are right\n{offenders(plain, ('asked', 'missed', 'wrong'))}"
    )


@pytest.mark.parametrize("name", FILES)
def test_without_a_key_no_injection_gets_through(name: str, keyless: Keyless) -> None:
    through = keyless.figures(name)["injections through"]

    assert through.value in {0, None}


def test_the_page_of_the_chat_shows_these_figures(keyless: Keyless) -> None:
    # `python -m bench.chat_author --into docs/chat.md` writes them.
    rows = {name: [score(keyless.of(case), "grammar") for case in load_cases(name)] for name in FILES}

    assert f"<!-- cases -->\n{table(rows)}\n<!-- /cases -->" in PAGE.read_text(encoding="utf-8")
