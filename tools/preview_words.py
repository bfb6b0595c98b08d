"""A preview as a person reads it before deciding, in the chat, on a terminal and in Studio: plain text and Markdown."""

from collections.abc import Iterator, Sequence
from typing import Final

from cartjury.data.chat_records import SegmentLine
from cartjury.data.revision_records import Naming, Preview
from cartjury.data.run_records import Certificate
from cartjury.tools.figures import DIGITS, NONE, change, count, score, users_said
from cartjury.tools.lines import by_number
from cartjury.tools.markdown import joined, listed, shown, table
from cartjury.tools.movement import movement
from cartjury.tools.report_calls import money

HASH: Final = 8  # characters of it that are shown
ROWS: Final = 20
ASKED: Final = "(new name follows)"
SIZES = ("users", "score", "rank")
Lines = dict[str, SegmentLine]


def in_words(preview: Preview) -> str:
    """Write a preview out, short for a small edit."""
    before, after = ({line.id: line for line in lines} for lines in (preview.before, preview.after))
    blocks = (
        _wishes([edit.said for edit in preview.edits]),
        _totals(preview),
        listed([f"Note: {shown(note, 400)}" for note in preview.notes]),
        *_segments(before, after, preview.naming.asked),
        movement(preview.moves),
        _naming(preview.naming),
        proof(preview.certificate),
        f"Plan {preview.plan_hash[:HASH]}, made from revision {preview.base_revision} ({preview.base_hash[:HASH]}).",
    )
    return "\n\n".join(block for block in blocks if block)


def proof(certificate: Certificate) -> str:
    """Say in a line what was proven."""
    cases = f"{certificate.witnesses:,} case{'s' * (certificate.witnesses != 1)}"
    told = f"each of {users_said(certificate.users)} is in exactly one segment, and so is each of {cases} of the rules"
    return (
        f"Proof: MECE, {told}."
        if certificate.proven
        else "Proof: NOT proven, some users may be in no segment or in several."
    )


def _wishes(said: Sequence[str]) -> str:
    if len(said) == 1:
        return f"This would be done: {shown(said[0], 400)}"
    return "These would be done, in this order:\n\n" + "\n".join(f"{n}. {shown(s, 400)}" for n, s in enumerate(said, 1))


def _totals(preview: Preview) -> str:
    segments = [sum(bool(line.users) for line in lines) for lines in (preview.before, preview.after)]
    users = [sum(line.users or 0 for line in lines) for lines in (preview.before, preview.after)]
    return f"Segments with users: {change(*(f'{n:,}' for n in segments))}. Users: {change(*(f'{n:,}' for n in users))}."


def _segments(before: Lines, after: Lines, asked: Sequence[str]) -> Iterator[str]:
    ids = sorted({*before, *after}, key=lambda i: (_rank(after.get(i)), by_number(i)))
    changed = [i for i in ids if _essence(before.get(i)) != _essence(after.get(i))]
    others = [i for i in ids if i not in changed and after[i].users]
    if not changed:  # what a segment is worth has changed, or nothing that a table could show
        changed = [i for i in others if _worth(before[i]) != _worth(after[i])]
        others = [i for i in others if i not in changed]
    if changed:
        rows = [_row(i, before.get(i), after.get(i), asked) for i in changed[:ROWS]]
        more = f"\n\nand {len(changed) - ROWS} more" if len(changed) > ROWS else ""
        yield table(("id", "name", *SIZES), rows, SIZES) + more
    if changed and others:
        yield _rest(before, after, others)


def _rest(before: Lines, after: Lines, others: Sequence[str]) -> str:
    gap = max(abs((after[i].overall or 0.0) - (before[i].overall or 0.0)) for i in others)
    ranks, same = sum(before[i].rank != after[i].rank for i in others), gap < 0.5 * 10**-DIGITS
    if len(others) == 1:
        worth = "its score stays" if same else f"its score changes by {gap:.{DIGITS}f}"
        return f"{others[0]} keeps its users; {worth}, its rank {'changes' if ranks else 'stays'}."
    worth = "scores stay" if same else f"scores change by at most {gap:.{DIGITS}f}"
    changes = f"{ranks or 'no'} rank{'s' * (ranks != 1)} change{'s' * (ranks == 1)}"
    return f"The other {len(others)} keep their users; {worth}, {changes}."


def _row(segment_id: str, was: SegmentLine | None, is_: SegmentLine | None, asked: Sequence[str]) -> tuple[str, ...]:
    users, scores, ranks = (
        [count(line.users) if line else NONE for line in (was, is_)],
        [score(line.overall, line.users) if line else NONE for line in (was, is_)],
        [f"{line.rank}" if line and line.rank else NONE for line in (was, is_)],
    )
    return (segment_id, _name(segment_id, was, is_, asked), change(*users), change(*scores), change(*ranks))


def _name(segment_id: str, was: SegmentLine | None, is_: SegmentLine | None, asked: Sequence[str]) -> str:
    old = shown(was.name) if was else ""
    if is_ is None:
        return f"{old or NONE} (gone)"
    new = ASKED if segment_id in asked else shown(is_.name) or "(by rule)"
    lock = " (locked)" if is_.locked and not (was and was.locked) else ""
    return (change(old, new) if old else new) + lock


def _naming(naming: Naming) -> str:
    if not naming.asked:
        return "No names would be asked for."
    whose = f"New names: {joined(naming.asked)}, from the {shown(naming.jury)} jury"
    if not naming.calls:
        cost = " (no model is asked)"
    else:
        price = "cost not known" if naming.cost_usd is None else f"about {money(naming.cost_usd)}"
        calls = f"about {naming.calls:,} request{'s' * (naming.calls != 1)}"
        cost = f": {calls}, {naming.tokens:,} tokens, {naming.seconds:.0f} s, {price}"
    wishes = [f"{i}: names should be “{shown(text)}”" for i, text in naming.guidance.items()]
    if wishes and naming.jury == "offline":
        wishes.append("the offline jury cannot follow such a wish: it finds another name, no more")
    return f"{whose}{cost}." + (f"\n\n{listed(wishes)}" if wishes else "")


def _essence(line: SegmentLine | None) -> tuple[object, ...] | None:
    """What makes a segment another one for the reader; where nobody is in, its rule is of no interest."""
    rule = (line.in_words, line.rule) if line and line.users else ()
    return (line.name, rule, line.users, line.locked) if line else None


def _worth(line: SegmentLine) -> tuple[object, ...]:
    return (score(line.overall, line.users), line.rank, line.valid)


def _rank(line: SegmentLine | None) -> float:
    return line.rank if line and line.rank else float("inf")
