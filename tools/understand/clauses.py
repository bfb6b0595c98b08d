"""A message as clauses, one wish or question each, every word of it taken; all ways to read it so."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from cartjury.data.chat_records import Topic
from cartjury.data.chat_words import Phrase, chat_words
from cartjury.data.edit_records import Edit
from cartjury.tools.understand.build_names import NAMES
from cartjury.tools.understand.build_places import PLACES
from cartjury.tools.understand.build_plan import PLAN
from cartjury.tools.understand.build_segments import SEGMENTS
from cartjury.tools.understand.build_talk import QUESTIONS, TRAVEL
from cartjury.tools.understand.distinct import distinct
from cartjury.tools.understand.match import Caught, Line, matches, trouble_in
from cartjury.tools.understand.phrases import all_phrases
from cartjury.tools.understand.slots import SLOTS
from cartjury.tools.understand.tokens import Token
from cartjury.tools.understand.trouble import Trouble
from cartjury.tools.understand.view import View

MOST_CLAUSES: Final = 8
MOST_WAYS: Final = 60
EDITS: Final = {**SEGMENTS, **NAMES, **PLACES, **PLAN, **TRAVEL}


class Act(NamedTuple):
    """One clause.

    Attributes:
        edits: what it wishes.
        topic: what it asks.
        trouble: why it cannot be taken as it is.
    """

    edits: tuple[Edit, ...] = ()
    topic: Topic | None = None
    trouble: Trouble | None = None


class _State(NamedTuple):
    at: int
    acts: tuple[Act, ...]
    view: View


def ways(text: str, tokens: tuple[Token, ...], view: View) -> tuple[tuple[Act, ...], ...]:
    """Return every way to read the tokens in as few clauses as possible; none where a word is left over."""
    states = [_State(0, (), view)]
    for _ in range(MOST_CLAUSES):
        found = distinct(after for state in states for after in _onwards(text, tokens, state))
        done = tuple(distinct(s.acts for s in found if s.at == len(tokens)))
        if done or not found:
            return done
        states = found[:MOST_WAYS]
    return ()


def _onwards(text: str, tokens: tuple[Token, ...], state: _State) -> Iterator[_State]:
    line = Line(text, tokens, state.view, SLOTS, {})
    for start in _skipped(line, state.at, chat_words().openers) if state.at < len(tokens) else ():
        for end, act in _acts(line, start):
            view = state.view.after(act.edits)
            for stop in _skipped(line, end, chat_words().closers):
                if stop == len(tokens):
                    yield _State(stop, (*state.acts, act), view)
                for after in _skipped(line, stop, chat_words().joints)[1:]:
                    if after < len(tokens):
                        yield _State(after, (*state.acts, act), view)


def _skipped(line: Line, at: int, phrases: tuple[Phrase, ...]) -> list[int]:
    """Return a place and all that can be reached from it over such phrases, and commas behind them."""
    reached, fresh = [at], [at]
    while fresh:
        fresh = [
            after
            for place in fresh
            for end in line.any_of(phrases, place)
            for after in ((end, end + 1) if line.word(end) in {",", ":", "-"} else (end,))
            if after not in reached
        ]
        reached += dict.fromkeys(fresh)
        fresh = list(dict.fromkeys(fresh))
    commas = [end + 1 for end in reached[:1] if line.word(end) == "," and phrases is chat_words().closers]
    for place in commas:
        reached += [end for end in line.any_of(phrases, place) if end not in reached]
    return reached


def _acts(line: Line, at: int) -> Iterator[tuple[int, Act]]:
    for said in all_phrases():
        for end, caught in matches(line, said.parts, at):
            if end > at:
                yield end, _act(said.intent, caught, line.view)


def _act(intent: str, caught: Caught, view: View) -> Act:
    trouble = trouble_in(caught)
    if trouble:
        return Act(trouble=trouble)
    if intent in QUESTIONS:
        answer = QUESTIONS[intent](caught, view)
        return Act(trouble=answer) if isinstance(answer, Trouble) else Act(topic=answer)
    edits = EDITS[intent](caught, view)
    return Act(trouble=edits) if isinstance(edits, Trouble) else Act(edits=edits)
