"""A message as clauses, one wish or question each, every word of it taken; all ways to read it so."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from cartjury.data.chat_words import Phrase, chat_words
from cartjury.tools.understand import remarks
from cartjury.tools.understand.acts import Act, acts_at
from cartjury.tools.understand.context import after_remark, mentioned
from cartjury.tools.understand.distinct import distinct
from cartjury.tools.understand.match import Line
from cartjury.tools.understand.skipping import base_forms, closed, skipped
from cartjury.tools.understand.slots import SLOTS
from cartjury.tools.understand.tokens import Token
from cartjury.tools.understand.view import View

MOST_CLAUSES: Final = 8
MOST_WAYS: Final = 60
MOST_REMARKS: Final = 6  # one behind the other


class _State(NamedTuple):
    at: int
    acts: tuple[Act, ...]
    view: View
    talked: int = 0


def ways(text: str, tokens: tuple[Token, ...], view: View) -> tuple[tuple[Act, ...], ...]:
    """Return every way to read the tokens in as few clauses as possible; none where a word is left over.

    Talk around wishes is left out only where the message cannot be read with all of its words.
    """
    lines = _Lines(text, tokens)
    found = _ways(lines, view, talk=False)
    if found and not all(any(a.trouble and a.trouble.mild for a in acts) for acts in found):
        return found
    return _ways(lines, view, talk=True) or found


class _Lines:
    """The tokens as clauses with different views find them; what was found once is kept."""

    def __init__(self, text: str, tokens: tuple[Token, ...]) -> None:
        self._text, self.tokens = text, tokens
        self._known: list[Line] = []

    def of(self, view: View) -> Line:
        for line in self._known:
            if line.view == view:
                return line
        self._known.append(Line(self._text, self.tokens, view, SLOTS, {}))
        return self._known[-1]


def _ways(lines: _Lines, view: View, *, talk: bool) -> tuple[tuple[Act, ...], ...]:
    states = [_State(0, (), view)]
    for _ in range(MOST_CLAUSES):
        found = distinct(after for state in states for after in _onwards(lines, state, talk=talk))
        done = [s for s in found if s.at == len(lines.tokens)]
        if done or not found:
            least = min((s.talked for s in done), default=0)  # the less is taken for talk, the better
            return tuple(distinct(s.acts for s in done if s.talked == least))
        states = [s for s in found if s.at < len(lines.tokens)][:MOST_WAYS]
    return ()


def _onwards(lines: _Lines, state: _State, *, talk: bool) -> Iterator[_State]:
    openers = chat_words().openers if state.acts else chat_words().beginnings
    for begin, line in _begins(lines, state) if talk else ((state.at, lines.of(state.view)),):
        for start, read in _starts(line, begin, openers):
            for end, act in acts_at(read, start, answers=not talk):
                view = read.view.after(act.edits)
                for stop in closed(line, end):
                    for last in _behind(line, start, stop) if talk else (stop,):
                        talked = state.talked + begin - state.at + last - stop
                        yield from (_State(after, (*state.acts, act), view, talked) for after in _joined(line, last))


def _starts(line: Line, at: int, openers: tuple[Phrase, ...]) -> Iterator[tuple[int, Line]]:
    """Yield where a wish may start behind openers; behind "would you mind" its verbs are read in their base form."""
    frames = chat_words().frames
    for start in skipped(line, at, openers) if at < len(line.tokens) else ():
        if start < len(line.tokens):
            yield start, line
        for end in dict.fromkeys(line.any_of((*frames["mind"], *frames["granted"]), start)):
            plain = base_forms(tuple(line.tokens), end)
            if plain != line.tokens and end < len(plain):
                yield end, Line(line.text, plain, line.view, SLOTS, {})


def _joined(line: Line, at: int) -> Iterator[int]:
    """Yield the end of the message, or where another clause may begin."""
    if at >= len(line.tokens):
        yield at
    yield from (after for after in skipped(line, at, chat_words().joints)[1:] if after < len(line.tokens))


def _begins(lines: _Lines, state: _State) -> Iterator[tuple[int, Line]]:
    """Yield where a clause can begin behind remarks, and what it finds there."""
    fresh = [(state.at, lines.of(state.view))]
    for _ in range(MOST_REMARKS):
        yield from fresh
        fresh = [
            (after, lines.of(after_remark(found, at, end)))
            for at, found in fresh
            for end, after in remarks.before(found, at, _wished, is_first=not state.acts)
        ]


def _behind(line: Line, start: int, stop: int) -> Iterator[int]:
    """Yield where a wish ends, with nothing, or with reasons and remarks behind it that speak of no other segment."""
    known, _ = mentioned(line, start, stop)
    fresh = [stop]
    for _ in range(MOST_REMARKS):
        yield from fresh
        found = [pair for at in fresh for pair in remarks.behind(line, at, _wished)]
        fresh = [end for at, end in found if _reasons(line, at) or set(mentioned(line, at, end)[0]) <= {*known}]
        fresh = [end + (line.word(end) == ")") for end in fresh]


def _reasons(line: Line, at: int) -> bool:
    return line.word(at) in chat_words().talk["reasons"]


def _wished(line: Line, at: int) -> tuple[int, ...]:
    """Where wishes and questions end that begin at a place."""
    key = ("wished", at)
    if key not in line.cache:
        line.cache[key] = tuple((end, None) for end in _wish_ends(line, at))
    return tuple(end for end, _ in line.cache[key])


def _wish_ends(line: Line, at: int) -> Iterator[int]:
    for start in skipped(line, at, chat_words().openers):
        for end, _ in acts_at(line, start, answers=False) if start < len(line.tokens) else ():
            yield from closed(line, end)
