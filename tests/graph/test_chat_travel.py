"""The revisions of a thread: all that was approved can be taken back, and old checkpoints can be gone on from."""

import json
from pathlib import Path

from langgraph.types import Command

from tests.graph.talks import MERGE, RENAME, Finished, Talk, plan_of, shown


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


def test_the_history_lies_in_the_folder_of_the_run(finished: Finished, talk: Talk) -> None:
    state = talk.do(RENAME)
    told = json.loads((finished.folder / "revisions" / "history.json").read_text())

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


def test_steps_of_the_main_job_that_are_run_again_publish_beside_the_first(tmp_path: Path) -> None:
    run = Finished(tmp_path / "results")
    score = next(s.config for s in run.graph.get_state_history(run.config) if s.next == ("score",))
    talk = run.talk()
    talk.do(RENAME)
    run.graph.invoke(None, score)
    talk.edit({"kind": "undo"})

    assert (tmp_path / "results" / "revisions" / "0002" / "manifest.json").is_file()
    assert (tmp_path / "results-2" / "manifest.json").is_file()
    assert talk.state.history is not None
    assert talk.state.history.current.number == 1


def test_who_and_why_are_kept_without_control_codes(talk: Talk) -> None:
    talk.edit(RENAME)
    talk.decide("reject", message="too \x1b]0;loud\x07 \n coarse", by="A\x1b[31mna")
    assert talk.state.history is not None
    last = talk.state.history.journeys[-1]

    assert (last.reason, last.by) == ("too coarse", "Ana")
