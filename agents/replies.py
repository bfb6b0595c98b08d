"""From the text of an answer to what it says of each segment: one JSON object, then entry by entry.

text -> thinking and prose taken off -> one JSON object -> by id: accepted, or a fault that can be sent back

Where the form differs but not what is said, the answer is read: an object around the entries, rows that name their
segment, a trailing comma.
"""

import json
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeVar

from cartjury.agents.asking import Reading
from cartjury.data.call_records import Outcome
from cartjury.data.text import one_line

T = TypeVar("T")

MAX_CHARS: Final = 400_000  # far above what max_tokens allows; what is longer was not written by a model
MAX_DEPTH: Final = 8  # brackets within brackets; the deepest form that is asked for has 3
WRAPPERS: Final = 2  # objects with a single key around the entries
QUOTED: Final = 60  # characters of an answer that a fault repeats
FAULT: Final = 400  # characters of a fault

_KINDS: Final[Mapping[type, str]] = {str: "a text", list: "a list of texts", dict: "an object"}
_SAID: Final = {str: "text", int: "number", float: "number", list: "list", dict: "object"}
_ID_KEYS: Final = ("id", "segment", "segment_id")
_OPEN = re.compile(r"<think(?:ing)?>", re.IGNORECASE)
_CLOSE = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_MARK = re.compile(r'["{}\[\]]')
_BEGINS = re.compile(r"\s*+(?:\[\s*+)?\{")
_TRAILING = re.compile(r'("(?:[^"\\]|\\.)*+")|(?<![\[{,:]),(?=\s*+[}\]])', re.DOTALL)
_STRING_END = re.compile(r'(?:[^"\\]|\\.)*+"', re.DOTALL)


class UnreadableError(ValueError):
    """An answer that holds no JSON object, or more than one; the message can be sent back."""


class WrongShapeError(ValueError):
    """An entry of the wrong form; the message is a sentence without the segment's id."""


class RefusedError(ValueError):
    """An entry of the right form that fails a check; the message as in WrongShapeError."""


def read_entries(text: str, ids: Sequence[str], entry: Callable[[str, Any], T]) -> Reading[T]:
    """Read an answer that has one entry for each segment.

    Args:
        text: the answer as it came.
        ids: the segments that were asked for; entries of others are left out.
        entry: reads one entry (id, value), in the order of `ids`; raises WrongShapeError or RefusedError.

    Returns:
        What was accepted; for the rest a fault in one sentence. One bad entry does not lose the others.
    """
    try:
        found = _unwrapped(json_object(text, ids), ids)
    except UnreadableError as error:
        return Reading(outcome="not_json", faults=dict.fromkeys(ids, str(error)))
    accepted: dict[str, T] = {}
    faults: dict[str, str] = {}
    refused = True
    for segment_id in ids:
        try:
            accepted[segment_id] = entry(segment_id, _value(found, segment_id, ids))
        except (WrongShapeError, RefusedError) as error:
            refused = refused and isinstance(error, RefusedError)
            faults[segment_id] = one_line(f"{segment_id}: {error}", FAULT)
    fault: Outcome = "not_accepted" if refused else "wrong_shape"
    return Reading(outcome=fault if faults else "answered", accepted=accepted, faults=faults)


def json_object(text: str, ids: Collection[str] = ()) -> Mapping[str, Any]:
    """Find the one JSON object of an answer; thinking, a code fence and prose around it are left out.

    Several objects are one answer if each is a row, which names its segment and holds none of `ids` as a key.

    Raises:
        UnreadableError: there is none, or more than one, it repeats a key or a segment, holds a number that is not
            finite, or is too long or too deep.
    """
    if len(text) > MAX_CHARS:
        raise UnreadableError("The answer is far too long; give the JSON object alone.")
    spoken = _without_thinking(text)
    found: list[Mapping[str, Any]] = []
    problem = "The answer holds no complete JSON object; give one, and nothing else."
    for part in _objects(spoken):
        try:
            new = _parsed(part)
        except json.JSONDecodeError as error:  # perhaps only prose in braces
            problem = f"The JSON object cannot be read: {error.msg} (at character {error.pos} of it)."
            continue
        if found and not (_is_row(found[0], ids) and _is_row(new, ids)):
            raise UnreadableError("The answer holds more than one JSON object; put all segments into one.")
        found.append(new)
    if not found:
        raise UnreadableError(problem if spoken.strip() else "The answer is empty; give one JSON object.")
    return _by_id(found) if _is_row(found[0], ids) else found[0]


