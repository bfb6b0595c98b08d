"""The keyless reader of chat messages: a small grammar that takes every word or asks back."""

from collections.abc import Iterable, Sequence
from typing import Final

from cartjury.data.chat_records import Asked, Reading, Refused, Scene, Wishes, Wondered
from cartjury.data.chat_words import Phrase, chat_words
from cartjury.data.edit_records import Redo, Reset, Undo
from cartjury.tools.understand.ask_back import not_understood
from cartjury.tools.understand.clauses import Act, ways
from cartjury.tools.understand.prepare import prepared
from cartjury.tools.understand.reply import part_of_label, reply
from cartjury.tools.understand.settle import imagined, offered, settled
from cartjury.tools.understand.tokens import Token
from cartjury.tools.understand.view import first_view

MOST_CHARACTERS: Final = 600
MOST_TOKENS: Final = 60
MOST_PLAIN: Final = 12  # tokens of a message that needs no model
END: Final = frozenset({".", "!", "?", "…", ","})


def read_message(text: str, scene: Scene) -> Reading:
    """Read a message without a model.

    Every word of it must be taken by a phrase of chat_phrases.toml; what can be read in two ways, or not to the last
    word, is asked about. It never raises.

    Args:
        text: what the user wrote; anything.
        scene: the plan and the talk so far.

    Returns:
        Wishes, a question of the user, a question back, or a refusal with its reason.
    """
    if len(text) > MOST_CHARACTERS:
        return Asked(question=f"That is long ({len(text):,} characters). Say one or two wishes at a time.")
    tokens = prepared(text, scene)
    if not _without_end(tokens):
        return Asked(question="What shall be changed? Say 'help' to see what can be said here.")
    if len(tokens) > MOST_TOKENS:
        return Asked(question="That is a lot at once. Say one or two wishes at a time.")
    return reply(tokens, scene) or _read(text, tokens, scene)


def read_plainly(text: str, scene: Scene) -> Reading | None:
    """Read what needs no model: an option of the open question, a bare undo, redo, reset or help, a yes or a no.

    Returns:
        None where the message is anything else.
    """
    tokens = prepared(text, scene) if len(text) <= MOST_CHARACTERS else ()
    if not _without_end(tokens) or len(tokens) > MOST_PLAIN:
        return None
    found = reply(tokens, scene) or _read(text, tokens, scene)
    options = scene.asked.options if scene.asked else ()
    return found if _is_plain(found) or any(found == o.reading for o in options) else None


def _is_plain(reading: Reading) -> bool:
    match reading:
        case Wishes(edits=(Undo() | Redo() | Reset(),)):
            return True
        case Refused(reason=reason):
            return reason.endswith("Nothing was changed.")
        case Wondered(topic=topic):
            return topic.kind == "overview"
    return False


def _read(text: str, tokens: tuple[Token, ...], scene: Scene) -> Reading:
    bare = _without_end(tokens)
    framed = _framed(text, bare, scene) or _what_would(text, bare, scene)
    if framed:
        return framed
    found = _ways(text, bare, scene)
    if not found:
        return part_of_label(bare, scene) or not_understood(text, bare, scene)
    asks = any(t.text == "?" for t in tokens[-3:])
    reading = settled(found)
    return offered(reading) if asks and not _ends(bare, chat_words().frames["polite"]) else reading


def _framed(text: str, tokens: tuple[Token, ...], scene: Scene) -> Reading | None:
    """What if we merged ...; would you mind merging ...; should we merge ..."""
    frames = chat_words().frames
    for frame in ("what_if", "mind", "doubtful"):
        for end in _ends(tokens, frames[frame]):
            inner = _base_forms(tokens[end:])
            found = _ways(text, inner, scene)
            if found and frame == "what_if":
                return imagined(found)
            if found and frame == "mind" and inner != tokens[end:]:
                return settled(found)
            if found and frame == "doubtful":
                return offered(settled(found))
    return None


def _what_would(text: str, tokens: tuple[Token, ...], scene: Scene) -> Reading | None:
    """What would merging S01 and S02 do."""
    frames, texts = chat_words().frames, tuple(t.text for t in tokens)
    for start in _ends(tokens, frames["what_would"]):
        for phrase in frames["what_would_do"]:
            inner = tokens[start : len(tokens) - len(phrase)]
            if inner and texts[-len(phrase) :] == phrase and _base_forms(inner) != inner:
                found = _ways(text, _base_forms(inner), scene)
                if found:
                    return imagined(found)
    return None


def _ways(text: str, tokens: tuple[Token, ...], scene: Scene) -> tuple[tuple[Act, ...], ...]:
    return ways(text, tokens, first_view(scene)) if tokens else ()


def _without_end(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Leave out marks at the end, and a comma that is left of "actually, ..." at the start."""
    end = len(tokens)
    while end and tokens[end - 1].text in END and tokens[end - 1].kind == "mark":
        end -= 1
    return tokens[1:end] if tokens and tokens[0].text == "," else tokens[:end]


def _ends(tokens: Sequence[Token], phrases: Iterable[Phrase]) -> list[int]:
    """Return where phrases end that the message begins with; a greeting may stand before."""
    texts = tuple(t.text for t in tokens)
    starts = [0, 1] if texts[:1] and (texts[0],) in chat_words().frames["greetings"] else [0]
    starts += [2] if len(starts) > 1 and texts[1:2] == (",",) else []
    return [s + len(p) for s in starts for p in phrases if texts[s : s + len(p)] == p]


def _base_forms(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    forms = chat_words().forms
    return tuple(t._replace(text=forms.get(t.text, t.text)) if t.kind == "word" else t for t in tokens)
