"""A model that gives back the words of its prompt has named nothing."""

import re
from importlib.resources import files

import pytest

from cartjury.data.jury_records import PERSONAS
from cartjury.data.lexicon import lexicon, personas
from cartjury.data.opinion import CRITERIA
from cartjury.tools.naming import check_name
from tests.agents.protocol import twelve

PROMPTS = [path.read_text("utf-8") for path in (files("cartjury.agents") / "prompts").iterdir() if path.suffix == ".md"]
TITLES = [taste.title for taste in personas().values()]
PLAIN = "Tier_Attribute_Quality Feature_Level Choice_A System_Prompt Rule_Precision Easy_Memorability Hacked_System"
ECHOES = sorted(
    {"_".join(words.title().split()) for words in (*TITLES, *(c.replace("_", " ") for c in CRITERIA), *PERSONAS)}
    | {name for prompt in PROMPTS for name in re.findall(r"\b[A-Z][a-z]+(?:_[A-Z][a-z]+){1,2}\b", prompt)}
    | set(PLAIN.split())
)


@pytest.mark.parametrize("name", [e for e in ECHOES if "_" in e])
def test_what_the_prompt_says_itself_names_no_segment(name: str) -> None:
    assert check_name(name, twelve()[0], (), lexicon())


@pytest.mark.parametrize("name", ["Budget_Quality_Seekers", "Thrifty_First_Timers", "Budget_Easy_Goers"])
def test_one_such_word_among_others_is_no_echo(name: str) -> None:
    assert not any("repeats words of the task" in reason for reason in check_name(name, twelve()[0], (), lexicon()))
