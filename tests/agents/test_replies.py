"""Reading an answer: one strict JSON object, whatever stands around it, and one fault for each bad entry."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartjury.agents.replies import (
    FAULT,
    MAX_CHARS,
    RefusedError,
    UnreadableError,
    WrongShapeError,
    fields,
    json_object,
    read_entries,
)

ANSWER = {"S01": {"name": "Premium_Engaged"}}
TEXT = json.dumps(ANSWER)


def name(segment_id: str, value: Any) -> str:
    """An entry reader as the jurors have them: a text that is not "no"."""
    if not isinstance(value, str):
        raise WrongShapeError(f"'{value}' must be a text.")
    if value == "no":
        raise RefusedError("'no' is refused.")
    return value


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"\n  {TEXT}\n",
        f"```json\n{TEXT}\n```",
        f"```\n{TEXT}\n```",
        f"Here are the names:\n{TEXT}\nI hope they please.",
        f"<think>The segment is {{S01}}, so perhaps {TEXT}?</think>\n{TEXT}",
        f"<think>one</think><think>two {TEXT}</think>{TEXT}<think>three</think>",
        f"<THINK>loud</THINK>{TEXT}",
        f"<think>a <think>nested</think> thought {TEXT}</think>{TEXT}",
        f"the opening mark was in the prompt, {TEXT} perhaps</think>{TEXT}",
        f"the set {{a, b}} is meant: {TEXT}",
    ],
)
def test_one_object_is_found_in_what_models_put_around_it(text: str) -> None:
    assert json_object(text) == ANSWER


def test_marks_and_braces_within_texts_are_texts() -> None:
    hostile = {"S01": {"reason": '<think> {"S01": [}] \\" </think> ```'}}

    assert json_object(json.dumps(hostile)) == hostile
    assert json_object(f"Sure: {json.dumps({'S01': 'a } brace'})}") == {"S01": "a } brace"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("   \n", "is empty"),
        ("<think>all of it</think>", "is empty"),
        ("I cannot help with that.", "no complete JSON object"),
        (f'One opens with "{{": {TEXT}', "no complete JSON object"),
        ("[1, 2]", "no complete JSON object"),
        ('"a text"', "no complete JSON object"),
        (TEXT[:-2], "no complete JSON object"),
        (TEXT[:12], "no complete JSON object"),
        ("<think>the names might be {" + TEXT, "still thinking"),
        (f"<think>one</think>{TEXT}<think>two", "still thinking"),
        (TEXT + TEXT, "more than one"),
        (f"{TEXT}\nor rather\n{TEXT}", "more than one"),
        ('{"S01": 1,,}', "cannot be read"),
        ("{'S01': 1}", "cannot be read"),
        ('{"S01": "line\nbreak"}', "cannot be read"),
        ('{"S01": 1, "S01": 2}', "'S01' twice"),
        ('{"S01": {"a": 1, "a": 1}}', "'a' twice"),
        ('{"S01": NaN}', "not finite"),
        ('{"S01": -Infinity}', "not finite"),
        ('{"S01": 1e999}', "not finite"),
        ('{"S01": ' + "9" * 5000 + "}", "not finite"),
        ('{"a":' * 9 + "1" + "}" * 9, "too deeply"),
        ("x" * (MAX_CHARS + 1), "too long"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(UnreadableError, match=says) as caught:
        json_object(text)

    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "hostile",
    ["{", "[", '{"a":', "[{", "{}", '"', '\\"', "<think>", "</think>", '{"', '{"a":1},', '{"id":"a"},', "{,", "[,   "],
)
def test_a_hostile_answer_is_read_in_no_time(hostile: str) -> None:
    text = (hostile * MAX_CHARS)[:MAX_CHARS]
    started = time.perf_counter()
    with pytest.raises(UnreadableError):
        json_object(text)

    assert time.perf_counter() - started < 3


@given(st.text(max_size=60) | st.text(alphabet='{}[]":,\\a1<think>/', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    reading = read_entries(text, ["S01"], name)

    assert set(reading.accepted) | set(reading.faults) == {"S01"}


def test_a_bad_entry_does_not_lose_the_others() -> None:
    reading = read_entries('{"S01": "fine", "S02": 5, "S03": "no"}', ["S01", "S02", "S03", "S04"], name)

    assert reading.accepted == {"S01": "fine"}
    assert reading.faults == {
        "S02": "S02: '5' must be a text.",
        "S03": "S03: 'no' is refused.",
        "S04": "S04: it is missing in the answer.",
    }
    assert reading.outcome == "wrong_shape"


def test_an_answer_with_all_entries_is_answered_and_others_are_left_out() -> None:
    reading = read_entries('{"S09": 5, "S01": "fine"}', ["S01"], name)

    assert reading.outcome == "answered"
    assert reading.accepted == {"S01": "fine"}
    assert not reading.faults


def test_where_only_checks_failed_the_answer_is_not_accepted() -> None:
    assert read_entries('{"S01": "no", "S02": "fine"}', ["S01", "S02"], name).outcome == "not_accepted"


def test_ids_that_were_not_asked_for_are_noted_where_one_is_missing() -> None:
    reading = read_entries('{"s1": "fine", "\\u202enames": 1}', ["S01"], name)

    assert reading.faults == {"S01": "S01: it is missing in the answer; 's1', 'names' was not asked for."}


def test_faults_stay_short_and_clean_whatever_the_answer_says() -> None:
    reading = read_entries(json.dumps({"S01": ["\x1b[31m\u202e\ud800" * 999]}), ["S01"], name)

    assert len(reading.faults["S01"]) <= FAULT
    assert reading.faults["S01"].isprintable()


ROW = {"id": "S01", "said": "fine"}
TWO = [ROW, {"id": "S02", "said": "well"}]
IDS = ("S01", "S02")


def row(segment_id: str, value: Any) -> str:
    """An entry reader for entries with fields."""
    return name(segment_id, fields(value, {"said": str})["said"])


@pytest.mark.parametrize("wrapped", [{"segments": ANSWER}, {"data": {"segments": ANSWER}}])
def test_an_object_with_a_single_key_around_the_entries_is_taken_off(wrapped: Any) -> None:
    assert dict(read_entries(json.dumps(wrapped), ["S01"], lambda _, value: value).accepted) == ANSWER


def test_three_objects_around_the_entries_are_not_taken_off() -> None:
    assert not read_entries(json.dumps({"a": {"b": {"c": {"S01": "fine"}}}}), ["S01"], name).accepted


@pytest.mark.parametrize("key", ["id", "segment", "segment_id"])
@pytest.mark.parametrize("form", ["{}", "Here:\n```json\n{}\n```", '{{"segments": {}}}', '{{"a": {{"b": {}}}}}'])
def test_rows_that_name_their_segment_are_read_by_it(key: str, form: str) -> None:
    text = form.format(json.dumps(TWO).replace('"id"', f'"{key}"'))

    assert read_entries(text, IDS, row).accepted == {"S01": "fine", "S02": "well"}


@pytest.mark.parametrize("form", ["{}", '{{"segments": {}}}'])
def test_rows_that_name_a_segment_twice_are_refused(form: str) -> None:
    reading = read_entries(form.format(json.dumps([*TWO, ROW])), IDS, row)

    assert (reading.outcome, reading.faults["S02"]) == ("not_json", "The answer holds the key 'S01' twice.")


def test_an_answer_by_segment_may_have_an_id_of_its_own() -> None:
    assert read_entries('{"id": "answer", "S01": "fine"}', ["S01"], name).accepted == {"S01": "fine"}


def test_marks_of_thinking_within_rows_are_texts() -> None:
    assert read_entries(json.dumps([{**ROW, "said": "<think>"}]), ["S01"], row).accepted == {"S01": "<think>"}


def test_one_trailing_comma_is_read_over_but_not_within_texts() -> None:
    assert json_object('{"S01": ["a, ]", {"b": ",}" , },\n], }') == {"S01": ["a, ]", {"b": ",}"}]}


@pytest.mark.parametrize(
    ("value", "said"),
    [("AOV=High", "the text 'AOV=High'"), (5, "the number '5'"), ({}, "the object '{}'"), (None, "the value 'null'")],
)
def test_a_wrong_type_is_told_with_its_type_and_value(value: Any, said: str) -> None:
    with pytest.raises(WrongShapeError, match=f"'claims' must be a list of texts, not {said}"):
        fields({"claims": value}, {"claims": list})


def test_an_answer_without_an_object_is_a_fault_of_every_segment() -> None:
    reading = read_entries("Sorry.", ["S01", "S02"], name)

    assert reading.outcome == "not_json"
    assert set(reading.faults) == {"S01", "S02"}
