"""What the seats outside of a jury have in common, which are asked about finished names in evaluations.

Nobody there is told who made a name: no persona, no model, no name of an arm is in any of their prompts.
"""

from collections.abc import Mapping, Sequence
from string import Template
from typing import Any, Literal

from cartjury.agents.asking import Message, Prompt
from cartjury.agents.features import Features, facts
from cartjury.agents.forms import Form
from cartjury.agents.prompt import data_block, parts, text_of
from cartjury.data.jury_records import SegmentBrief
from cartjury.data.text import one_line

NAME = 80  # characters of a name that are shown; twice what the naming rules allow
SHOWN = ("rule", "in_words", "levels")  # of a segment's facts; a name says nothing of sizes and means


def rule_of(brief: SegmentBrief, features: Features) -> dict[str, Any]:
    """The rule of a segment, in words and as levels."""
    known = facts(brief, features)
    return {key: known[key] for key in SHOWN if key in known}


def shown(name: str) -> str:
    """A name in one clean line, whoever wrote it."""
    return one_line(name, NAME)


def made(
    kind: Literal["match", "prefer"],
    head: Mapping[str, Any],
    rows: Mapping[str, Any],
    form: Form,
    *,
    key: str,
    faults: Mapping[str, str],
    nonce: str,
) -> Prompt:
    """Make a prompt.

    Args:
        kind: the prompt file.
        head: what the data shows first; what is empty is left out.
        rows: what is asked for, in the order in which it is shown.
        form: of the answer.
        key: what the rows are called in the data.
        faults: of the last answer, by row; then this is a repair.
        nonce: something new to be said in a repair.
    """
    repair = Template(text_of("again")).substitute(nonce=nonce) if faults else ""
    told = {**head, "faults": faults}
    data = data_block({k: v for k, v in told.items() if v}, rows, key)
    system, user = parts(kind)
    text = Template(user).substitute(data=data, repair=repair).strip()
    return Prompt((Message("system", system), Message("user", text)), form.schema, form.max_tokens)


def in_parts(ids: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Ids, so many at a time."""
    return [tuple(ids[at : at + size]) for at in range(0, len(ids), size)]
