"""The keyless reader of chat messages: a small grammar that takes every word or asks back."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from cartjury.data.chat_records import Asked, Choice, Reading, Refused, Scene, WhatIf, Wishes, Wondered
from cartjury.data.chat_words import Phrase, chat_words
from cartjury.data.edit_records import Edit, Redo, Reset, SetSizes, SetWeights, Undo
from cartjury.tools.understand.ask_back import not_understood
from cartjury.tools.understand.clauses import Act, ways
from cartjury.tools.understand.describe import described
from cartjury.tools.understand.distinct import distinct
from cartjury.tools.understand.prepare import prepared
from cartjury.tools.understand.reply import part_of_label, reply
from cartjury.tools.understand.tokens import Token
from cartjury.tools.understand.trouble import Trouble
from cartjury.tools.understand.view import first_view

MOST_CHARACTERS: Final = 600
MOST_TOKENS: Final = 90
MOST_OPTIONS: Final = 5


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
        return Asked(question=f"That is long ({len(text)} characters). Say one or two wishes at a time.")
    tokens = prepared(text, scene)
    if not tokens:
        return Asked(question="What shall be changed? Say 'help' to see what can be said here.")
    if len(tokens) > MOST_TOKENS:
        return Asked(question="That is a lot at once. Say one or two wishes at a time.")
    return reply(tokens, scene) or _read(text, tokens, scene)


def read_plainly(text: str, scene: Scene) -> Reading | None:
    """Read what needs no model: an option of the open question, a bare undo, redo, reset, help, yes or no.

    Returns:
        None where the message is anything else.
    """
    tokens = prepared(text, scene) if len(text) <= MOST_CHARACTERS else ()
    if not tokens or len(tokens) > 12:
        return None
    picked = reply(tokens, scene)
    if picked:
        return picked
    found = _read(text, tokens, scene)
    match found:
        case Wishes(edits=(Undo() | Redo() | Reset(),)) | Refused():
            plain = not isinstance(found, Refused) or found.reason.endswith("Nothing was changed.")
            return found if plain else None
        case Wondered(topic=topic) if topic.kind == "overview":
            return found
    return part_of_label(tokens, scene)


def _read(text: str, tokens: tuple[Token, ...], scene: Scene) -> Reading:
    asks = tokens[-1].text == "?"
    bare = _without_end(tokens)
    frames = chat_words().frames
    if not bare:
        return Asked(question="What would you like to know? Say 'help' to see what can be asked here.")
    for phrases, imagined in ((frames["what_if"], True), (frames["mind"], False), (frames["doubtful"], False)):
        for end in _ends(bare, phrases):
            found = _ways(text, _base_forms(bare[end:]), scene)
            if found and (phrases is not frames["mind"] or _base_forms(bare[end:]) != bare[end:]):
                return _imagined(found) if imagined else _doubtful(found, is_wish=phrases is frames["mind"])
    would = _what_would(text, bare, scene)
    if would:
        return would
    found = _ways(text, bare, scene)
    if not found:
        return part_of_label(tokens, scene) or not_understood(text, bare, scene)
    polite = not asks or any(True for _ in _ends(bare, frames["polite"]))
    reading = _reading(found)
    return reading if polite or not isinstance(reading, Wishes) else _offered(reading.edits)


def _ways(text: str, tokens: tuple[Token, ...], scene: Scene) -> tuple[tuple[Act, ...], ...]:
    return ways(text, tokens, first_view(scene)) if tokens else ()


def _without_end(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    end = len(tokens)
    while end and tokens[end - 1].text in {".", "!", "?", "…", ","} and tokens[end - 1].kind == "mark":
        end -= 1
    return tokens[:end]


def _ends(tokens: Sequence[Token], phrases: Iterable[Phrase]) -> list[int]:
    """Return where phrases end that the message begins with, the longest first; an opener may stand before."""
    texts = [t.text for t in tokens]
    starts = [
        0,
        *(len(o) for o in (("ok",), ("hi",), ("hey",), ("and",), ("so",), ("hm",), ("hmm",)) if tuple(texts[:1]) == o),
    ]
    starts += [s + 1 for s in starts if s and texts[s : s + 1] == [","]]
    return [s + len(p) for s in starts for p in phrases if tuple(texts[s : s + len(p)]) == p]


def _base_forms(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    forms = chat_words().forms
    return tuple(t._replace(text=forms.get(t.text, t.text)) if t.kind == "word" else t for t in tokens)


def _what_would(text: str, tokens: tuple[Token, ...], scene: Scene) -> Reading | None:
    """What would merging S01 and S02 do."""
    frames, texts = chat_words().frames, tuple(t.text for t in tokens)
    for start in _ends(tokens, frames["what_would"]):
        for phrase in frames["what_would_do"]:
            end = len(tokens) - len(phrase)
            inner = tokens[start:end]
            if end > start and texts[end:] == phrase and _base_forms(inner) != inner:
                found = _ways(text, _base_forms(inner), scene)
                if found:
                    return _imagined(found)
    return None


def _imagined(found: Sequence[Sequence[Act]]) -> Reading:
    reading = _reading(found)
    if isinstance(reading, Wishes):
        plain = [e for e in reading.edits if not isinstance(e, Undo | Redo | Reset)]
        if len(plain) < len(reading.edits):
            return Asked(question="Undo, redo and reset can be done and taken back at once. Do it?", options=())
        return Wondered(topic=WhatIf(edits=tuple(plain)))
    if isinstance(reading, Asked):
        options = tuple(
            _choice(o.reading.edits, imagined=True) for o in reading.options if isinstance(o.reading, Wishes)
        )
        return Asked(question=reading.question, options=options)
    return reading


def _doubtful(found: Sequence[Sequence[Act]], *, is_wish: bool) -> Reading:
    reading = _reading(found)
    return reading if is_wish or not isinstance(reading, Wishes) else _offered(reading.edits)


def _offered(edits: tuple[Edit, ...]) -> Asked:
    """Ask whether it is a wish or a question."""
    travel = any(isinstance(e, Undo | Redo | Reset) for e in edits)
    options = (_choice(edits),) if travel else (_choice(edits), _choice(edits, imagined=True))
    return Asked(question="Is that a wish, or do you want to see what it would do?", options=options)


def _choice(edits: tuple[Edit, ...], *, imagined: bool = False) -> Choice:
    plain = tuple(e for e in edits if not isinstance(e, Undo | Redo | Reset))
    if imagined and plain:
        return Choice(
            label=f"only show what it would do to {described(edits)}", reading=Wondered(topic=WhatIf(edits=plain))
        )
    return Choice(label=described(edits), reading=Wishes(edits=edits))


def _reading(found: Sequence[Sequence[Act]]) -> Reading:
    """Make one reading of all ways to read a message."""
    troubles = [t for acts in found for t in [_trouble(acts)] if t]
    clear = [acts for acts in found if not _trouble(acts)]
    doubts = [t for t in troubles if not t.impossible]
    final = next((t for t in troubles if t.final), None)
    if final:
        return Refused(reason=final.reason)
    if not clear or doubts:
        return _troubled(troubles, clear)
    read = distinct((_wishes(acts), acts[0].topic) for acts in clear)
    if len(read) == 1:
        edits, topic = read[0]
        return Wondered(topic=topic) if topic else Wishes(edits=edits)
    options = [
        Choice(
            label=f"tell me: {topic.kind.replace('_', ' ')} {' '.join(str(v) for k, v in topic if k != 'kind' and isinstance(v, str))}".strip(),
            reading=Wondered(topic=topic),
        )
        if topic
        else _choice(edits)
        for edits, topic in read
    ]
    return Asked(
        question="I can read that in several ways. Which one do you mean?", options=tuple(options[:MOST_OPTIONS])
    )


def _trouble(acts: Sequence[Act]) -> Trouble | None:
    """The first trouble of a way to read a message, the impossible before the doubtful."""
    found = sorted((a.trouble for a in acts if a.trouble), key=lambda t: not t.impossible)
    if found:
        return found[0]
    edits = [e for a in acts for e in a.edits]
    if len(acts) > 1 and any(a.topic for a in acts):
        return Trouble("One question at a time, and apart from wishes. Which shall it be?")
    if len(edits) > 1 and any(isinstance(e, Undo | Redo | Reset) for e in edits):
        return Trouble("Undo, redo and reset stand alone. Say that first, and the other wish after it.")
    return None


def _troubled(troubles: Sequence[Trouble], clear: Sequence[Sequence[Act]]) -> Reading:
    doubts = [t for t in troubles if not t.impossible]
    if not doubts:
        return Refused(reason=troubles[0].reason)
    offered = [*(edits for t in doubts for edits in t.options), *(_wishes(acts) for acts in clear)]
    options = tuple(_choice(edits) for edits in distinct(offered) if edits)
    return Asked(question=doubts[0].reason, options=options[:MOST_OPTIONS])


def _wishes(acts: Sequence[Act]) -> tuple[Edit, ...]:
    """The edits of all clauses; limits and weights that are said one after the other are one wish."""
    edits: list[Edit] = []
    for edit in (e for a in acts for e in a.edits):
        last = edits[-1] if edits else None
        if isinstance(edit, SetSizes) and isinstance(last, SetSizes) and _fit(last, edit):
            edits[-1] = SetSizes(
                min_size=last.min_size or edit.min_size,
                max_size=last.max_size or edit.max_size,
                no_max=last.no_max or edit.no_max,
            )
        elif (
            isinstance(edit, SetWeights) and isinstance(last, SetWeights) and not set(last.weights) & set(edit.weights)
        ):
            edits[-1] = SetWeights(weights={**last.weights, **edit.weights})
        else:
            edits.append(edit)
    return tuple(edits)


def _fit(a: SetSizes, b: SetSizes) -> bool:
    return not (a.min_size and b.min_size) and not ((a.max_size or a.no_max) and (b.max_size or b.no_max))


def is_symbol(text: str) -> bool:
    """Whether a mark is a pictogram."""
    return len(text) == 1 and unicodedata.category(text) in {"So", "Sk", "Mn"}
