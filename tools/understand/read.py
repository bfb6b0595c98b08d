"""The keyless reader of chat messages: a small grammar that takes every word or asks back."""

from typing import Final

from cartjury.data.chat_records import Asked, Reading, Refused, Scene, Wishes, Wondered
from cartjury.data.chat_words import chat_words
from cartjury.data.edit_records import Redo, Reset, Undo
from cartjury.tools.understand.ask_back import not_understood
from cartjury.tools.understand.build_talk import BARE
from cartjury.tools.understand.framing import imagined_only, read_whole
from cartjury.tools.understand.match import Line
from cartjury.tools.understand.prepare import prepared
from cartjury.tools.understand.reply import name_wanted, part_of_label, reply
from cartjury.tools.understand.settle import imagined, offered, settled
from cartjury.tools.understand.skipping import closed, skipped
from cartjury.tools.understand.slots import SLOTS
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
            return reason in BARE
        case Wondered(topic=topic):
            return topic.kind == "overview"
    return False


def _read(text: str, tokens: tuple[Token, ...], scene: Scene) -> Reading:
    bare = _without_end(tokens)
    shown = _only_shown(bare)
    if shown:
        bare = _without_end(shown)
    framed = imagined_only(text, bare, scene)
    if framed:
        return framed
    found = read_whole(text, bare, scene)
    if not found:
        return part_of_label(bare, scene) or name_wanted(text, bare, scene) or not_understood(text, bare, scene)
    if shown:
        return imagined(found)
    reading = settled(found)
    return offered(reading) if _asks(text, tokens, scene) else reading


def _only_shown(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """What stands before "show me first, do not change anything"; nothing where that is not said."""
    texts, end = tuple(t.text for t in tokens), len(tokens)
    while end:
        lengths = [len(p) for p in chat_words().frames["only_shown"] if texts[max(end - len(p), 0) : end] == p]
        if not lengths:
            break
        end -= max(lengths)
        while end and texts[end - 1] in {".", "!", ",", ";", "-", "and", "but", "?"}:
            end -= 1
    return tokens[:end] if end < len(tokens) else ()


def _asks(text: str, tokens: tuple[Token, ...], scene: Scene) -> bool:
    """Whether the message ends in a question that is not merely polite."""
    line = Line(text, tokens, first_view(scene), SLOTS, {})
    end = len(_without_end(tokens))
    marks = [
        i for i, t in enumerate(tokens) if t.text == "?" and t.kind == "mark" and (i >= end or end in closed(line, i))
    ]
    marks = [i for i in marks if not _tagged(line, i)]
    starts = {0, *(i + 1 for i, t in enumerate(tokens) if t.kind == "mark"), *skipped(line, 0, chat_words().beginnings)}
    starts |= {reached for start in starts for reached in skipped(line, start, chat_words().openers)}
    polite = any(True for start in starts for _ in line.any_of(chat_words().frames["polite"], start))
    return bool(marks) and not polite


def _tagged(line: Line, at: int) -> bool:
    """Whether a question mark stands behind ", ok": a wish that asks for consent, which a preview gives anyway."""
    tags = chat_words().frames["tags"]
    return any(line.word(at - len(p) - 1) == "," and line.starts(p, at - len(p)) for p in tags if len(p) < at)


def _without_end(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Leave out marks at the end, and a comma that is left of "actually, ..." at the start."""
    end = len(tokens)
    while end and tokens[end - 1].text in END and tokens[end - 1].kind == "mark":
        end -= 1
    return tokens[1:end] if tokens and tokens[0].text == "," else tokens[:end]
