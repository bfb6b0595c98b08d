"""The graded utterances of the chat: what somebody says about a plan, and what should come of it.

`chat_cases.jsonl`, `chat_cases_held_out.jsonl`, `chat_cases_voices.jsonl` and `chat_cases_fresh.jsonl` hold one case a
line, `chat_plans.toml` the plans they are said about (tools/chat_plans.py makes those). Grading is in tools/grading.py.
"""

import tomllib
from importlib.resources import files
from typing import Literal

from pydantic import Field

from cartjury.data.base import Record
from cartjury.data.chat_records import Asked, Topic
from cartjury.data.edit_records import Edit, PlanEdit, SegmentId

CASES = "chat_cases.jsonl"
HELD_OUT = "chat_cases_held_out.jsonl"
VOICES = "chat_cases_voices.jsonl"
FRESH = "chat_cases_fresh.jsonl"


class Before(Record):
    """What stands when the utterance is said; the fields beside `plan` and `edits` are those of a Scene.

    Attributes:
        plan: name of a plan of chat_plans.toml.
        edits: applied to it first.
        names: of segments that the edits left without one.
    """

    plan: str
    edits: tuple[PlanEdit, ...] = ()
    names: dict[SegmentId, str] = Field(default_factory=dict)
    focus: tuple[SegmentId, ...] = ()
    recent: tuple[tuple[str, tuple[SegmentId, ...]], ...] = ()
    asked: Asked | None = None
    revision: int = Field(default=1, ge=1)
    revisions: int = Field(default=1, ge=1)


class ToEdit(Record):
    """These edits, or others that come to the same.

    Attributes:
        plan_hash: of the plan that they make; empty where one of them travels between revisions.
    """

    edits: tuple[Edit, ...] = Field(min_length=1)
    plan_hash: str = ""


class ToAsk(Record):
    """A question back."""

    ask: Literal[True] = True


class ToRefuse(Record):
    """No, with the reason: of the reader, or of the resolver that finds it impossible."""

    refuse: Literal[True] = True


class ToAnswer(Record):
    """An answer about this."""

    topic: Topic


Expected = ToEdit | ToAsk | ToRefuse | ToAnswer


class Case(Record):
    """One utterance.

    Attributes:
        lang: "en", "de" or "es".
        kind: the group it is reported under: the kind of edit that is wanted, or what else it is an example of.
        plain: whether it is a single clear request in English.
        expect: what is right; several where sensible people would differ.
    """

    id: str
    lang: Literal["en", "de", "es"] = "en"
    kind: str
    plain: bool = False
    utterance: str
    before: Before
    expect: tuple[Expected, ...] = Field(min_length=1)


class PlanSource(Record):
    """A plan that cases are about, fitted to generated carts.

    Attributes:
        n_users, missing_aov: of the generated carts.
        dimension: wishes in the words of `--dimension`.
        plan_hash: of the plan as it was when the cases were written.
        order: the segments, best first, those without users last, as they were then.
        names: the jury's, by segment.
    """

    n_users: int
    missing_aov: float = 0.0
    dimension: tuple[str, ...] = ()
    plan_hash: str
    order: tuple[SegmentId, ...]
    names: dict[SegmentId, str]


def load_cases(name: str = CASES) -> tuple[Case, ...]:
    """Read a file of cases, in its order.

    Args:
        name: CASES, HELD_OUT, VOICES or FRESH.
    """
    lines = files("cartjury.data").joinpath(name).read_text(encoding="utf-8").splitlines()
    return tuple(Case.model_validate_json(line) for line in lines)


def plan_sources() -> dict[str, PlanSource]:
    """Read chat_plans.toml."""
    raw = tomllib.loads(files("cartjury.data").joinpath("chat_plans.toml").read_text(encoding="utf-8"))
    return {name: PlanSource.model_validate(source) for name, source in raw.items()}
