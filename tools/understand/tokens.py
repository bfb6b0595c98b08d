"""A message as tokens: words in lower case, ids, numbers, quoted texts and marks, each with its place."""

import re
from typing import Final, Literal, NamedTuple

from cartjury.data.chat_words import chat_words

Kind = Literal["word", "id", "number", "ordinal", "quote", "mark"]


class Token(NamedTuple):
    """One token.

    Attributes:
        text: as phrases are compared with it: lower case; of an id "S03"; of a quote what is inside, as written.
        start, end: its place in the message.
        value: of a number or ordinal; a percentage as a share; None where it cannot be read for sure.
        unit: "percent", "money", "share" (a half, two thirds) or "".
        known: whether the reader knows the word.
    """

    kind: Kind
    text: str
    start: int
    end: int
    value: float | None = None
    unit: str = ""
    known: bool = True


_PATTERN: Final = re.compile(
    r"""
    (?P<quote>"[^"]+"|“[^”]+”|„[^“”]+[“”]|«[^»]+»|`[^`]+`|(?<!\w)'[^']+'(?!\w)|(?<!\w)\u2018[^']+'(?!\w))
    |(?P<id>(?<![\w.])[sS][\s#-]?0*[0-9]{1,3}(?=(?:to|and|with|into|by|as)\b|(?![\w]|[.,][0-9])))
    |(?P<number>[0-9]+(?:,[0-9]+)*(?:\.[0-9]+)?|(?<![\w.])\.[0-9]+)
    |(?P<word>'s\b|[^\W\d_]+(?:'[^\W\d_]+)*)
    |(?P<mark><=|>=|!=|<>|=>|->|==|[^\s\w]|_)
    """,
    re.VERBOSE,
)
GLUED: Final = frozenset({"'s", "to", "and", "with", "into", "by", "as"})  # S10to is S10 to
_WHOLE: Final = re.compile(r"[0-9]+|[0-9]{1,3}(,[0-9]{3})+")
_SUFFIX: Final = {"k": 1_000, "m": 1_000_000}


def tokenise(text: str) -> tuple[Token, ...]:
    """Cut a message into tokens; nothing but white space is left out."""
    found: list[Token] = []
    straight = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    for match in _PATTERN.finditer(straight):
        kind, said = match.lastgroup, match.group()
        start, end = match.span()
        if kind == "quote":
            found.append(Token("quote", said[1:-1].strip(), start, end))
        elif kind == "id":
            found.append(Token("id", f"S{int(re.sub(r'[^0-9]', '', said)):02d}", start, end))
        elif kind == "number":
            found.append(_number(said, straight[start - 1 : start], start, end))
        elif kind == "word":
            found += _word(said.casefold(), start, end)
        else:
            found.append(Token("mark", said, start, end))
    return tuple(_joined(found))


def _number(said: str, before: str, start: int, end: int) -> Token:
    whole, dot, decimals = (said if said[0] != "." else f"0{said}").partition(".")
    # 5.000 is five thousand in half of Europe; 1,00 is neither.
    doubtful = dot and len(decimals) == 3 and whole.strip("0") and "," not in whole and len(whole) <= 3
    if doubtful or not _WHOLE.fullmatch(whole) or before in {".", "-", "_"} or len(said) > 15:
        return Token("number", said, start, end)
    return Token("number", said, start, end, float(whole.replace(",", "") + dot + decimals))


def _word(said: str, start: int, end: int) -> list[Token]:
    words = chat_words()
    if said in words.short_forms:
        return [Token("word", w, start, end) for w in words.short_forms[said]]
    for short, long in words.short_ends.items():
        if said.endswith(short) and len(said) > len(short):
            return [Token("word", said.removesuffix(short), start, end), Token("word", long, start, end)]
    if said.endswith("'s") and len(said) > 2:
        return [Token("word", said[:-2], start, end - 2), Token("word", "'s", end - 2, end)]
    return [Token("word", said, start, end)]


def _joined(tokens: list[Token]) -> list[Token]:
    """Put together what belongs to a number: 1.5k, 1st, 30 %, $5."""
    joined = list[Token]()
    for token in tokens:
        last = joined[-1] if joined else None
        touches = last is not None and last.end == token.start
        if last and last.kind == "number" and last.value is not None and token.text in _SUFFIX and touches:
            joined[-1] = last._replace(
                end=token.end, value=last.value * _SUFFIX[token.text], text=last.text + token.text
            )
        elif last and last.kind == "number" and last.value and touches and token.text in {"st", "nd", "rd", "th"}:
            joined[-1] = last._replace(kind="ordinal", end=token.end)
        elif last and token.kind == "number" and last.text in {"$", "€", "£"} and touches:
            joined[-1] = token._replace(start=last.start, unit="money")
        elif last and token.kind == "word" and last.kind == "id" and touches and token.text not in GLUED:
            joined[-1] = Token("word", f"{last.text}{token.text}", last.start, token.end)
        else:
            joined.append(token)
    return joined
