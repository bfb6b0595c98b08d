"""Wishes in a frame that makes questions of them: what if we merged, should we merge, if we merged ... what then."""

from cartjury.data.chat_records import Reading, Scene
from cartjury.data.chat_words import Phrase, chat_words
from cartjury.tools.understand.acts import Act
from cartjury.tools.understand.clauses import ways
from cartjury.tools.understand.match import Line
from cartjury.tools.understand.settle import imagined, offered, settled
from cartjury.tools.understand.skipping import base_forms, skipped
from cartjury.tools.understand.slots import SLOTS
from cartjury.tools.understand.tokens import Token
from cartjury.tools.understand.view import first_view

Tokens = tuple[Token, ...]
OPEN = frozenset({"what", "how"})  # "would merging them help" needs its verb, "what would a window of 21 days do" none


def imagined_only(text: str, tokens: Tokens, scene: Scene) -> Reading | None:
    """Read a message that asks what a wish would do, or whether to wish it; None where it is no such question."""
    return _framed(text, tokens, scene) or _what_would(text, tokens, scene) or _what_then(text, tokens, scene)


def read_whole(text: str, tokens: Tokens, scene: Scene) -> tuple[tuple[Act, ...], ...]:
    """Every way to read the tokens, all of them taken."""
    return ways(text, tokens, first_view(scene)) if tokens else ()


def _framed(text: str, tokens: Tokens, scene: Scene) -> Reading | None:
    """What if we merged ...; should we merge ..."""
    frames = chat_words().frames
    for frame in ("what_if", "doubtful"):
        polite = _ends(text, tokens, scene, frames["polite"])
        for end in _ends(text, tokens, scene, frames[frame]):
            if frame == "doubtful" and any(p > end for p in polite):
                continue  # "may I" is a doubt, "may I ask you to" is none
            inner = _before_what_then(tokens[end:]) if frame == "what_if" else ()
            found = next((f for i in (tokens[end:], inner) if (f := read_whole(text, base_forms(i, 0), scene))), ())
            if found:
                return imagined(found) if frame == "what_if" else offered(settled(found))
    return None


def _what_would(text: str, tokens: Tokens, scene: Scene) -> Reading | None:
    """What would merging S01 and S02 do; what would a window of 21 days do."""
    frames, texts = chat_words().frames, tuple(t.text for t in tokens)
    for start in _ends(text, tokens, scene, frames["what_would"]):
        for phrase in frames["what_would_do"]:
            inner = tokens[start : len(tokens) - len(phrase)]
            if not inner or texts[-len(phrase) :] != phrase:
                continue
            if base_forms(inner, 0) != inner or OPEN & set(texts[:start]):
                found = read_whole(text, base_forms(inner, 0), scene)
                if found:
                    return imagined(found)
    return None


def _what_then(text: str, tokens: Tokens, scene: Scene) -> Reading | None:
    """If we merged S01 and S02, what would happen."""
    inner = _before_what_then(tokens)
    for end in _ends(text, inner, scene, chat_words().frames["if_only"]) if inner else ():
        found = read_whole(text, base_forms(inner[end:], 0), scene)
        if found:
            return imagined(found)
    return None


def _before_what_then(tokens: Tokens) -> Tokens:
    """What stands before "what then"; nothing where that is not said."""
    texts = tuple(t.text for t in tokens)
    lengths = [len(p) for p in chat_words().frames["what_then"] if texts[-len(p) :] == p and len(p) < len(tokens)]
    end = len(tokens) - max(lengths, default=len(tokens))
    while end and tokens[end - 1].text in {",", ".", ";", "-", "?", "and", "so"}:
        end -= 1
    return tokens[:end]


def _ends(text: str, tokens: Tokens, scene: Scene, phrases: tuple[Phrase, ...]) -> list[int]:
    """Return where phrases end that the message begins with; greetings may stand before."""
    line = Line(text, tokens, first_view(scene), SLOTS, {})
    starts = skipped(line, 0, chat_words().frames["greetings"])
    return [end for start in starts for end in line.any_of(phrases, start)]
