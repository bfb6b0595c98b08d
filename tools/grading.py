"""Grades what a reader makes of an utterance: by what the plan would be, never by the text of an edit.

| graded | when |
|---|---|
| right | one of the outcomes that the case names |
| asked | a question back, or a refusal, where something else was wanted |
| missed | an answer where something else was wanted, or another answer |
| wrong silently | edits that can be applied and are none that the case names: the one thing that must not happen |

An edit that the resolver finds impossible counts as a refusal. What an edit would do (WhatIf) is an answer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from cartjury.data.chat_cases import Case, Expected, ToAnswer, ToAsk, ToEdit, ToRefuse
from cartjury.data.chat_records import Reading, Refused, Topic, WhatIf, Wishes, Wondered
from cartjury.data.edit_records import AskAgain, Edit, PlanEdit, Redo, Reset, Undo
from cartjury.data.errors import EditError, InputError
from cartjury.tools.chat_plans import Ground
from cartjury.tools.edit import resolve_all

GRADES: Final = ("right", "asked", "missed", "wrong")


class Graded(NamedTuple):
    """A verdict on a reading; where none of the three holds, the message was missed.

    Attributes:
        why: what was made of the message, for the author of the reader.
    """

    right: bool
    asked: bool
    wrong_silently: bool
    why: str

    @property
    def grade(self) -> str:
        """One of GRADES."""
        verdicts = (self.right, self.asked, not self.wrong_silently)
        return next((g for g, holds in zip(GRADES, verdicts, strict=False) if holds), "wrong")


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


def grade(case: Case, reading: Reading, ground: Ground) -> Graded:
    """Say whether a reading is right.

    Args:
        case: the utterance and what should come of it.
        reading: what was made of it.
        ground: what it was said about: `Grounds.of(case.before)`.
    """
    if isinstance(reading, Wishes):
        return _edits(case, reading, ground)
    if isinstance(reading, Wondered):
        topics = [e.topic for e in case.expect if isinstance(e, ToAnswer)]
        right = any(_same_topic(topic, reading.topic, ground) for topic in topics)
        return Graded(right, asked=False, wrong_silently=False, why=f"answers {_said(reading.topic)}")
    no = isinstance(reading, Refused)
    why = f"refuses: {reading.reason}" if isinstance(reading, Refused) else f"asks: {reading.question}"
    return _held_back(case, ToRefuse if no else ToAsk, why)


def _edits(case: Case, reading: Wishes, ground: Ground) -> Graded:
    said = "; ".join(map(_said, reading.edits))
    try:
        found = outcome(reading.edits, ground)
    except InputError as error:
        return _held_back(case, ToRefuse, f"wants {said}, impossible: {error}")
    right = any(_same(outcome(e.edits, ground), found) for e in case.expect if isinstance(e, ToEdit))
    return Graded(right, asked=False, wrong_silently=not right, why=f"edits {said}")


def _held_back(case: Case, how: type[Expected], why: str) -> Graded:
    right = any(isinstance(e, how) for e in case.expect)
    return Graded(right, asked=not right, wrong_silently=False, why=why)


def _same(wanted: Outcome, found: Outcome) -> bool:
    return wanted[:3] == found[:3] and wanted.guided <= found.guided


def _same_topic(wanted: Topic, found: Topic, ground: Ground) -> bool:
    if not (isinstance(wanted, WhatIf) and isinstance(found, WhatIf)):
        return wanted == found
    try:
        return _same(outcome(wanted.edits, ground), outcome(found.edits, ground))
    except InputError:
        return wanted == found


def _said(wish: Edit | Topic) -> str:
    fields = wish.model_dump(exclude_defaults=True, exclude={"kind"})
    return f"{wish.kind}({', '.join(f'{name}={value}' for name, value in fields.items())})"


def tally(graded: Sequence[tuple[Case, Graded]]) -> dict[str, Counter[str]]:
    """Count the grades by kind of case, in the order of the cases; other languages than English are a kind each."""
    counts: dict[str, Counter[str]] = {}
    for case, verdict in graded:
        kind = {"de": "German", "es": "Spanish"}.get(case.lang, case.kind)
        counts.setdefault(kind, Counter())[verdict.grade] += 1
    return counts


def summary(graded: Mapping[str, Sequence[tuple[Case, Graded]]]) -> str:
    """Return a table with a line a file: its plain English cases that are right, and the grades of all."""
    lines = [f"| file | plain English, right | all | {' | '.join(GRADES)} |", f"|---|--:|--:|{'--:|' * len(GRADES)}"]
    for name, found in graded.items():
        plain = [verdict.grade for case, verdict in found if case.plain]
        right = plain.count("right")
        counts = Counter(verdict.grade for _, verdict in found)
        share = f"{right} of {len(plain)} ({right / len(plain):.0%})"
        lines.append(f"| {name} | {share} | {len(found)} | {' | '.join(str(counts[g]) for g in GRADES)} |")
    return "\n".join(lines)


def offenders(graded: Sequence[tuple[Case, Graded]], grades: Sequence[str]) -> str:
    """Return one readable line a case with one of these grades."""
    found = [(c, g) for c, g in graded if g.grade in grades]
    return "\n".join(f"{c.id} ({c.kind}) {c.utterance!r}: {g.grade}, {g.why}" for c, g in found)
