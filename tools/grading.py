"""Grades what a reader makes of an utterance: by what the plan would be, never by the text of an edit.

| grade | when |
|---|---|
| right | one of the outcomes that the case names |
| asked | a question back, or a refusal, where something else was wanted |
| missed | an answer where something else was wanted, or another answer |
| wrong | edits that can be applied and are none that the case names: the one thing that must not happen silently |

An edit that the resolver finds impossible counts as a refusal. What an edit would do (WhatIf) is an answer.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from cartjury.data.chat_cases import Expected, ToAnswer, ToAsk, ToEdit, ToRefuse
from cartjury.data.chat_records import Asked, Choice, Reading, Topic, WhatIf, Wishes, Wondered
from cartjury.data.edit_records import AskAgain, Edit, PlanEdit, Redo, Reset, Undo
from cartjury.data.errors import EditError, InputError
from cartjury.tools.chat_plans import Ground
from cartjury.tools.edit import resolve_all

Grade = Literal["right", "asked", "missed", "wrong"]
How = Literal["edits", "answers", "asks", "refuses"]
GRADES: Final[tuple[Grade, ...]] = ("right", "asked", "missed", "wrong")


class Graded(NamedTuple):
    """A verdict on a reading.

    Attributes:
        grade: one of GRADES.
        how: what came of the message; edits that are impossible are a refusal.
        why: what was made of the message, for the author of the reader.
        options: of a question back where the case names options: whether all of them are offered.
        reason: of a refusal where the case says what its reason is about: whether it is.
    """

    grade: Grade
    how: How
    why: str
    options: bool | None = None
    reason: bool | None = None

    @property
    def right(self) -> bool:
        """Whether it is what should come of the message."""
        return self.grade == "right"


class Outcome(NamedTuple):
    """What edits come to.

    Attributes:
        travels: wishes to go between revisions, with their place among the edits.
        nameless: the boxes of the segments that the jury would be asked about, where it is to be asked again.
        guided: how many of the wishes to ask again say what the names should be like.
    """

    plan_hash: str
    travels: tuple[tuple[int, str], ...] = ()
    nameless: frozenset[frozenset[str]] = frozenset()
    guided: int = 0


def outcome(edits: Sequence[Edit], ground: Ground) -> Outcome:
    """Apply edits to the plan of a case.

    Raises:
        EditError: one of them is impossible.
    """
    travels = tuple((i, e.to_json()) for i, e in enumerate(edits) if isinstance(e, Undo | Redo | Reset))
    if any(isinstance(e, Reset) and e.revision > ground.scene.revisions for e in edits):
        raise EditError("there is no such revision")
    wishes: tuple[PlanEdit, ...] = tuple(e for e in edits if not isinstance(e, Undo | Redo | Reset))
    if not wishes:
        return Outcome(ground.scene.plan.plan_hash, travels)
    plan = resolve_all(wishes, ground.scene.plan, ground.carts).plan
    again = [e for e in wishes if isinstance(e, AskAgain)]
    nameless = frozenset(frozenset(map(str, s.boxes)) for s in plan.segments if again and not s.name)
    return Outcome(plan.plan_hash, travels, nameless, sum(bool(e.guidance) for e in again))


def grade(expect: Sequence[Expected], reading: Reading, ground: Ground) -> Graded:
    """Say whether a reading is right.

    Args:
        expect: what should come of the utterance.
        reading: what was made of it.
        ground: what it was said about: `Grounds.of(case.before)`.
    """
    if isinstance(reading, Wishes):
        return _edits(expect, reading, ground)
    if isinstance(reading, Wondered):
        topics = [e.topic for e in expect if isinstance(e, ToAnswer)]
        right = any(_same_topic(topic, reading.topic, ground) for topic in topics)
        return Graded("right" if right else "missed", "answers", f"answers {said(reading.topic)}")
    if isinstance(reading, Asked):
        return _asks(expect, reading, ground)
    return _refuses(expect, reading.reason, f"refuses: {reading.reason}")


def _edits(expect: Sequence[Expected], reading: Wishes, ground: Ground) -> Graded:
    wanted = "; ".join(map(said, reading.edits))
    if any(isinstance(e, ToEdit) and e.plan_hash and e.edits == reading.edits for e in expect):
        return Graded("right", "edits", f"edits {wanted}")  # the same edits come to the same plan
    try:
        found = outcome(reading.edits, ground)
    except InputError as error:
        return _refuses(expect, str(error), f"wants {wanted}, impossible: {error}")
    right = any(_same(_wanted(e, ground), found) for e in expect if isinstance(e, ToEdit))
    return Graded("right" if right else "wrong", "edits", f"edits {wanted}")


def _wanted(wish: ToEdit, ground: Ground) -> Outcome:
    """What a case wants: the plan that it names, worked out only where that does not say everything."""
    plain = not any(isinstance(e, AskAgain | Undo | Redo | Reset) for e in wish.edits)
    return Outcome(wish.plan_hash) if wish.plan_hash and plain else outcome(wish.edits, ground)


def _refuses(expect: Sequence[Expected], reason: str, why: str) -> Graded:
    wanted = [e for e in expect if isinstance(e, ToRefuse)]
    about = [bool(re.search(e.about, reason, re.IGNORECASE)) for e in wanted if e.about]
    return Graded("right" if wanted else "asked", "refuses", why, reason=any(about) if about else None)


def _asks(expect: Sequence[Expected], reading: Asked, ground: Ground) -> Graded:
    wanted = [e for e in expect if isinstance(e, ToAsk)]
    stated = [edits for e in wanted for edits in e.options]
    options = all(_offered(edits, reading.options, ground) for edits in stated) if stated else None
    return Graded("right" if wanted else "asked", "asks", f"asks: {reading.question}", options=options)


def _offered(edits: Sequence[PlanEdit], options: Sequence[Choice], ground: Ground) -> bool:
    """Whether one of the options comes to the same as edits; an option that is impossible is none."""
    wanted = outcome(edits, ground)
    for reading in (option.reading for option in options):
        try:
            if isinstance(reading, Wishes) and _same(wanted, outcome(reading.edits, ground)):
                return True
        except InputError:
            continue
    return False


def _same(wanted: Outcome, found: Outcome) -> bool:
    return wanted[:3] == found[:3] and wanted.guided <= found.guided


def _same_topic(wanted: Topic, found: Topic, ground: Ground) -> bool:
    if not (isinstance(wanted, WhatIf) and isinstance(found, WhatIf)):
        return wanted == found
    try:
        return _same(outcome(wanted.edits, ground), outcome(found.edits, ground))
    except InputError:
        return wanted == found


def said(wish: Edit | Topic) -> str:
    """Return an edit or a topic in a few words, for whoever looks at a verdict."""
    fields = wish.model_dump(exclude_defaults=True, exclude={"kind"})
    return f"{wish.kind}({', '.join(f'{name}={value}' for name, value in fields.items())})"
