"""The prompt of the reader: its exact text, and that nothing a user wrote stands outside the block of data."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.agents.asking import Prompt
from cartjury.agents.budget import prompt_tokens
from cartjury.agents.message_question import MessageQuestion
from cartjury.data.chat_records import Asked, Choice, Scene, Wishes
from cartjury.data.edit_records import Undo
from cartjury.data.plan_records import Provenance
from tests.agents.scenes import TINY, known, scene
from tests.agents.test_prompt import HOSTILE, SNAPSHOTS, data, outside, parts

OPEN = Asked(question="Which one?", options=(Choice(label="Take it back", reading=Wishes(edits=(Undo(),))),))


def prompt(text: str, at: Scene | None = None, fault: str = "") -> Prompt:
    faults = {"message": fault} if fault else {}
    return MessageQuestion(text, at or scene(), known).prompt(("message",), faults, "5eed1234" if fault else "")


@pytest.mark.parametrize(("kind", "fault"), [("interpret", ""), ("interpret_again", "there is no segment S77.")])
def test_the_text_of_the_prompt_is_as_it_was_accepted(kind: str, fault: str) -> None:
    at = scene(focus=("S03", "S01"), recent=(("merge", ("S03",)),), asked=OPEN, revision=2, revisions=3)
    made = prompt("Merge the two quiet ones, bitte", at, fault)
    text = "\n".join(f"=== {m.role}\n{m.text}" for m in made.messages)
    text += f"\n=== at most {made.max_tokens} tokens\n{json.dumps(made.schema, indent=1)}\n"
    kept = SNAPSHOTS / f"{kind}.txt"
    was = kept.read_text(encoding="utf-8") if kept.exists() else ""

    if text != was:
        new = Path(kept.with_suffix(".new"))
        new.write_text(text, encoding="utf-8")
        pytest.fail(f"The prompt has changed. Read the difference; if it is wanted: mv {new} {kept}", pytrace=False)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_user_or_a_model_wrote_changes_neither_form_nor_instructions(hostile: str) -> None:
    calm = prompt("calm", fault="calm")
    asked = OPEN.model_copy(update={"question": hostile})
    at = scene({"S05": hostile}, asked=asked)
    shouted = prompt(hostile, at.model_copy(update={"columns": (hostile,), "numeric": (hostile,)}), hostile)

    assert outside(shouted) == outside(calm)
    assert shouted.schema == calm.schema
    assert data(shouted)["segments"]["S05"]["name"] == hostile


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1))
def test_any_message_stays_within_the_data(text: str) -> None:
    made = prompt(text)

    assert outside(made) == outside(prompt("calm"))
    data(made)


def test_of_a_message_1000_characters_are_read() -> None:
    assert len(data(prompt("merge " * 999))["message"]) <= 1000


def test_a_small_segment_shows_no_figure() -> None:
    row = data(prompt("who is in it?"))["segments"][TINY]

    assert row == {
        "position": 12,
        "name": "Segment_L",
        "named_by": "offline",
        "rule": "High & High & High",
        "users": "<20",
    }


def test_a_count_under_twenty_is_hidden_though_the_scene_holds_it() -> None:
    lines = tuple(line.model_copy(update={"users": 7}) for line in scene().lines)
    rows = data(prompt("who?", scene().model_copy(update={"lines": lines})))["segments"]

    assert {row["users"] for row in rows.values()} == {"<20"}
    assert not any("overall" in row for row in rows.values())


def test_where_the_plan_was_fitted_is_not_told() -> None:
    fitted = Provenance(source="canary.csv", source_sha256="ab", as_of=date(2026, 11, 23), universe_size=8641975)
    at = scene().model_copy(update={"plan": scene().plan.with_changes(provenance=fitted)})

    assert prompt("hello", at) == prompt("hello")


def test_segments_are_shown_in_the_users_order() -> None:
    turned = scene().model_copy(update={"lines": scene().lines[::-1]})
    rows = data(prompt("the first one", turned))["segments"]

    assert list(rows) == [f"S{n:02}" for n in range(13, 0, -1)]
    assert [row["position"] for row in rows.values()] == list(range(1, 14))


def test_the_open_question_and_what_was_talked_of_are_shown() -> None:
    at = scene(focus=("S03",), recent=(("merge", ("S03",)),), asked=OPEN)
    shown = data(prompt("the first", at))

    assert shown["asked"] == {"question": "Which one?", "options": {"1": "Take it back"}}
    assert shown["focus"] == ["S03"]
    assert shown["recent"] == [{"edit": "merge", "segments": ["S03"]}]
    assert not {"asked", "focus", "recent"} & set(data(prompt("the first")))


def test_the_form_is_what_strict_decoders_ask_for() -> None:
    for part in parts(prompt("x").schema):
        assert set(part) <= {"title", "type", "properties", "required", "additionalProperties", "items", "enum"} | {
            "$ref",
            "$defs",
        }
        if part.get("type") == "object":
            assert part["required"] == list(part["properties"])
            assert part["additionalProperties"] is False
        assert part.get("enum") != []


def test_a_plan_of_thirteen_segments_leaves_room_in_a_context_of_8192_tokens() -> None:
    made: Any = prompt("x" * 1000)

    assert prompt_tokens(made) + made.max_tokens < 8192
