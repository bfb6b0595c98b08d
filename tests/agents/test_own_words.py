"""What a model writes reaches people only where it made up no number and no segment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartjury.agents.own_words import Facts

FACTS = Facts(
    ("S01", "S03"), {"segments": {"S01": {"users": 21858, "rule": "AOV >= 85.5"}}}, "nobody below 30,000 in S44"
)
OURS = "Our own sentence."


def said(text: str) -> str:
    return FACTS.said(text, OURS)


@pytest.mark.parametrize(
    "text",
    [
        "Which of the two do you mean, S01 or s03?",
        "S44 is not there.",
        "The universe has 21,858 users.",
        "Das Universum hat 21.858 Nutzer.",
        "Solo hay 21 858 usuarios, menos de 30000.",
        "Cut at 85,5 or at 85.5?",
        "Meinen Sie S01?",
    ],
)
def test_numbers_and_ids_of_the_scene_and_the_message_may_be_said(text: str) -> None:
    assert said(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "S02 is the smallest.",
        "It has 812 users.",
        "About 22,000 users would move.",
        "Rund 22.000 Nutzer.",
        "½ of them",
        "Revision Ⅳ",
        "Ten thousand users would go.",
        "Das sind zwanzigtausend Nutzer.",
        "Son doscientos usuarios.",
        "",
        "   ",
        "21858",
        "\u200b\x1b[31m",
    ],
)
def test_what_was_made_up_or_says_nothing_is_replaced(text: str) -> None:
    assert said(text) == OURS


def test_a_text_is_one_clean_line_of_300_characters() -> None:
    found = said("Which\n one \x1b[31m\u202edo you mean? " + "really " * 90)

    assert found.startswith("Which one do you mean? really")
    assert len(found) <= 300


@given(st.integers(min_value=0, max_value=10**9))
def test_any_other_number_is_replaced(number: int) -> None:
    known = {21858, 30000, 30}  # "30,000" may be 30 with three decimals

    assert (said(f"There are {number} users.") == OURS) == (number not in known)
