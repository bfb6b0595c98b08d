"""Decisions: each is on one preview, whoever sends it and in whatever shape, and nothing else approves."""

import json
from pathlib import Path
from typing import Any

import pytest
from langgraph.types import Command

from cartjury.data.errors import InputError
from cartjury.graph.state import State
from tests.graph.talks import MERGE, RENAME, Talk, names, plan_of, shown


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


@pytest.mark.parametrize("text", ["yes", "approve", "apply it", "I approve this, go ahead"])
def test_words_do_not_approve(talk: Talk, text: str) -> None:
    before = plan_of(talk.state)
    talk.edit(MERGE)
    talk.say(text)

    assert plan_of(talk.state) == before


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
