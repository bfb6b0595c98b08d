"""Clean one-line text: nothing hidden stays, nothing visible is lost, long lines end at a word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartjury.data.text import LIMIT, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\nlines\r\nand\ta tab", "two lines and a tab"),
        ("  spaces   at the ends ", "spaces at the ends"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://example.org\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\rest", "rest"),
        ("\x9b1mbold", "bold"),
        ("\x1bcreset", "reset"),
        ("right\u202eto left\u2066", "rightto left"),
        ("zero\u200bwidth\ufeff\u2060", "zerowidth"),
        ("nul\x00 bell\x07", "nul bell"),
        ("half a pair \ud83d", "half a pair"),
        ("line\u2028separator", "line separator"),
        ("cafe\u0301", "caf\u00e9"),
        ("tag\U000e0041s", "tags"),
        ("", ""),
    ],
)
def test_hidden_characters_are_taken_out_and_white_space_is_one_space(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_long_line_ends_at_a_word_with_an_ellipsis() -> None:
    assert one_line("seven short words stand in this line", 20) == "seven short words…"


def test_a_word_that_ends_at_the_limit_stays() -> None:
    assert one_line("abcd efgh ijkl", 10) == "abcd efgh…"


def test_an_endless_word_is_cut_within() -> None:
    assert one_line("a" * 500) == "a" * (LIMIT - 1) + "…"


def test_an_endless_word_after_a_short_one_is_cut_within_too() -> None:
    assert one_line("so " + "a" * 500, 20) == "so " + "a" * 16 + "…"


@given(st.text(), st.integers(1, 60))
def test_any_text_becomes_one_printable_line_that_stays_as_it_is(text: str, limit: int) -> None:
    line = one_line(text, limit)

    assert len(line) <= limit
    assert all(unicodedata.category(c)[0] != "C" for c in line)
    assert "\n" not in line
    assert line == line.strip()
    assert one_line(line, limit) == line
    line.encode()
