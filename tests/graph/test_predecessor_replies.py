"""Recorded replies of the predecessor's form, written by hand here: read with care, and heard without a network."""

import json
from pathlib import Path
from typing import Any

import pytest

from cartjury.data.errors import InputError
from cartjury.data.predecessor import OldReply, on_its_ballot, predecessor_names, read_predecessor
from cartjury.graph.predecessor import predecessor_now

MODELS = {
    "creative_marketer": "qwen/qwen3-32b",
    "growth_strategist": "meta-llama/llama-4-maverick-17b-128e-instruct",
    "data_scientist": "llama-3.3-70b-versatile",
    "risk_manager": "moonshotai/kimi-k2-instruct-0905",
    "judge": "openai/gpt-oss-120b",
}
RULE = "AOV_High & Engagement_High & Profitability_High"
BUCKET = "High_High_High"


def line(role: str, name: str, **more: Any) -> dict[str, Any]:
    bare = {"bucket": BUCKET, "role": role, "model": MODELS[role], "raw": "", "segment_name": name, "rule": RULE}
    return {**bare, "parsed_by_seed": True, **more}


def replies(*lines: dict[str, Any]) -> tuple[OldReply, ...]:
    return tuple(OldReply.model_validate(x) for x in lines)


def file(folder: Path, *lines: str) -> Path:
    path = folder / "replies.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


THOUGHT = (
    '<think>High, so {"segment_name": "x"}?</think> Here: {"segment_name": "Golden_Keen_Stars", "rule": "' + RULE + '"}'
)
SAID = (
    line("creative_marketer", "Golden_Keen_Stars", raw=THOUGHT, parsed_by_seed=False),
    line("growth_strategist", "Premium_Engaged_Earners"),
    line("data_scientist", "Upscale_Active_Profitable"),
    line("risk_manager", "High_High_High"),
)


def test_the_judge_of_then_is_followed_where_its_choice_may_stand() -> None:
    heard = predecessor_now(replies(*SAID, line("judge", "Upscale_Active_Profitable")))

    assert heard.names["S12"] == "Upscale_Active_Profitable"
    assert heard.origins["S12"] == "model"
    assert all(origin == "offline" for i, origin in heard.origins.items() if i != "S12")


def test_a_name_that_was_lost_in_thinking_aloud_is_on_the_ballot_now() -> None:
    heard = predecessor_now(replies(*SAID, line("judge", "Golden_Keen_Stars")))

    assert heard.names["S12"] == "Golden_Keen_Stars"
    assert "Golden_Keen_Stars" not in on_its_ballot(replies(*SAID), "S12")


@pytest.mark.parametrize("invented", ["Fresh_Shiny_Stars", "High_High_High", "A"])
def test_a_judge_that_chooses_what_may_not_stand_is_not_followed(invented: str) -> None:
    heard = predecessor_now(replies(*SAID, line("judge", invented)))

    assert heard.names["S12"] in {"Golden_Keen_Stars", "Premium_Engaged_Earners", "Upscale_Active_Profitable"}
    assert "S12" in {i for a in heard.jury.abstentions if a.stage == "verdict" for i in a.segment_ids}


def test_names_are_those_that_were_published_whatever_becomes_of_them_now() -> None:
    assert predecessor_names(replies(*SAID))["risk_manager"] == {"S12": "High_High_High"}
    assert predecessor_names(replies(*SAID))["judge"] == {}


def test_a_file_is_read_line_by_line(tmp_path: Path) -> None:
    assert read_predecessor(file(tmp_path, *map(json.dumps, SAID))) == replies(*SAID)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("{", "line 2: it: Invalid JSON"),
        (json.dumps({"role": "judge"}), "line 2: bucket: Field required"),
        (json.dumps(line("judge", "x", bucket="Low_Low")), "line 2: 'Low_Low' is none of its twelve segments"),
        (json.dumps(line("judge", "x") | {"role": "chair"}), "line 2: role"),
    ],
)
def test_a_line_that_is_no_reply_is_named(second: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        read_predecessor(file(tmp_path, json.dumps(SAID[0]), second))


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_predecessor(tmp_path / "none.jsonl")
