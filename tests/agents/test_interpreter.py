"""The reader of messages with scripted models: fixtures, which show nothing of what a real model understands."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from cartjury.agents.asking import Reply, Request
from cartjury.agents.desk import Desk, ReplayError
from cartjury.agents.interpreter import Interpreted, interpret, read_with_models
from cartjury.agents.readings import CANNOT, SAY_MORE, WHICH
from cartjury.data import edit_records as e
from cartjury.data import journal
from cartjury.data.call_records import Caps, Panel
from cartjury.data.chat_records import Asked, Choice, Refused, Scene, WhyRank, Wishes, Wondered
from cartjury.data.options import Options
from tests.agents.asking_fakes import Script, failed, model, panel
from tests.agents.scenes import known, scene
from tests.agents.sittings import block
from tests.fault_server import FaultServer

MERGE = {"kind": "merge", "segments": ["S01", "S02"]}
MERGED = Wishes(edits=(e.Merge(segments=("S01", "S02")),))
PANEL = panel(seat="interpreter")


def reply(entry: object, **kwargs: Any) -> Reply:
    text = entry if isinstance(entry, str) else json.dumps({"message": entry})
    return Reply("answered", raw=text, finish_reason="stop", tokens_in=100, tokens_out=10, **kwargs)


def wishes(*edits: dict[str, Any]) -> Reply:
    return reply({"kind": "wishes", "edits": edits})


def read(
    *replies: Reply | Exception,
    text: str = "merge the quiet ones",
    at: Scene | None = None,
    seated: Panel = PANEL,
    log: Path | None = None,
) -> tuple[Interpreted, Script]:
    wire = Script(*replies)
    desk = Desk(seated, wire, log, pause=0.0)
    return asyncio.run(interpret(desk, text, at or scene(), known)), wire


def shown(request: Request) -> dict[str, Any]:
    return block({"messages": [{"content": m.text} for m in request.prompt.messages]})


def test_edits_are_read_in_their_order_with_the_model_that_gave_them() -> None:
    found, wire = read(wishes(MERGE, {"kind": "rename", "segments": ["S01"], "name": "Calm Corner"}))

    assert found.reading == Wishes(edits=(*MERGED.edits, e.Rename(segment="S01", name="Calm Corner")))
    assert (found.model, found.why_not, len(found.calls)) == ("north/alpha", "", 1)
    assert [r.temperature for r in wire.requests] == [0.3]
    assert {c.stage for c in found.calls} == {"reading"}
    assert {c.persona for c in found.calls} == {"interpreter"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"kind": "wishes", "edits": [MERGE]}),
        json.dumps({"reading": {"kind": "wishes", "edits": [MERGE]}}),
        "<think>S01 and S02 are quiet.</think>Sure!\n```json\n"
        + json.dumps({"message": {"kind": "Wishes", "edits": [MERGE], "topic": None, "options": None}})
        + "\n```",
    ],
)
def test_an_answer_of_another_form_that_says_the_same_is_read(text: str) -> None:
    assert read(reply(text))[0].reading == MERGED


def test_a_question_about_the_plan_is_read() -> None:
    found, _ = read(reply({"kind": "wondered", "topic": "why_rank", "about": ["S03", "S01"]}))

    assert found.reading == Wondered(topic=WhyRank(segment="S03", against="S01"))


def test_a_segment_that_is_not_there_is_sent_back_once_with_the_reason() -> None:
    found, wire = read(wishes({"kind": "lock", "segments": ["S77"]}), wishes({"kind": "lock", "segments": ["S07"]}))

    assert found.reading == Wishes(edits=(e.Lock(segments=("S07",)),))
    assert shown(wire.requests[1])["faults"] == {"message": "there is no segment S77."}
    assert "second try" in wire.requests[1].prompt.messages[1].text
    assert [c.repair for c in found.calls] == [False, True]


def test_an_edit_of_the_wrong_form_is_sent_back_and_then_given_up() -> None:
    bad = wishes({**MERGE, "name": "Calm"})
    found, wire = read(bad, bad)

    assert shown(wire.requests[1])["faults"]["message"].startswith("merge does not use 'name'")
    assert found.reading is None
    assert found.why_not.startswith("north/alpha: its answer was refused: merge does not use 'name'")


@pytest.mark.parametrize("edits", [[], ["merge"], "merge", None])
def test_wishes_without_an_edit_are_none(edits: object) -> None:
    found, _ = read(*[reply({"kind": "wishes", "edits": edits})] * 2)

    assert found.reading is None
    assert "refused" in found.why_not


@pytest.mark.parametrize(
    "replies",
    [
        [reply("I would merge them.")] * 2,
        [reply("{" * 50)] * 2,
        [reply({"kind": "approve"})] * 2,
        [reply({"kind": "asked", "question": " ", "options": ["?"]})] * 2,
        [reply({"kind": "refused", "reason": ""})] * 2,
        [reply([1, 2])] * 2,
        [failed("refused")] * 2,
        [failed("truncated")] * 2,
        [failed("timeout")],
        [failed("unauthorized")],
        [failed("server_error")] * 2,
        [RuntimeError("SECRET words of a library")],
    ],
)
def test_what_is_no_answer_gives_no_reading_and_the_reason(replies: list[Reply | Exception]) -> None:
    found, _ = read(*replies)

    assert (found.reading, found.model) == (None, "")
    assert found.why_not.startswith("north/alpha: ")
    assert "SECRET" not in found.why_not
    assert len(found.calls) == len(replies)


def test_the_next_model_is_asked_where_the_first_fails() -> None:
    found, _ = read(failed("timeout"), wishes(MERGE), seated=panel(model(), model("south/beta"), seat="interpreter"))

    assert (found.reading, found.model) == (MERGED, "south/beta")


def test_a_cap_gives_no_reading_and_the_reason() -> None:
    found, wire = read(seated=panel(seat="interpreter", caps=Caps(max_calls=0)))

    assert (found.reading, wire.requests) == (None, [])
    assert "cap" in found.why_not


def test_an_empty_seat_gives_its_reason_and_asks_nobody() -> None:
    found, wire = read(seated=Panel(preset="offline", effort="offline", empty={"interpreter": "no key for groq"}))

    assert (found, wire.requests) == (Interpreted(why_not="no key for groq"), [])


@pytest.mark.parametrize("text", ["", " \n\u200b"])
def test_an_empty_message_asks_nobody(text: str) -> None:
    assert read(text=text)[0] == Interpreted(why_not="the message is empty")


def test_a_question_back_keeps_the_options_that_can_be() -> None:
    options = [
        {"label": "Merge the first two", "edits": [MERGE], "topic": "none", "about": []},
        {"label": "Merge S01 and S77", "edits": [{"kind": "merge", "segments": ["S01", "S77"]}]},
        {"label": "Nothing", "edits": []},
        "Merge all",
        {"label": "Merge all of them", "edits": [MERGE]},
    ]
    found, _ = read(reply({"kind": "asked", "question": "Which of the quiet ones?", "options": options}))

    merge_first = Choice(label="Merge the first two", reading=MERGED)
    assert found.reading == Asked(question="Which of the quiet ones?", options=(merge_first,))


def test_an_option_may_be_a_question_about_the_plan() -> None:
    options = [{"label": "Only tell me why", "edits": [], "topic": "why_rank", "about": ["S03"]}]
    found, _ = read(reply({"kind": "asked", "question": "Shall I?", "options": options}))

    assert isinstance(found.reading, Asked)
    assert found.reading.options[0].reading == Wondered(topic=WhyRank(segment="S03"))


def test_numbers_that_a_model_made_up_never_reach_a_person() -> None:
    options = [{"label": "Move 812 users", "edits": [MERGE]}]
    asked, _ = read(reply({"kind": "asked", "question": "812 users?", "options": options}))
    bare, _ = read(reply({"kind": "asked", "question": "S77?"}))
    refused, _ = read(reply({"kind": "refused", "reason": "Only 812 users are left."}))

    choice = Choice(label="merge S01, S02", reading=MERGED)
    assert asked.reading == Asked(question=WHICH, options=(choice,))
    assert bare.reading == Asked(question=SAY_MORE)
    assert refused.reading == Refused(reason=CANNOT)


def test_numbers_of_the_scene_and_of_the_message_may_be_said() -> None:
    said = "S01 hat 1.001 Nutzer, nicht 30.000."
    found, _ = read(reply({"kind": "refused", "reason": said}), text="S01 hat 30000")

    assert found.reading == Refused(reason=said)


def test_the_log_of_a_message_is_heard_again_without_asking(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    first, _ = read(wishes({"kind": "lock", "segments": ["S77"]}), wishes(MERGE), log=log)
    tape = journal.read(log)
    desk = Desk(PANEL, None, None, tape, live=False)

    assert asyncio.run(interpret(desk, "merge the quiet ones", scene(), known)) == first
    assert [a.parsed for a in tape] == [{}, {"message": MERGED.model_dump(mode="json")}]
    with pytest.raises(ReplayError):
        asyncio.run(interpret(Desk(PANEL, None, None, tape, live=False), "another message", scene(), known))


def test_the_messages_of_a_thread_share_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    desk = Desk(PANEL, Script(wishes(MERGE), wishes({"kind": "undo"})), log, pause=0.0)

    async def talk() -> list[Interpreted]:
        return [await interpret(desk, text, scene(), known, turn=n) for n, text in enumerate(("merge", "undo"))]

    found = asyncio.run(talk())

    assert [f.reading for f in found] == [MERGED, Wishes(edits=(e.Undo(),))]
    assert [a.part for a in journal.read(log)] == [0, 1]


def test_without_a_loop_or_a_desk_the_keys_of_the_environment_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(answer=lambda body: json.dumps({"message": {"kind": "wishes", "edits": [MERGE]}})) as server:
        environ = {"GROQ_API_KEY": "key", "GROQ_API_BASE": server.url}
        found = read_with_models("merge the quiet ones", scene(), Options(), known, environ=environ)

    assert (found.reading, found.model) == (MERGED, "groq/openai/gpt-oss-120b")
    silent = read_with_models("merge the quiet ones", scene(), Options(), known, environ={})
    assert silent.reading is None
    assert silent.why_not == "no key for cerebras or groq: set CEREBRAS_API_KEY or GROQ_API_KEY"