def _unwrapped(found: Mapping[str, Any], ids: Collection[str]) -> Mapping[str, Any]:
    """What stands within objects with a single key, if it holds any of the segments."""
    inner = found
    for _ in range(WRAPPERS):
        if len(inner) != 1 or not inner.keys().isdisjoint(ids):
            break
        (value,) = inner.values()
        if isinstance(value, list) and value and all(_is_row(row, ids) for row in value):
            value = _by_id(value)
        if not isinstance(value, dict):
            break
        inner = value
    return found if inner.keys().isdisjoint(ids) else inner


def _is_row(value: object, ids: Collection[str]) -> bool:
    return isinstance(value, dict) and value.keys().isdisjoint(ids) and _id_key(value) is not None


def _id_key(row: Mapping[str, Any]) -> str | None:
    return next((key for key in _ID_KEYS if isinstance(row.get(key), str)), None)


def _by_id(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    keyed = [(key, row) for row in rows if (key := _id_key(row))]
    return _unique([(row[key], {k: v for k, v in row.items() if k != key}) for key, row in keyed])


def _value(found: Mapping[str, Any], segment_id: str, ids: Collection[str]) -> object:
    if segment_id in found:
        return found[segment_id]
    strange = ", ".join(f"'{quote(key, 20)}'" for key in [k for k in found if k not in ids][:3])
    also = f"; {strange} was not asked for" if strange else ""
    raise WrongShapeError(f"it is missing in the answer{also}.")


def fields(value: object, kinds: Mapping[str, type]) -> Mapping[str, Any]:
    """The fields of an entry, each of its kind: str, list (of texts) or dict; others are left out.

    Raises:
        WrongShapeError: the entry is no object, or a field is missing or of another kind.
    """
    if not isinstance(value, dict):
        raise WrongShapeError(f"it must be an object with {', '.join(kinds)}, not {described(value)}.")
    for name, kind in kinds.items():
        if name not in value:
            raise WrongShapeError(f"'{name}' is missing.")
        if not isinstance(value[name], kind) or (kind is list and not texts(value[name])):
            raise WrongShapeError(f"'{name}' must be {_KINDS[kind]}, not {described(value[name])}.")
    return {name: value[name] for name in kinds}


def texts(value: object) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def described(value: object) -> str:
    """What an answer said, with its type: the text 'AOV=High'."""
    return f"the {_SAID.get(type(value), 'value')} '{quote(value)}'"


def quote(value: object, limit: int = QUOTED) -> str:
    """What an answer said, cut short and cleaned, to be repeated in a fault."""
    text = value if isinstance(value, str) else json.dumps(value)
    return one_line(text, limit)


def _without_thinking(text: str) -> str:
    """What is said outside <think>; in an answer that begins with one such a mark is part of a text."""
    if _BEGINS.match(text):
        return text
    *before, last = _CLOSE.split(text)
    if _OPEN.search(last):
        raise UnreadableError("The answer ends while still thinking; give the JSON object without <think>.")
    # Some servers put the opening mark into the prompt: what stands before a closing one alone was thought, too.
    spoken = [_OPEN.split(part, maxsplit=1)[0] if _OPEN.search(part) else "" for part in before]
    return " ".join((*spoken, last))


def _objects(text: str) -> Iterator[str]:
    """The outermost {...} of a text, in one pass; brackets within strings do not count."""
    depth, start, at = 0, 0, 0
    while mark := _MARK.search(text, at):
        at = mark.end()
        if mark[0] == '"':
            ended = _STRING_END.match(text, at) if depth else None
            if depth and ended is None:
                return  # cut off within a string
            at = ended.end() if ended else at
        elif mark[0] in "{[":
            if depth == 0 and mark[0] == "[":
                continue  # prose, or a list around the object, which is not asked for
            start = start if depth else mark.start()
            depth += 1
            if depth > MAX_DEPTH:
                raise UnreadableError("The answer is nested too deeply; keep to the form that was asked for.")
        elif depth:
            depth -= 1
            if depth == 0:
                yield text[start:at]


def _parsed(part: str) -> Mapping[str, Any]:
    try:
        return _loaded(part)
    except json.JSONDecodeError:
        return _loaded(_TRAILING.sub(lambda found: found[1] or "", part))


def _loaded(part: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(
        part, object_pairs_hook=_unique, parse_constant=_not_finite, parse_float=_finite, parse_int=_whole
    )
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise UnreadableError(f"The answer holds the key '{quote(key, 20)}' twice.")
        found[key] = value
    return found


def _not_finite(text: str) -> NoReturn:
    raise UnreadableError(f"The answer holds a number that is not finite ({quote(text, 20)}).")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _not_finite(text)


def _whole(text: str) -> int:
    return int(text) if len(text) < 16 else _not_finite(text)
