"""From all ways to read a message to one reading: what is clear, what is asked, what is refused."""

from collections.abc import Sequence
from typing import Final

from cartjury.data.chat_records import Asked, Choice, Reading, Refused, Topic, WhatIf, Wishes, Wondered
from cartjury.data.edit_records import AskAgain, Edit, Lock, Redo, Reset, SetSizes, SetWeights, Undo, Unlock
from cartjury.tools.understand.acts import Act
from cartjury.tools.understand.describe import described
from cartjury.tools.understand.distinct import distinct
from cartjury.tools.understand.trouble import Trouble

MOST_OPTIONS: Final = 5
TRAVEL: Final = (Undo, Redo, Reset)
Ways = Sequence[Sequence[Act]]


def settled(found: Ways) -> Reading:
    """Make one reading of all ways to read a message; where they differ, or one is doubtful, it is asked."""
    troubles = [t for acts in found for t in [_trouble(acts)] if t]
    clear = [acts for acts in found if not _trouble(acts)]
    final = next((t for t in troubles if t.final), None)
    if final and not clear:
        return Refused(reason=final.reason)
    if not clear or any(not t.impossible for t in troubles):
        return _troubled(troubles, clear)
    read = distinct((_wishes(acts), acts[0].topic) for acts in clear)
    if len(read) == 1:
        edits, topic = read[0]
        return Wondered(topic=topic) if topic else Wishes(edits=edits)
    options = [_told(topic) if topic else choice(edits) for edits, topic in read]
    question = "I can read that in several ways. Which one do you mean?"
    return Asked(question=question, options=tuple(options[:MOST_OPTIONS]))


def imagined(found: Ways) -> Reading:
    """Show what the wishes would do, instead of wishing them."""
    reading = settled(found)
    if isinstance(reading, Wishes):
        plain = tuple(e for e in reading.edits if not isinstance(e, TRAVEL))
        if len(plain) < len(reading.edits):
            return Asked(question="Undo, redo and reset can be done and taken back at once. Do it?")
        return Wondered(topic=WhatIf(edits=plain))
    if isinstance(reading, Asked):
        wishes = [o.reading.edits for o in reading.options if isinstance(o.reading, Wishes)]
        return Asked(question=reading.question, options=tuple(choice(edits, only_shown=True) for edits in wishes))
    return reading


def offered(reading: Reading) -> Reading:
    """Ask whether it is a wish or a question, where it would be a wish."""
    if not isinstance(reading, Wishes):
        return reading
    travel = any(isinstance(e, TRAVEL) for e in reading.edits)
    options = (choice(reading.edits),) if travel else (choice(reading.edits), choice(reading.edits, only_shown=True))
    return Asked(question="Is that a wish, or do you want to see what it would do?", options=options)


def choice(edits: tuple[Edit, ...], *, only_shown: bool = False) -> Choice:
    """Edits as an option."""
    plain = tuple(e for e in edits if not isinstance(e, TRAVEL))
    if only_shown and plain:
        label = f"only show what it would do to {described(edits)}"
        return Choice(label=label, reading=Wondered(topic=WhatIf(edits=plain)))
    return Choice(label=described(edits), reading=Wishes(edits=edits))


def _told(topic: Topic) -> Choice:
    about = " ".join(str(value) for key, value in topic if key != "kind" and isinstance(value, str))
    return Choice(label=f"tell me: {topic.kind.replace('_', ' ')} {about}".strip(), reading=Wondered(topic=topic))


def _trouble(acts: Sequence[Act]) -> Trouble | None:
    """The first trouble of a way to read a message, the impossible before the doubtful."""
    found = sorted((a.trouble for a in acts if a.trouble), key=lambda t: (not t.final, not t.impossible))
    if found:
        return found[0]
    edits = [e for a in acts for e in a.edits]
    if len(acts) > 1 and any(a.topic for a in acts):
        return Trouble("One question at a time, and apart from wishes. Which shall it be?")
    if len(edits) > 1 and any(isinstance(e, TRAVEL) for e in edits):
        return Trouble("Undo, redo and reset stand alone. Say that first, and the other wish after it.")
    return None


def _troubled(troubles: Sequence[Trouble], clear: Ways) -> Reading:
    doubts = [t for t in troubles if not t.impossible]
    if not doubts:
        return Refused(reason=troubles[0].reason)
    wanted = [*(edits for t in doubts for edits in t.options), *(_wishes(acts) for acts in clear)]
    told = tuple(_told(topic) for t in doubts for topic in t.topics)
    options = told + tuple(choice(edits) for edits in distinct(wanted) if edits)
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
        elif isinstance(edit, SetWeights) and isinstance(last, SetWeights) and _add_up(last, edit):
            edits[-1] = SetWeights(weights={**last.weights, **edit.weights})
        elif not (isinstance(edit, Lock | Unlock | AskAgain) and edit in edits):
            edits.append(edit)
    return tuple(edits)


def _fit(a: SetSizes, b: SetSizes) -> bool:
    return not (a.min_size and b.min_size) and not ((a.max_size or a.no_max) and (b.max_size or b.no_max))


def _add_up(a: SetWeights, b: SetWeights) -> bool:
    total = sum(a.weights.values()) + sum(b.weights.values())
    return not set(a.weights) & set(b.weights) and total <= 1 + 1e-9
