"""The graded utterances of the chat: what somebody says about a plan, and what should come of it.

The files of data/evals that FILES names hold one case a line, `chat_plans.toml` the plans they are said about
(tools/chat_plans.py makes those). Grading is in tools/grading.py, conversations are played by tools/evals/chat_play.py.
"""

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from cartjury.data.base import Record
from cartjury.data.chat_records import Asked, Topic
from cartjury.data.edit_records import Edit, PlanEdit, SegmentId

CASES: Final = "chat_cases.jsonl"
HELD_OUT: Final = "chat_cases_held_out.jsonl"
VOICES: Final = "chat_cases_voices.jsonl"
FRESH: Final = "chat_cases_fresh.jsonl"
DESIGNED: Final = "chat.jsonl"
FILES: Final = (CASES, HELD_OUT, VOICES, FRESH, DESIGNED)
_EVALS: Final[Traversable] = files("cartjury.data") / "evals"


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
        plan_hash: of the plan that stands afterwards; empty where one of them travels and it is no conversation.
    """

    edits: tuple[Edit, ...] = Field(min_length=1)
    plan_hash: str = ""


class ToAsk(Record):
    """A question back.

    Attributes:
        options: what should be among those that are offered; none: it cannot be said which.
    """

    ask: Literal[True] = True
    options: tuple[tuple[PlanEdit, ...], ...] = ()


class ToRefuse(Record):
    """No, with the reason: of the reader, or of the resolver that finds it impossible.

    Attributes:
        about: a regular expression that the reason holds, in any case; empty: any reason.
    """

    refuse: Literal[True] = True
    about: str = ""


class ToAnswer(Record):
    """An answer about this."""

    topic: Topic


Expected = ToEdit | ToAsk | ToRefuse | ToAnswer


class Turn(Record):
    """What is said next, about what the turns before made; edits are approved, undo goes back by itself.

    Attributes:
        expect: what is right; several where sensible people would differ.
        names: that the jury gave to the segments which the turns before left without one.
    """

    utterance: str
    expect: tuple[Expected, ...] = Field(min_length=1)
    names: dict[SegmentId, str] = Field(default_factory=dict)


class Case(Record):
    """One utterance, or a conversation that it begins.

    Attributes:
        lang: "en", "de" or "es".
        kind: the group it is reported under: the kind of edit that is wanted, or what else it is an example of.
        plain: whether it is a single clear request in English.
        wish: what several cases say in other words; they make the same plan.
        voice: how one of them says it.
        expect: what is right; several where sensible people would differ.
        turns: what is said afterwards, in this order.
    """

    id: str
    lang: Literal["en", "de", "es"] = "en"
    kind: str
    plain: bool = False
    wish: str = ""
    voice: str = ""
    utterance: str
    before: Before
    expect: tuple[Expected, ...] = Field(min_length=1)
    turns: tuple[Turn, ...] = ()

    @model_validator(mode="after")
    def _begins_at_the_first_revision(self) -> Self:
        if self.turns and self.before.revisions > 1:
            raise ValueError(f"{self.id}: a conversation begins at revision 1, before that nothing can be undone")
        return self

    @property
    def all_turns(self) -> tuple[Turn, ...]:
        """The utterance and those after it."""
        return (Turn(utterance=self.utterance, expect=self.expect), *self.turns)


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
        name: one of FILES.
    """
    lines = (_EVALS / name).read_text(encoding="utf-8").splitlines()
    return tuple(Case.model_validate_json(line) for line in lines)


def plan_sources() -> dict[str, PlanSource]:
    """Read chat_plans.toml."""
    raw = tomllib.loads((_EVALS / "chat_plans.toml").read_text(encoding="utf-8"))
    return {name: PlanSource.model_validate(source) for name, source in raw.items()}
