"""What readers of messages get of what a person typed."""

import pytest

from cartjury.tools.focus import ADDRESS, LONGEST, readable


@pytest.mark.parametrize("typed", ["ana.kovac@zqmail.example", "a+b@localhost", "x_y-z@mail.co.uk"])
def test_an_address_of_a_person_is_not_read(typed: str) -> None:
    assert readable(f"call S02 Calm Cat, says {typed}, please") == f"call S02 Calm Cat, says {ADDRESS}, please"


def test_a_message_is_one_clean_line_and_not_endless() -> None:
    assert readable("merge\n S01\x1b[31m and  S02") == "merge S01 and S02"
    assert len(readable("x " * LONGEST)) <= LONGEST


def test_other_words_stay_as_they_are() -> None:
    assert readable("AOV >= 50 @ 2 items") == "AOV >= 50 @ 2 items"
