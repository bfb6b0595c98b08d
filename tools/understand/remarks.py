"""Talk around wishes: what is said before one ("S12 is too big.") and behind it ("because ...").

A remark is left out only where nothing in it can be a wish, turn one, or limit one; else the message is asked about.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from cartjury.data.chat_words import chat_words
from cartjury.tools.understand.match import Line, slot
from cartjury.tools.understand.tokens import Token

STOPS: Final = frozenset({".", "!", "?", "…", ";", "–", "—", "-", "(", ")"})  # noqa: RUF001 - dashes as they are written
MARKUP: Final = frozenset('<>{}[]|\\`@#=$~^*"')
GLUE: Final = frozenset({"and", "but", "so", "then", "or", "cause", "because", "since", "please"})
SEEMING: Final = frozenset({"seems", "looks", "feels", "sounds"})
LONGEST: Final = 40  # tokens of one remark
Wishes = Callable[[Line, int], Iterable[int]]  # where the wishes end that begin at a place


def before(line: Line, at: int, wishes: Wishes, *, is_first: bool) -> Iterator[tuple[int, int]]:
    """Yield where remarks end that begin at a place, and where what follows them begins."""
    for end in _ends(line, at):
        hard = line.word(end) in STOPS
        after = _over_marks(line, end)
        reason = line.word(at) in chat_words().talk["reasons"] and _is_reason(line, at, end, wishes)
        if after < len(line.tokens) and (
            reason or _is_talk(line, at, end, wishes, whole=not hard, behind=not is_first)
        ):
            yield end, after
        if hard:
            return


def behind(line: Line, at: int, wishes: Wishes) -> Iterator[tuple[int, int]]:
    """Yield where reasons and remarks begin and end that stand behind a wish which ends at a place."""
    start = _over_marks(line, at)
    if start >= len(line.tokens):
        return
    end = next((e for e in _ends(line, start) if line.word(e) in STOPS), len(line.tokens))
    if line.word(start) in chat_words().talk["reasons"]:
        if _is_reason(line, start, end, wishes):
            yield start, end
    elif start > at and _is_talk(line, start, end, wishes, whole=True, behind=True):
        yield start, end


def _ends(line: Line, at: int) -> Iterator[int]:
    """Yield the marks behind a place, up to the first that ends a sentence."""
    for end in range(at + 1, min(len(line.tokens), at + LONGEST)):
        if line.word(end) in STOPS:
            yield end
            return
        if line.word(end) == ",":
            yield end


def _over_marks(line: Line, at: int) -> int:
    while at < len(line.tokens) and (line.word(at) in STOPS or line.word(at) == ","):
        at += 1
    return at


def _is_reason(line: Line, start: int, end: int, wishes: Wishes) -> bool:
    """Because, since, as, so that: with a sentence behind it that wishes nothing."""
    words, talk = _words(line, start + 1, end), chat_words().talk
    if not words or end - start > LONGEST or words[0] in talk["no_reason"]:
        return False
    if line.word(start) == "so" and words[0] not in talk["subjects"] | {"that"}:
        return False
    says = words[0] == "that" or set(words) & talk["finite"] or any(w.endswith("s") for w in words[1:])
    limited = set(words) & talk["limits"] or "but" in words or _only_limits(line, start, end)
    limited = limited or _adds(line, start + 1, end)
    return bool(says) and not limited and not _wishes_in(line, start + 1, end, wishes)


def _is_talk(line: Line, start: int, end: int, wishes: Wishes, *, whole: bool, behind: bool) -> bool:
    """Whether a span is a remark; `whole`: it must be a sentence; `behind`: a wish stands before it."""
    words, talk = _words(line, start, end), chat_words().talk
    tokens = line.tokens[start:end]
    if not words:
        return all(t.kind == "mark" and t.text not in MARKUP for t in tokens)
    odd = any(t.kind == "quote" or t.text in MARKUP for t in tokens) or _is_foreign(tokens)
    turned = set(words) & (talk["limits"] | talk["reported"] | (talk["doubts"] if behind else set())) or _negates(
        line, start, end, behind=behind
    )
    if odd or turned or set(words) & talk["wishing"] or _only_limits(line, start, end):
        return False
    if (line.tokens[start].kind not in {"word", "id"} and (whole or behind)) or (
        behind and line.word(start) in talk["starters_not"]
    ):
        return False
    asks = words[0] in {"do", "does", "did"} and words[1:2] and words[1] in talk["subjects"]
    topic = line.word(end) in {"?", "."} and _is_one_segment(line, start, end)
    if (
        not whole
        and not asks
        and not topic
        and not _is_sentence(line, start, end)
        and _names_something(line, start, end)
    ):
        return False
    wonders = words[0] in {"what", "how"} and words[1:2] and words[1] in talk["finite"]
    ours = words[:2] in {("for", "us"), ("for", "me"), ("to", "me"), ("to", "us")}
    if (words[0] in talk["starters_not"] and not asks and not ours and not (wonders and not behind)) or (
        whole and not _is_sentence(line, start, end)
    ):
        return False
    adds = behind and _adds(line, start, end)
    return not adds and _is_english(tokens) and not _wishes_in(line, start, end, wishes)


def _is_english(tokens: Sequence[Token]) -> bool:
    """Whether somebody who knows only this English could vouch for it: one word of two is known."""
    words = [t for t in tokens if t.kind == "word"]
    common = chat_words().talk
    plain = [t for t in words if t.known or any(t.text in listed for listed in common.values())]
    return len(plain) * 3 >= len(words)


def _is_foreign(tokens: Sequence[Token]) -> bool:
    words = [t for t in tokens if t.kind == "word"]
    return any(not t.text.isascii() for t in words) or sum(t.text in chat_words().foreign for t in words) > 1


def _is_sentence(line: Line, start: int, end: int) -> bool:
    """A subject, and behind it a verb."""
    talk, first = chat_words().talk, line.word(start)
    verbs = [i for i in range(start + 1, end) if line.word(i) in talk["finite"]]
    return first in SEEMING or (bool(verbs) and first not in talk["finite"])


def _adds(line: Line, start: int, end: int) -> bool:
    """Whether something follows a comma that is no sentence and names something: ", S03 too"; ", at 3"."""
    commas = [i for i in range(start, end) if line.word(i) == ","]
    for at, stop in itertools.pairwise([*commas, end]):
        says = any(line.word(i) in chat_words().talk["finite"] for i in range(at + 1, stop))
        if not says and _names_something(line, at + 1, stop):
            return True
    return False


def _is_one_segment(line: Line, start: int, end: int) -> bool:
    """S06? MidTier_Active_Emerging ... what is spoken of stands first."""
    return any(stop == end and len(m.ids) == 1 and not m.trouble for stop, m in slot(line, "mention", start))


def _names_something(line: Line, start: int, end: int) -> bool:
    """Whether a fragment names a segment, a feature or a number, or says "it": it may be a wish in unknown words."""
    tokens = line.tokens[start:end]
    if any(t.kind in {"id", "number", "quote"} or t.text in {"it", "them"} for t in tokens):
        return True
    return any(slot(line, kind, at) for at in range(start, end) for kind in ("mention", "dim", "metric"))


def _negates(line: Line, start: int, end: int, *, behind: bool) -> bool:
    """Behind a wish: a "not" that may turn it; before one: a "do not" at the start of a clause."""
    for at in range(start, end):
        if line.word(at) != "not":
            continue
        helped = at > start and line.word(at - 1) in chat_words().talk["finite"]
        if behind and not (helped and line.word(start) not in {"i", "it", "that", "this", "you"}):
            return True
        if helped and (at - 1 == start or line.word(at - 2) in {",", "and", "but", "please", "so"}):
            return True
    return line.word(start) in {"never", "avoid"}


def _only_limits(line: Line, start: int, end: int) -> bool:
    """Whether an "only" limits: one behind a subject or a verb does not: we only have budget for one."""
    talk = chat_words().talk
    sayers = talk["subjects"] | talk["finite"]
    return any(
        line.word(i) in {"only", "just"} and (i == start or line.word(i - 1) not in sayers) for i in range(start, end)
    )


def _wishes_in(line: Line, start: int, end: int, wishes: Wishes) -> bool:
    """Whether a wish begins at the start of any clause and ends where one does."""
    for at in range(start, end):
        begins = at == start or line.word(at - 1) in {*GLUE, ","} or line.word(at - 1) in STOPS
        if not begins:
            continue
        if line.word(at) in chat_words().talk["imperatives"]:
            return True
        if any(stop >= end or line.word(stop) in {*GLUE, ","} or line.word(stop) in STOPS for stop in wishes(line, at)):
            return True
    return False


def _words(line: Line, start: int, end: int) -> tuple[str, ...]:
    return tuple(t.text for t in line.tokens[start:end] if t.kind not in {"mark", "quote"})
