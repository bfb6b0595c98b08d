"""The slots of phrases, and what reads each of them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from cartjury.data.chat_words import Phrase, chat_words
from cartjury.data.records import LEVEL_NAMES
from cartjury.tools.understand import conditions, features, mentions, priorities, sides, texts, values, worths
from cartjury.tools.understand.match import Found, Line, Reader, slot
from cartjury.tools.understand.trouble import Trouble

# What may stand before the number of a place.
NUMBERED: Final = tuple(
    tuple(said.split())
    for said in (
        "number", "only", "#", "no", "at", "on", "place", "rank", "only number", "on place", "in place", "at place",
        "on rank", "at rank", "on position", "in position", "at position", "position", "at number", "on number",
    )
)  # fmt: skip


def _fixed(found: Callable[[], Mapping[Any, tuple[Phrase, ...]]]) -> Reader:
    """A reader of fixed phrases: what they stand for."""

    def read(line: Line, at: int) -> Iterator[Found]:
        for value, phrases in found().items():
            yield from ((end, value) for end in line.any_of(phrases, at))

    return read


def _column(line: Line, at: int) -> Iterator[Found]:
    yield from features.feature(line, at)


def _known_feature(line: Line, at: int) -> Iterator[Found]:
    """A feature that there is: where nothing marks a word as a feature, an unknown one is none."""
    yield from (found for found in features.feature(line, at) if not isinstance(found[1], Trouble))


def _number_id(line: Line, at: int) -> Iterator[Found]:
    start = at + (line.word(at) in {"number", "#", "no"})
    if start < len(line.tokens):
        yield from values.count(line, start)


def _which(line: Line, at: int) -> Iterator[Found]:
    """Which cut of a dimension: 1 is the lowest, -1 the highest."""
    yield from values.ordinal(line, at)
    for words, position in ((("lower", "lowest", "bottom"), 1), (("upper", "highest", "higher", "top", "last"), -1)):
        if line.word(at) in words:
            yield at + 1, position


def _level_list(line: Line, at: int) -> Iterator[Found]:
    """Low, medium and high: how many, where these are the names that so many levels have."""
    said, end = list[str](), at
    while end < len(line.tokens):
        found = next(iter(sorted(features.levels(line, end), reverse=True)), None)
        if found is None:
            break
        end, name = found
        said.append(name)
        if any(set(said) == set(names) for names in LEVEL_NAMES.values()):
            yield end, len(said)
        while line.word(end) in {",", "and", "/", "&"}:
            end += 1


def _standing(line: Line, at: int) -> Iterator[Found]:
    words = chat_words()
    for end in line.any_of(words.standing, at):
        said = tuple(line.word(i) for i in range(at, end))
        yield end, next((place for place, phrases in words.places.items() if said in phrases), "")
    for start in (
        at,
        *line.any_of(NUMBERED, at),
    ):
        token = line.tokens[start] if start < len(line.tokens) else None
        if (token and token.value is not None) or (start > at and line.word(start) in chat_words().units):
            yield from (
                (end, "") for end in (start + 1, *line.any_of((("place",), ("one",), ("best",), ("rank",)), start + 1))
            )


def _who(line: Line, at: int) -> Iterator[Found]:
    words = chat_words().words
    yield from ((end, "") for end in line.any_of((*words["users"], *words["everyone"]), at))


def _days_or_count(line: Line, at: int) -> Iterator[Found]:
    yield from (*values.days(line, at), *values.count(line, at))


def _ways() -> Mapping[str, tuple[Phrase, ...]]:
    return {"up": chat_words().words["raise"], "down": chat_words().words["lower_to"]}


def _part(line: Line, at: int) -> Iterator[Found]:
    """The top quarter, the bottom 30 %: the share, and whether it is the top one."""
    for up, names in ((True, ("top", "upper", "highest")), (False, ("bottom", "lower", "lowest"))):
        if line.word(at) in names:
            for end, found in slot(line, "share", at + 1):
                value = found if isinstance(found, Trouble) else (found, up)
                yield from ((stop, value) for stop in (end, *line.any_of(chat_words().words["users"], end)))
            if line.word(at + 1) in {"quarter", "third", "fifth", "tenth"}:
                yield at + 2, (1 / chat_words().fractions[line.word(at + 1)], up)


def _at_least(line: Line, at: int) -> Iterator[Found]:
    """At least 3 cart items: the value before the column."""
    if any(True for _ in line.any_of(chat_words().words["ge"], at)):
        yield from conditions.value_first(line, at)


SLOTS: Final[Mapping[str, Reader]] = {
    "mention": mentions.mentions,
    "segs": mentions.segments,
    "seg": mentions.segment,
    "by_name": mentions.named,
    "dim": features.dimension,
    "column": _column,
    "feature": features.feature,
    "known_feature": _known_feature,
    "metric": features.metric,
    "count": values.count,
    "number_id": _number_id,
    "ordinal_id": values.ordinal,
    "days": values.days,
    "long_days": values.long_days,
    "share": values.share,
    "share_name": values.share_name,
    "place": values.place,
    "places": values.places,
    "sides": sides.sides,
    "parted": sides.parted,
    "quantile_places": values.quantile_places,
    "level": features.levels,
    "dims": features.dimension_list,
    "days_or_count": _days_or_count,
    "titled": texts.titled,
    "name": texts.name,
    "quoted": texts.quoted,
    "guidance": texts.guidance,
    "more": texts.more,
    "short_more": texts.short_more,
    "style": texts.style,
    "strict": texts.strict,
    "range": conditions.within,
    "floor": conditions.floor,
    "ordered_within": conditions.ordered_within,
    "condition": conditions.condition,
    "conds": conditions.conditions,
    "cond_op": conditions.conditions,
    "weights": worths.weights,
    "put_weights": worths.weights,
    "level_values": priorities.level_values,
    "level_priorities": priorities.level_priorities,
    "edge_values": priorities.edge_values,
    "named_values": priorities.named_values,
    "edge": priorities.edge,
    "level_list": _level_list,
    "which": _which,
    "part": _part,
    "at_least": _at_least,
    "times": _fixed(lambda: chat_words().times),
    "standing": _standing,
    "who": _who,
    "way": _fixed(_ways),
    "kind": _fixed(lambda: chat_words().kinds),
    "ge_word": _fixed(lambda: {"ge": chat_words().words["ge"], "gt": chat_words().words["gt"]}),
}
