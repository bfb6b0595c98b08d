"""Numbers in words: eight hundred, two thirds, 30 percent, twenty-five thousand."""

from collections.abc import Sequence

from cartjury.data.chat_words import ChatWords, chat_words
from cartjury.tools.understand.tokens import Token


def with_numbers(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Put number words together as numbers, ordinals as ordinals, and units with the number before them.

    "one" and "second" by themselves stay words with a value: they are often no numbers ("the second one").
    """
    words, found, at = chat_words(), list[Token](), 0
    while at < len(tokens):
        token, at = _next(words, tokens, at)
        unit = words.unit_words.get(token.text) if token.kind in {"word", "mark"} else None
        per_cent = token.text == "per" and at < len(tokens) and tokens[at].text == "cent"
        last = found[-1] if found else None
        if last and last.kind == "number" and last.value is not None and not last.unit and (unit or per_cent):
            at += per_cent
            percent = unit == "percent" or per_cent
            value = last.value / 100 if percent else last.value
            found[-1] = last._replace(end=token.end, value=value, unit="percent" if percent else "money")
        else:
            found.append(token)
    return tuple(found)


def _next(words: ChatWords, tokens: Sequence[Token], at: int) -> tuple[Token, int]:
    """Read one token, or several that make up a number."""
    token = tokens[at]
    for reader in (_fraction, _cardinal):
        if token.kind in {"word", "number"} and (read := reader(words, tokens, at)) is not None:
            value, end, unit = read
            last = tokens[end - 1]
            text = " ".join(t.text for t in tokens[at:end])
            return Token("number", text, token.start, last.end, value, unit), end
    if token.kind == "word" and token.text in words.ordinals:
        return token._replace(kind="ordinal", value=float(words.ordinals[token.text])), at + 1
    return token, at + 1


def _fraction(words: ChatWords, tokens: Sequence[Token], at: int) -> tuple[float, int, str] | None:
    """A third, two thirds, half, a half."""
    token, following = tokens[at], tokens[at + 1].text if at + 1 < len(tokens) else ""
    behind = tokens[at + 2].text if at + 2 < len(tokens) else ""
    if (behind,) in words.words["dimension"]:
        return None  # a third dimension
    if token.text in {"a", "one"} and following in words.fractions and following != "halves":
        # "a second" is no fraction, "a third" is one: ordinals and fractions share their words from the third on.
        return 1 / words.fractions[following], at + 2, "share"
    count = words.units.get(token.text) or (token.value if token.kind == "number" else None)
    if count and following.endswith("s") and following in words.fractions and count < words.fractions[following]:
        return count / words.fractions[following], at + 2, "share"
    return None


def _cardinal(  # noqa: C901 - one branch for each kind of number word
    words: ChatWords, tokens: Sequence[Token], at: int
) -> tuple[float, int, str] | None:
    """Eight hundred, two thousand and fifty, 2 thousand, a hundred, a couple, a dozen."""
    if tokens[at].text == "a" and at + 1 < len(tokens):
        following = tokens[at + 1].text
        small = {"couple": 2.0, "dozen": 12.0}
        if following in small:
            return small[following], at + 2, ""
        if following not in words.scales:
            return None
    total, part, end, scaled = 0.0, 0.0, at, False
    while end < len(tokens):
        word, token = tokens[end].text, tokens[end]
        if word == "a" and end == at:
            part = 1.0
        elif token.kind == "number" and end == at and token.value is not None and not token.unit:
            part = token.value
        elif word in words.units and part % 10 == 0 and (part == 0 or words.units[word] < 10 or part % 100 == 0):
            part += words.units[word]
        elif word in words.tens and part % 100 == 0:
            part += words.tens[word]
        elif word == "hundred" and 0 < part < 100:
            part, scaled = part * 100, True
        elif word in words.scales and part > 0:
            total, part, scaled = total + part * words.scales[word], 0.0, True
        elif not (word == "and" and scaled and _goes_on(words, tokens, end + 1)):
            break
        end += 1
    alone = end == at + 1 and (tokens[at].kind == "number" or tokens[at].text in {"one", "a"})
    return None if end == at or alone else (total + part, end, "")


def _goes_on(words: ChatWords, tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and (tokens[at].text in words.units or tokens[at].text in words.tens)
