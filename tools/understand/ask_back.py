"""What to ask where a message is not understood to its last word."""

from collections.abc import Sequence

from cartjury.data.chat_records import Asked, Choice, Reading, Scene, Wishes
from cartjury.data.chat_words import chat_words
from cartjury.data.edit_records import Edit
from cartjury.data.text import one_line
from cartjury.tools.understand.acts import Act
from cartjury.tools.understand.clauses import ways
from cartjury.tools.understand.describe import described
from cartjury.tools.understand.distinct import distinct
from cartjury.tools.understand.tokens import Token
from cartjury.tools.understand.view import first_view

SHOWN = 60  # characters of the user's own words in an answer
ENGLISH = "Without a model key only English is read here. Say it in English, or run with a key."
HELP = "Say one wish at a time, or 'help' to see what can be said."


def not_understood(text: str, tokens: Sequence[Token], scene: Scene) -> Reading:
    """Say what was not understood, and offer what may be meant."""
    unknown = [t for t in tokens if t.kind == "word" and not t.known]
    foreign = [t for t in tokens if t.text in chat_words().foreign or (t.kind == "word" and not t.text.isascii())]
    if foreign and (len(foreign) > 1 or unknown):
        return Asked(question=f"I cannot read that. {ENGLISH}")
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


def _edits(acts: Sequence[Act]) -> tuple[Edit, ...]:
    return tuple(e for a in acts for e in a.edits)
