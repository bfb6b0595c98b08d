"""What is said on a thread that has a plan: it is shown, decided on, and only then done."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from cartjury.data.chat_records import Refused
from cartjury.data.run_records import Manifest
from tests.graph.talks import MERGE, RENAME, Finished, Talk, hash_of, names, plan_of, shown


def files(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if p.is_file()}


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


def test_a_revision_is_published_beside_the_run_which_stays_as_it_is(finished: Finished, talk: Talk) -> None:
    before = files(finished.folder)
    state = talk.do(MERGE)

    assert files(finished.folder) == before
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


def test_another_message_sets_a_preview_aside(talk: Talk) -> None:
    talk.edit(MERGE)
    talk.edit(RENAME)

    assert shown(talk)["args"]["edits"] == [RENAME]


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


def test_what_was_only_wondered_about_can_be_had_for_approval(talk: Talk) -> None:
    talk.say("what would happen if we merged S01 and S03?")
    talk.say("1")

    assert shown(talk)["args"]["edits"] == [MERGE]


def test_a_preview_that_is_set_aside_is_told(talk: Talk) -> None:
    talk.edit(MERGE)
    talk.edit(RENAME)

    assert any("set aside" in str(m.text) for m in talk.state.messages)


@pytest.mark.parametrize(
    "given", [{"by": "Zed"}, {"messages": []}, {"messages": [{"role": "assistant", "content": "x"}]}]
)
def test_where_nobody_speaks_the_message_before_is_not_heard_again(talk: Talk, given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="nothing is said"):
        talk.graph.invoke(given, talk.config)
