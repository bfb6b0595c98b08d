"""What is said on a thread that has a plan: only what a person approved changes it, and all of it can be taken back."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from langgraph.types import Command

from cartjury.data.chat_records import Refused
from cartjury.data.errors import InputError
from cartjury.data.run_records import Manifest
from cartjury.graph.state import State
from tests.graph.talks import Finished, Talk

MERGE = {"kind": "merge", "segments": ["S01", "S03"]}
RENAME = {"kind": "rename", "segment": "S02", "name": "Warm Hearts"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return Finished(tmp_path_factory.mktemp("chat") / "results")


@pytest.fixture
def talk(run: Finished) -> Talk:
    return run.talk()


def plan_of(state: State) -> str:
    assert state.plan is not None
    return state.plan.to_json()


def hash_of(state: State) -> str:
    assert state.plan is not None
    return state.plan.plan_hash


def names(state: State) -> dict[str, str]:
    assert state.plan is not None
    return {s.id: s.name for s in state.plan.segments}


def files(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if p.is_file()}


def shown(talk: Talk) -> dict[str, Any]:
    assert talk.asked is not None
    (request,) = talk.asked["action_requests"]
    assert isinstance(request, dict)
    return request


def test_a_message_shows_what_it_would_do_and_changes_nothing(talk: Talk) -> None:
    before = plan_of(talk.state)
    talk.say("merge S01 and S03")

    assert plan_of(talk.state) == before
    assert "S01" in shown(talk)["description"]
    assert talk.asked is not None
    assert talk.asked["review_configs"] == [
        {"action_name": "apply_edits", "allowed_decisions": ["approve", "edit", "reject"]}
    ]


def test_what_is_approved_is_what_was_shown(talk: Talk) -> None:
    talk.edit(MERGE)
    promised = shown(talk)["args"]["plan_hash"]
    talk.decide("approve")

    assert hash_of(talk.state) == promised
    assert talk.asked is None


def test_a_revision_is_published_beside_the_run_which_stays_as_it_is(run: Finished, talk: Talk) -> None:
    before = files(run.folder)
    state = talk.do(MERGE)

    assert files(run.folder) == before
    assert state.run is not None
    manifest = Manifest.model_validate_json((Path(state.run.folder) / "manifest.json").read_bytes())
    assert manifest.revision == state.plan.revision if state.plan else False
    assert all((Path(state.run.folder) / name).is_file() for name in manifest.files)
    assert manifest.mece_proven


def test_all_segments_are_rescored_and_only_the_changed_one_is_named_anew(talk: Talk) -> None:
    before, scored = names(talk.state), len(talk.state.scores)
    state = talk.do(MERGE)
    after = names(state)

    assert len(state.scores) == scored - 1
    assert {i: n for i, n in after.items() if i != "S01"} == {
        i: n for i, n in before.items() if i not in {"S01", "S03"}
    }
    assert after["S01"] not in before.values()
    assert f"Named by the offline jury: S01 {after['S01']}." in talk.answer


def test_a_locked_name_stays_whatever_happens(talk: Talk) -> None:
    name = names(talk.state)["S01"]
    state = talk.do({"kind": "lock", "segments": ["S01"]}, MERGE)

    assert names(state)["S01"] == name


def test_names_that_are_asked_for_again_are_others(talk: Talk) -> None:
    before = names(talk.state)
    after = names(talk.do({"kind": "ask_again", "segments": ["S02"], "guidance": "more playful"}))

    assert after["S02"] not in before.values()
    assert {i for i in before if before[i] != after[i]} == {"S02"}


def test_a_rejection_changes_nothing_and_its_reason_is_kept(talk: Talk) -> None:
    before = plan_of(talk.state)
    talk.edit(MERGE)
    talk.decide("reject", message="too coarse", by="Ana")

    assert plan_of(talk.state) == before
    assert talk.asked is None
    assert talk.state.history is not None
    last = talk.state.history.journeys[-1]
    assert (last.what, last.reason, last.by) == ("rejected", "too coarse", "Ana")


def test_other_edits_instead_of_those_shown_are_shown_first(talk: Talk) -> None:
    before = plan_of(talk.state)
    talk.edit(MERGE)
    talk.decide("edit", edited_action={"name": "apply_edits", "args": {"edits": [RENAME]}})

    assert plan_of(talk.state) == before
    assert shown(talk)["args"]["edits"] == [RENAME]
    talk.decide("approve")
    assert names(talk.state)["S02"] == "Warm_Hearts"


def test_edits_may_come_back_as_the_text_of_a_form(talk: Talk) -> None:
    talk.edit(MERGE)
    talk.decide("edit", edited_action={"name": "apply_edits", "args": {"edits": json.dumps([RENAME])}})

    assert shown(talk)["args"]["edits"] == [RENAME]


def test_an_approval_of_another_preview_is_refused(talk: Talk) -> None:
    talk.edit(MERGE)
    old = shown(talk)["args"]["plan_hash"]
    talk.edit(RENAME)
    before = plan_of(talk.state)
    talk.decide("approve", plan_hash=old)

    assert plan_of(talk.state) == before
    assert "no longer the one that waits" in shown(talk)["description"]
    talk.decide("approve", plan_hash=shown(talk)["args"]["plan_hash"])
    assert names(talk.state)["S02"] == "Warm_Hearts"


@pytest.mark.parametrize(
    "answer",
    ["maybe", 7, {"decisions": []}, {"decisions": [{"type": "apply"}]}, {"decisions": [{"type": "edit"}]}],
)
def test_what_is_no_decision_is_asked_for_again(talk: Talk, answer: object) -> None:
    before = plan_of(talk.state)
    talk.edit(MERGE)
    talk.graph.invoke(Command(resume=answer), talk.config)

    assert plan_of(talk.state) == before
    assert "decision" in shown(talk)["description"]


def test_a_plan_that_changed_under_a_preview_is_shown_anew(talk: Talk) -> None:
    talk.edit(MERGE)
    other = talk.state.model_copy()
    assert other.plan is not None
    changed = other.plan.with_changes(locks=("S05",)).model_dump(mode="json")
    # As Studio does it: the state is edited while the approval waits.
    config = talk.graph.update_state(talk.config, {"plan": changed}, as_node="preview")
    talk.graph.invoke(None, config)
    talk.decide("approve")

    assert talk.asked is not None
    assert names(talk.state)["S03"]


def test_another_message_sets_a_preview_aside(talk: Talk) -> None:
    talk.edit(MERGE)
    talk.edit(RENAME)

    assert shown(talk)["args"]["edits"] == [RENAME]


@pytest.mark.parametrize("text", ["yes", "approve", "apply it", "I approve this, go ahead"])
def test_words_do_not_approve(talk: Talk, text: str) -> None:
    before = plan_of(talk.state)
    talk.edit(MERGE)
    talk.say(text)

    assert plan_of(talk.state) == before


def test_undo_restores_the_plan_to_the_byte_and_redo_the_later_one(talk: Talk) -> None:
    first = plan_of(talk.state)
    second = plan_of(talk.do(MERGE))
    third = plan_of(talk.do(RENAME))

    talk.say("undo")
    assert plan_of(talk.state) == second
    talk.say("undo")
    assert plan_of(talk.state) == first
    talk.edit({"kind": "redo", "steps": 2})
    assert plan_of(talk.state) == third


def test_undo_brings_back_scores_proof_and_files_too(talk: Talk) -> None:
    before = talk.state
    talk.do(MERGE)
    talk.say("undo")
    after = talk.state

    assert (after.scores, after.certificate, after.jury) == (before.scores, before.certificate, before.jury)
    assert (after.run, after.manifest) == (before.run, before.manifest)


def test_a_reset_is_a_step_that_can_be_undone(talk: Talk) -> None:
    first = plan_of(talk.state)
    second = plan_of(talk.do(MERGE))

    talk.edit({"kind": "reset"})
    assert plan_of(talk.state) == first
    talk.edit({"kind": "undo"})
    assert plan_of(talk.state) == second


def test_what_cannot_be_undone_is_said(talk: Talk) -> None:
    assert "nothing that could be undone" in talk.edit({"kind": "undo"})
    talk.do(RENAME)
    assert "only 1 step can be undone" in talk.edit({"kind": "undo", "steps": 3})
    assert "there is no revision 99" in talk.edit({"kind": "reset", "revision": 99})


def test_an_edit_after_an_undo_starts_from_there_under_a_number_of_its_own(talk: Talk) -> None:
    second = talk.do(MERGE)
    talk.say("undo")
    third = talk.do(RENAME)

    assert second.plan is not None
    assert third.plan is not None
    assert third.plan.revision > second.plan.revision
    assert "nothing that could be redone" in talk.edit({"kind": "redo"})
    assert third.history is not None
    assert third.history.current.parent == 1


def test_every_revision_says_who_what_and_when(talk: Talk) -> None:
    talk.edit(RENAME, by="Ben")
    talk.decide("approve", by="Ana")
    history = talk.state.history

    assert history is not None
    assert history.current.by == "Ana"
    assert [e.edit.kind for e in history.current.edits] == ["rename"]
    assert history.current.at.endswith("+00:00")
    assert "Warm_Hearts" in history.current.said[0]


def test_the_history_lies_in_the_folder_of_the_run(run: Finished, talk: Talk) -> None:
    state = talk.do(RENAME)
    told = json.loads((run.folder / "revisions" / "history.json").read_text())

    assert state.history is not None
    assert told == state.history.model_dump(mode="json")


def test_a_fork_from_an_old_checkpoint_makes_revisions_of_its_own(talk: Talk) -> None:
    talk.edit(MERGE)
    waiting = talk.graph.get_state(talk.config).config
    first = talk.do(MERGE)
    # Studio's "fork": the same approval is given again from where it waited.
    talk.graph.invoke(Command(resume={"decisions": [{"type": "approve"}]}), waiting)
    second = talk.state

    assert first.plan is not None
    assert second.plan is not None
    assert second.plan.plan_hash == first.plan.plan_hash
    assert second.plan.revision > first.plan.revision


def test_a_fork_from_where_it_waited_can_decide_otherwise(talk: Talk) -> None:
    before = plan_of(talk.state)
    talk.edit(MERGE)
    waiting = talk.graph.get_state(talk.config).config
    talk.decide("approve")
    talk.graph.invoke(Command(resume={"decisions": [{"type": "reject", "message": "too coarse"}]}), waiting)

    assert plan_of(talk.state) == before
    assert talk.state.history is not None
    assert talk.state.history.journeys[-1].reason == "too coarse"


def test_a_step_that_is_run_again_asks_again(talk: Talk) -> None:
    before = plan_of(talk.state)
    talk.edit(MERGE)
    waiting = talk.graph.get_state(talk.config).config
    talk.decide("approve")
    talk.graph.invoke(None, waiting)

    assert plan_of(talk.state) == before
    assert shown(talk)["args"]["edits"] == [MERGE]


def test_what_cannot_be_done_is_said_and_nothing_waits(talk: Talk) -> None:
    answer = talk.edit({"kind": "set_sizes", "min_size": 30_000})

    assert "min size 30,000 is more than the universe of" in answer
    assert talk.asked is None
    assert isinstance(talk.state.reading, Refused)


def test_what_if_is_answered_and_not_offered_for_approval(talk: Talk) -> None:
    before = plan_of(talk.state)
    answer = talk.say("what would happen if we merged S01 and S03?")

    assert "nothing is changed" in answer
    assert talk.asked is None
    assert plan_of(talk.state) == before


def test_edits_of_an_earlier_turn_are_not_done_again_with_the_next_message(talk: Talk) -> None:
    talk.do(RENAME)
    talk.say("why is S02 called that?")

    assert talk.asked is None
    assert "Warm_Hearts" in talk.answer


def test_a_revision_that_was_cut_off_is_left_when_something_else_is_said(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cartjury.graph import nodes

    before = plan_of(talk.state)
    talk.edit(MERGE)

    def cut(*_: object) -> object:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(nodes, "score_segments", cut)
        with pytest.raises(RuntimeError):
            talk.decide("approve")
    assert plan_of(talk.state) != before
    talk.say("undo")

    assert plan_of(talk.state) == before
    assert any("not finished" in str(m.text) for m in talk.state.messages)


def test_a_revision_that_was_cut_off_can_be_finished(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    from cartjury.graph import nodes

    talk.edit(MERGE)
    promised = shown(talk)["args"]["plan_hash"]

    def cut(*_: object) -> object:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(nodes, "score_segments", cut)
        with pytest.raises(RuntimeError):
            talk.decide("approve")
    talk.graph.invoke(None, talk.config)

    assert hash_of(talk.state) == promised
    assert talk.state.history is not None
    assert talk.state.history.current.plan_hash == promised


def test_a_new_order_on_the_thread_forgets_the_talk_about_the_old_one(talk: Talk, tmp_path: Path) -> None:
    talk.do(RENAME)
    talk.graph.invoke({"n_users": 2000, "options": {"out": str(tmp_path / "second")}}, talk.config)

    assert talk.state.history is not None
    assert [r.number for r in talk.state.history.revisions] == [1]
    assert "Warm_Hearts" not in names(talk.state).values()


def test_an_order_in_the_same_folder_takes_the_revisions_of_the_old_one_away(tmp_path: Path) -> None:
    run = Finished(tmp_path / "results")
    run.talk().do(RENAME)
    assert (tmp_path / "results" / "revisions" / "0002" / "manifest.json").is_file()
    Finished(tmp_path / "results")

    assert not (tmp_path / "results" / "revisions").exists()


def test_edits_need_a_plan_and_stand_without_an_order(run: Finished) -> None:
    with pytest.raises(ValueError, match="give them without an order"):
        run.graph.invoke({"n_users": 100, "edits": [RENAME]}, {"configurable": {"thread_id": "x"}})


def test_carts_that_are_gone_are_said_to_be(tmp_path: Path) -> None:
    run = Finished(tmp_path / "results")
    (tmp_path / "results" / ".work" / "rows.parquet").unlink()

    with pytest.raises(InputError, match="the checked carts of this run are gone"):
        run.talk().say("merge S01 and S03")
