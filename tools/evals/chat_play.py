"""Plays a case to a reader, whoever that is: the built-in grammar, a model, or a mapping written by hand.

case -> (utterance, scene) -> reader -> Reading -> graded on what stands -> the next turn

A turn is read about what the reader's own readings made, as long as they are right; after one that is not, about what
should have been made, so that every turn counts once.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from cartjury.data.chat_cases import Case, Expected, ToAnswer, ToAsk, ToEdit, Turn
from cartjury.data.chat_records import Asked, Choice, Reading, Refused, Scene, Wishes, Wondered
from cartjury.data.edit_records import Redo, Reset, Undo
from cartjury.data.errors import InputError
from cartjury.tools.chat_plans import Grounds
from cartjury.tools.evals.conversation import Conversation, begin
from cartjury.tools.focus import checked, readable
from cartjury.tools.grading import GRADES, Graded, grade, outcome, said

Read = Callable[[str, Scene], Reading]
WHICH: Final = "Which of these do you mean?"


class Heard(NamedTuple):
    """One turn of a case.

    Attributes:
        plan_hash: of the plan that stands after the reading, where its edits are approved; empty where the case has but
            one turn: that one is graded without going on from it.
    """

    utterance: str
    reading: Reading
    graded: Graded
    plan_hash: str


class Played(NamedTuple):
    """A case and what came of its turns; the worst grade is that of the case."""

    case: Case
    turns: tuple[Heard, ...]

    @property
    def graded(self) -> Graded:
        """The verdict on the first of the turns that have the worst grade."""
        return max((heard.graded for heard in self.turns), key=lambda g: GRADES.index(g.grade))


def read_case(case: Case, grounds: Grounds, read: Read) -> Played:
    """Play a case.

    Args:
        case: one utterance, or several.
        grounds: where the plans are made.
        read: what a reader makes of a text (cleaned and cut as the chat does) about a scene.
    """
    ground = grounds.of(case.before)
    if not case.turns:
        reading = checked(read(readable(case.utterance), ground.scene))
        return Played(case, (Heard(case.utterance, reading, grade(case.expect, reading, ground), ""),))
    talk, turns = begin(ground), []
    for turn in case.all_turns:
        talk = talk.called(turn.names)
        reading = possible(checked(read(readable(turn.utterance), talk.ground.scene)), talk)
        verdict = graded_turn(turn, reading, talk)
        turns.append(Heard(turn.utterance, reading, verdict, _after(reading, talk).plan_hash))
        talk = _after(reading if verdict.right else gold(turn.expect[0]), talk)
    return Played(case, tuple(turns))


def possible(reading: Reading, talk: Conversation) -> Reading:
    """Return a reading, or the refusal that a thread makes of it where there is nothing to go back or forth to."""
    if travels(reading):
        try:
            talk.after(reading)
        except InputError as error:
            return Refused(reason=str(error))
    return reading


def graded_turn(turn: Turn, reading: Reading, talk: Conversation) -> Graded:
    """Grade one turn; where it or what is wanted travels, by the plan that stands afterwards."""
    wanted = [e for e in turn.expect if isinstance(e, ToEdit)]
    if not isinstance(reading, Wishes) or not (travels(reading) or any(travels(gold(e)) for e in wanted)):
        return grade(turn.expect, reading, talk.ground)
    try:
        stands = talk.after(reading).plan_hash
    except InputError:
        return grade(turn.expect, reading, talk.ground)
    right = stands in {e.plan_hash for e in wanted}
    return Graded("right" if right else "wrong", "edits", f"edits {'; '.join(map(said, reading.edits))}")


def travels(reading: Reading) -> bool:
    """Whether a reading goes between revisions."""
    return isinstance(reading, Wishes) and isinstance(reading.edits[0], Undo | Redo | Reset)


def gold(expected: Expected) -> Reading:
    """Return a reading that is right."""
    match expected:
        case ToEdit():
            return Wishes(edits=expected.edits)
        case ToAnswer():
            return Wondered(topic=expected.topic)
        case ToAsk():
            options = [Choice(label=said(edits[0]), reading=Wishes(edits=edits)) for edits in expected.options]
            return Asked(question=WHICH, options=tuple(options))
        case _:
            return Refused(reason=expected.about)


def plan_hashes(case: Case, grounds: Grounds) -> Iterator[tuple[str, ...]]:
    """Yield for each turn the plans that its expectations come to; empty where one comes to none.

    Raises:
        EditError: what a turn wants is impossible.
    """
    ground = grounds.of(case.before)
    talk = begin(ground)
    for turn in case.all_turns:
        talk = talk.called(turn.names)
        wanted = [gold(e) for e in turn.expect]
        if case.turns:
            yield tuple(talk.after(w).plan_hash if isinstance(w, Wishes) else "" for w in wanted)
        else:
            edits = [w.edits if isinstance(w, Wishes) and not travels(w) else () for w in wanted]
            yield tuple(outcome(e, ground).plan_hash if e else "" for e in edits)
        talk = talk.after(wanted[0]) if case.turns else talk


def _after(reading: Reading, talk: Conversation) -> Conversation:
    """What follows; nothing where it is impossible."""
    try:
        return talk.after(reading)
    except InputError:
        return talk.after(Refused(reason=""))
