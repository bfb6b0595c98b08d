"""The call log outlives a crash at any byte."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from cartjury.data.call_records import Attempt
from cartjury.data.journal import JOURNAL, append, in_order, read


def attempt(n: int = 0, **kwargs: Any) -> Attempt:
    given = {"stage": "proposal", "round": 0, "persona": "judge", "provider": "north", "model": "alpha"}
    given |= {"outcome": "answered", "attempt": n, "segment_ids": ("S01",), "prompt_sha256": "0" * 64}
    return Attempt.model_validate(given | kwargs)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / JOURNAL


def test_what_is_written_is_read_again_in_order(log: Path) -> None:
    said = [attempt(n, raw=f"answer {n}", parsed={"S01": {"name": "A", "claims": ["b"]}}) for n in range(3)]
    for one in said:
        append(log, one)
    assert read(log) == said


def test_no_log_holds_nothing(log: Path) -> None:
    assert read(log) == []


def test_a_line_is_one_attempt(log: Path) -> None:
    append(log, attempt(raw='{\n  "S01": "a"\r\n}'))
    assert log.read_bytes().count(b"\n") == 1
    assert json.loads(log.read_text())["raw"] == '{\n  "S01": "a"\r\n}'


@pytest.mark.parametrize("strange", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e", "\x00", "\r", "日本"])
def test_strange_characters_of_an_answer_do_not_break_its_line(log: Path, strange: str) -> None:
    said = [attempt(0, raw=f"a{strange}b", error=strange), attempt(1)]
    for one in said:
        append(log, one)
    assert read(log) == said


def test_a_log_that_was_cut_at_any_byte_keeps_its_whole_lines_and_can_be_continued(log: Path) -> None:
    said = [attempt(n, raw="naïve 購物") for n in range(3)]
    for one in said:
        append(log, one)
    whole = log.read_bytes()
    dice = random.Random(3)
    for cut in [*dice.sample(range(len(whole)), 60), len(whole) - 1]:
        log.write_bytes(whole[:cut])
        kept = read(log)
        # The last line may be whole but for its end.
        assert len(kept) - whole[:cut].count(b"\n") in {0, 1}
        assert kept == said[: len(kept)]
        append(log, attempt(9))
        assert read(log) == [*kept, attempt(9)]


def test_of_two_lines_with_one_key_the_later_counts(log: Path) -> None:
    for one in (attempt(0, raw="old"), attempt(1), attempt(0, raw="new")):
        append(log, one)
    assert [a.raw for a in read(log)] == ["new", None]


def test_other_lines_are_left_out(log: Path) -> None:
    append(log, attempt())
    with log.open("ab") as file:
        file.write(b'\n[]\n7\n{"segment_id": "S01", "model": "offline"}\n\xff\xfe\n')
    append(log, attempt(1, raw="x"))
    assert read(log) == [attempt(), attempt(1, raw="x")]


def test_attempts_are_put_in_the_order_of_the_protocol_whoever_answered_first() -> None:
    right = [
        attempt(0, persona="creative_marketer"),
        attempt(0, persona="risk_manager"),
        attempt(1, persona="risk_manager"),
        attempt(0, persona="risk_manager", part=1),
        attempt(0, stage="ballot", persona="creative_marketer"),
        attempt(0, stage="verdict", order="forward"),
        attempt(0, stage="verdict", order="reverse"),
        attempt(0, round=1, persona="creative_marketer"),
    ]
    mixed = list(right)
    random.Random(1).shuffle(mixed)
    assert in_order(mixed) == right
