"""Where a turn was cut off, and where a thread begins anew."""

from pathlib import Path

import pytest

from cartjury.data.errors import InputError
from cartjury.graph import nodes
from tests.graph.talks import MERGE, RENAME, Finished, Talk, hash_of, names, plan_of, shown


def approve_and_cut(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Approve what waits; the power goes in the middle of doing it."""

    def cut(*_: object) -> object:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(nodes, "score_segments", cut)
        with pytest.raises(RuntimeError, match="power cut"):
            talk.decide("approve")


def test_edits_of_an_earlier_turn_are_not_done_again_with_the_next_message(talk: Talk) -> None:
    talk.do(RENAME)
    talk.say("why is S02 called that?")

    assert talk.asked is None
    assert "Warm_Hearts" in talk.answer


def test_a_revision_that_was_cut_off_is_left_when_something_else_is_said(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = plan_of(talk.state)
    talk.edit(MERGE)

    approve_and_cut(talk, monkeypatch)
    assert plan_of(talk.state) != before
    talk.say("undo")

    assert plan_of(talk.state) == before
    assert any("not finished" in str(m.text) for m in talk.state.messages)


def test_a_revision_that_was_cut_off_can_be_finished(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk.edit(MERGE)
    promised = shown(talk)["args"]["plan_hash"]

    approve_and_cut(talk, monkeypatch)
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


def test_edits_need_a_plan_and_stand_without_an_order(finished: Finished) -> None:
    with pytest.raises(ValueError, match="give them without an order"):
        finished.graph.invoke({"n_users": 100, "edits": [RENAME]}, {"configurable": {"thread_id": "x"}})


def test_carts_that_are_gone_are_said_to_be(tmp_path: Path) -> None:
    run = Finished(tmp_path / "results")
    (tmp_path / "results" / ".work" / "rows.parquet").unlink()

    with pytest.raises(InputError, match="the checked carts of this run are gone"):
        run.talk().say("merge S01 and S03")
