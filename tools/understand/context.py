"""What remarks speak of: the segments or the one feature that "it" means in the wish behind them."""

from dataclasses import replace

from cartjury.tools.understand.by_name import by_id, by_name
from cartjury.tools.understand.by_place import by_size
from cartjury.tools.understand.features import columns, known_columns, metric
from cartjury.tools.understand.match import Line, slot
from cartjury.tools.understand.view import View


def after_remark(line: Line, start: int, end: int) -> View:
    """Return what a wish finds that stands behind a remark."""
    view: View = line.view
    ids, clear = mentioned(line, start, end)
    topic = _topic(line, start, end)
    if ids or not clear:
        spoken = tuple(dict.fromkeys((*view.spoken, *ids)))
        return replace(view, focus=spoken if clear else (), spoken=spoken, topic=frozenset())
    return replace(view, focus=(), topic=topic) if topic else view


def mentioned(line: Line, start: int, end: int) -> tuple[tuple[str, ...], bool]:
    """Return the segments that are mentioned by id, whole name or size, and whether that is clear."""
    found, clear, at = list[str](), True, start
    while at < end:
        said = [(stop, m.ids) for kind in (by_id, by_name, by_size) for stop, m in kind(line, at) if stop <= end]
        certain = [(stop, ids) for stop, ids in said if len(ids) == 1 and _is_certain(line, at, stop)]
        if certain:
            stop, ids = max(certain)
            found += ids
        else:
            other = [stop for stop, m in slot(line, "mention", at) if stop <= end and _is_vague(line, at, stop)]
            clear, stop = clear and not other, max(other, default=at + 1)
        at = stop
    return tuple(dict.fromkeys(found)), clear


def _is_certain(line: Line, at: int, end: int) -> bool:
    """One word of a name, or a bare number, may be anything."""
    return end > at + 1 or line.tokens[at].kind == "id"


def _is_vague(line: Line, at: int, end: int) -> bool:
    pronoun = end == at + 1 and line.word(at) in {
        "it",
        "this",
        "that",
        "they",
        "them",
        "these",
        "those",
        "one",
        "both",
        "two",
    }
    return line.tokens[at].kind not in {"number", "ordinal"} and not pronoun


def _topic(line: Line, start: int, end: int) -> frozenset[str]:
    """Columns and components of the score that are named, where it is one feature only."""
    named = {column for at in range(start, end) for _, column in columns(line, at, known_columns(line.view))}
    scores = {name for at in range(start, end) for _, name in metric(line, at)}
    return frozenset(named | scores) if len(named) <= 1 and len(scores) <= 1 else frozenset()
