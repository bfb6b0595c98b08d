"""What is taken as it was written: names, and what names should be like."""

from collections.abc import Iterator
from typing import Final

from cartjury.data.chat_words import chat_words
from cartjury.data.edit_records import GUIDANCE
from cartjury.data.text import one_line
from cartjury.tools.understand.match import Found, Line
from cartjury.tools.understand.trouble import impossible

LONGEST_NAME: Final = 6  # tokens of a name that does not stand in quotes
LONGEST_WISH: Final = 14
POLITE: Final = frozenset({"please", "pls", "plz", "just", "simply", "kindly", "also", "a", "an"})
DENYING: Final = frozenset({"no", "never", "only"})
MARKUP: Final = frozenset('<>{}[]|\\;$%^*=~#@"')


def quoted(line: Line, at: int) -> Iterator[Found]:
    """A name in quotes, whatever it holds, or one that is written with underscores."""
    token = line.tokens[at]
    if token.kind == "quote":
        yield at + 1, _checked(token.text)
    else:
        yield from ((end, name) for end, name in name_words(line, at) if "_" in name)


def name(line: Line, at: int) -> Iterator[Found]:
    """A name in quotes, or up to six plain words."""
    if line.tokens[at].kind == "quote":
        yield at + 1, _checked(line.tokens[at].text)
    elif line.word(at) not in chat_words().plain["describing"]:
        yield from name_words(line, at)


def titled(line: Line, at: int) -> Iterator[Found]:
    """A name that can be nothing else: each word with a capital, and one of them unknown."""
    for end, said in name_words(line, at):
        words = [w for w in said.replace("_", " ").split() if w]
        if all(w[0].isupper() for w in words) and not all(t.known for t in line.tokens[at:end]):
            yield end, said


def name_words(line: Line, at: int) -> Iterator[tuple[int, str]]:
    """Yield plain words and their ends; a name ends where the words do."""
    never, end, words = chat_words().plain["never"], at, 0
    while end < len(line.tokens) and words < LONGEST_NAME:
        token = line.tokens[end]
        if token.kind not in {"word", "ordinal"} or (token.text in never and not _of_name(line, at, end)):
            break
        words += 1
        end += 1
        if end == len(line.tokens) or line.text[token.end : token.end + 1] not in {"_", "-"}:
            yield end, _written(line, at, end)


def _of_name(line: Line, at: int, place: int) -> bool:
    """Whether a word that else stands in no name is part of one: Set_And_Forget, Nice Name."""
    token, text = line.tokens[place], line.text
    glued = "_" in {text[token.start - 1 : token.start], text[token.end : token.end + 1]}
    titled = token.text in {"name", "names"} and place > at and text[line.tokens[at].start].isupper()
    denied = token.text in DENYING and place == at and text[token.start : token.end].istitle()
    following = line.tokens[place + 1] if place + 1 < len(line.tokens) else None
    if denied and following and following.kind == "word" and text[following.start : following.end].istitle():
        return True  # No Data Yet
    return glued or (titled and text[token.start].isupper())


def guidance(line: Line, at: int) -> Iterator[Found]:
    """What names should be like, in the user's words."""
    plain = chat_words().plain
    never, end = plain["never"] - plain["in_guidance"], at
    if line.tokens[at].kind == "quote":
        yield at + 1, one_line(line.tokens[at].text, GUIDANCE)
        return
    while end < min(len(line.tokens), at + LONGEST_WISH):
        token = line.tokens[end]
        fits = token.kind in {"word", "ordinal"} or token.text in {",", "-"}
        if not fits or (token.kind == "word" and token.text in never):
            return
        end += 1
        if token.text not in {",", "-", "and", "or", "but", "with"}:
            yield end, one_line(_written(line, at, end), GUIDANCE)


def more(line: Line, at: int) -> Iterator[Found]:
    """A description that compares: more playful, warmer, less formal."""
    first = line.word(at)
    if first in chat_words().plain["comparing"]:
        yield from (found for found in guidance(line, at) if not _is_title(line, at, found[0]))


def _is_title(line: Line, at: int, end: int) -> bool:
    """Whether words are written as a name is: Little Sparks. "More Playful" compares, however it is written."""
    written = [line.text[t.start : t.end] for t in line.tokens[at:end] if t.kind == "word"]
    return len(written) > 1 and all(map(str.istitle, written)) and line.word(at) not in chat_words().plain["describing"]


def short_more(line: Line, at: int) -> Iterator[Found]:
    """The same in three words at most, of which none is a name or for something."""
    for end, said in more(line, at):
        if end <= at + 3 and not {"name", "names", "for", "one"} & {line.word(i) for i in range(at, end)}:
            yield end, said


def strict(line: Line, at: int) -> Iterator[Found]:
    """The style of names: new, better (nothing is said of them), more playful."""
    for end in line.any_of(chat_words().words["new"], at):
        yield end, ""
        yield from ((stop, said) for stop, said in more(line, end))
    yield from (found for found in more(line, at) if found[0] > at + 1 or line.word(at) != "better")


def style(line: Line, at: int) -> Iterator[Found]:
    """The style of names after a verb: as above, or any one or two words."""
    yield from strict(line, at)
    known = list(line.any_of(chat_words().words["new"], at))
    if not known and line.word(at) not in chat_words().plain["comparing"]:
        yield from (
            found for found in guidance(line, at) if found[0] <= at + 3 and line.word(at) not in {"name", "names"}
        )


def _written(line: Line, at: int, end: int) -> str:
    """The text from a token on as it was written; what stands between it and the one before is part of it."""
    start = line.tokens[at - 1].end if at else 0
    written = line.text[start : line.tokens[end - 1].end].strip(" \t\n:,").split(" ")
    while len(written) > 1 and written[0].casefold().strip(",") in POLITE:
        written = written[1:]
    return " ".join(written)


def _checked(text: str) -> object:
    clean = one_line(text, 80)
    if not clean or MARKUP & set(text) or len(text) > 80:
        return impossible("A name is two or three words of letters, with spaces or underscores between them.")
    return clean
