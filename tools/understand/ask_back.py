"""What to ask where a message is not understood to its last word."""

from collections.abc import Sequence
from dataclasses import replace

from cartjury.data.chat_records import Asked, Choice, Reading, Scene, Wishes
from cartjury.data.chat_words import chat_words
from cartjury.data.edit_records import Edit
from cartjury.data.text import one_line
from cartjury.tools.understand.acts import Act, acts_at
from cartjury.tools.understand.clauses import ways
from cartjury.tools.understand.context import mentioned
from cartjury.tools.understand.describe import described
from cartjury.tools.understand.distinct import distinct
from cartjury.tools.understand.match import Line
from cartjury.tools.understand.remarks import GLUE
from cartjury.tools.understand.slots import SLOTS
from cartjury.tools.understand.tokens import Token
from cartjury.tools.understand.view import first_view

MOST_PARTS = 2
ENDS = frozenset({"if", "unless", "when", "because", "since", "as", "while", "until"})  # behind these a clause begins
SHOWN = 60  # characters of the user's own words in an answer
ENGLISH = "Without a model key only English is read here. Say it in English, or run with a key."
HELP = "Say one wish at a time, or 'help' to see what can be said."


def not_understood(text: str, tokens: tuple[Token, ...], scene: Scene) -> Reading:
    """Say what was not understood, and offer what may be meant."""
    unknown = [t for t in tokens if t.kind == "word" and not t.known]
    foreign = [t for t in tokens if t.text in chat_words().foreign or (t.kind == "word" and not t.text.isascii())]
    if foreign and (len(foreign) > 1 or unknown):
        return Asked(question=f"I cannot read that. {ENGLISH}")
    parts = () if _of(tokens, "refusals") else understood_parts(text, tokens, scene)
    if parts:
        said = one_line(", or: ".join(part.label for part in parts), 200)
        return Asked(question=f"I understand only a part of that. Do you mean: {said}? {HELP}", options=parts)
    turned = _of(tokens, "negations")
    limited = _of(tokens, "conditions")
    if turned or limited:
        word = (turned or limited)[0]
        what = "says what shall not be" if turned else "holds a condition or a choice"
        said = f"I read '{word}', so this {what}, and I do not guess. Nothing was changed."
        return Asked(question=f"{said} What shall be done? {HELP}")
    if unknown:
        said = one_line(", ".join(text[t.start : t.end] for t in unknown), SHOWN)
        return Asked(
            question=f"I do not know what this means here: '{said}'. {HELP}", options=_without(text, tokens, scene)
        )
    return Asked(question=f"I know the words, but not what they come to together: '{one_line(text, SHOWN)}'. {HELP}")


def _of(tokens: Sequence[Token], frame: str) -> list[str]:
    listed = {p[0] for p in chat_words().frames[frame]}
    return [t.text for t in tokens if t.kind == "word" and t.text in listed]


def _without(text: str, tokens: Sequence[Token], scene: Scene) -> tuple[Choice, ...]:
    """Offer what the message says without a single unknown word."""
    known = tuple(t for t in tokens if t.known)
    if len(known) < len(tokens) - 1:
        return ()
    clear = [
        _edits(acts) for acts in ways(text, known, first_view(scene)) if not any(a.trouble or a.topic for a in acts)
    ]
    offered = [edits for edits in distinct(clear) if edits]
    return tuple(Choice(label=described(e), reading=Wishes(edits=e)) for e in offered) if len(offered) == 1 else ()


def understood_parts(text: str, tokens: tuple[Token, ...], scene: Scene) -> tuple[Choice, ...]:
    """The wishes in a message of which the rest is not understood: clauses that are clear from end to end."""
    line = Line(text, tokens, first_view(scene), SLOTS, {})
    found: list[tuple[Edit, ...]] = []
    for at in range(len(tokens)):
        if (
            at == 0
            or tokens[at - 1].kind == "mark"
            or line.word(at - 1) in GLUE
            or line.word(at) in chat_words().talk["imperatives"]
        ):
            spoken, clear_view = mentioned(line, 0, at)
            here = line if not spoken and clear_view else _with_focus(line, spoken)
            acts = [(end, act) for end, act in acts_at(here, at, answers=False) if _stops(line, end)]
            longest = max((end for end, _ in acts), default=at)
            clear = distinct(act.edits for end, act in acts if end == longest)
            if longest > at + 1 and len(clear) == 1 and clear[0]:
                found.append(clear[0])
    parts = distinct(found)
    return tuple(Choice(label=described(e), reading=Wishes(edits=e)) for e in parts) if len(parts) <= MOST_PARTS else ()


def _with_focus(line: Line, ids: tuple[str, ...]) -> Line:
    """In the part, "it" means what was spoken of before it, and nothing older."""
    return Line(line.text, line.tokens, replace(line.view, focus=ids), SLOTS, {})


def _stops(line: Line, end: int) -> bool:
    return end >= len(line.tokens) or line.tokens[end].kind == "mark" or line.word(end) in GLUE | ENDS


def _edits(acts: Sequence[Act]) -> tuple[Edit, ...]:
    return tuple(e for a in acts for e in a.edits)
