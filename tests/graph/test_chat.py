"""What is said on a thread that has a plan: it is shown, decided on, and only then done."""

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


def test_wishes_for_names_are_told_apart_though_their_plans_have_one_hash(talk: Talk) -> None:
    ask = {"kind": "ask_again", "segments": ["S02"]}
    talk.edit({**ask, "guidance": "more playful"})
    first = shown(talk)["args"]
    talk.edit({**ask, "guidance": "very formal"})
    before = plan_of(talk.state)

    assert first["plan_hash"] == shown(talk)["args"]["plan_hash"]
    talk.decide("approve", plan_hash=first["plan_hash"])
    assert "name the preview_id" in shown(talk)["description"]
    talk.decide("approve", preview_id=first["preview_id"])
    assert "no longer the one that waits" in shown(talk)["description"]
    assert plan_of(talk.state) == before
    talk.decide("approve", preview_id=shown(talk)["args"]["preview_id"])
    assert talk.asked is None


@pytest.mark.parametrize("place", ["around", "args", "edited_action"])
def test_an_outdated_hash_is_seen_wherever_it_stands(talk: Talk, place: str) -> None:
    before = plan_of(talk.state)
    old = {"plan_hash": "0" * 64}
    decision: dict[str, Any] = {"type": "approve"}
    if place != "around":
        decision[place] = old if place == "args" else {"name": "apply_edits", "args": old}
    talk.edit(MERGE)
    given = {"decisions": [decision], **(old if place == "around" else {})}
    talk.graph.invoke(Command(resume=given), talk.config)

    assert plan_of(talk.state) == before
    assert "no longer the one that waits" in shown(talk)["description"]


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


def test_a_decision_that_somebody_wrote_into_the_state_publishes_nothing_twice(talk: Talk) -> None:
    done = talk.do(RENAME)
    talk.edit(MERGE)
    assert done.run is not None
    before = (Path(done.run.folder) / "manifest.json").read_bytes()
    config = talk.graph.update_state(talk.config, {"plan": plan_json(talk.state)}, as_node="apply")

    with pytest.raises(InputError, match="was published before"):
        talk.graph.invoke(None, config)
    assert (Path(done.run.folder) / "manifest.json").read_bytes() == before


def plan_json(state: State) -> dict[str, Any]:
    assert state.preview is not None
    found = state.preview.plan.model_dump(mode="json")
    assert isinstance(found, dict)
    return found
