"""From the flat form that models fill in to the typed edits and questions of data/.

A field that is filled in and that its kind does not use is a fault: dropping it would lose a wish silently.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from cartjury.agents.replies import WrongShapeError, quote
from cartjury.data.chat_records import Topic
from cartjury.data.edit_records import GUIDANCE, Edit
from cartjury.data.text import one_line

Raw = Mapping[str, Any]
TOPICS: Final = ("none", "why_name", "why_rank", "who_is_in", "what_changed", "what_if", "overview")
# By kind: what a field of the typed edit is made from. "segment", "quantile", "value": the only one of the list;
# "#key": the number of that key; "numbers": all of them.
RECIPES: Final[Mapping[str, Mapping[str, str]]] = {
    "rename": {"segment": "segment", "name": "name"},
    "merge": {"segments": "segments"},
    "split": {"segment": "segment", "by": "feature", "quantiles": "quantiles", "values": "values"},
    "set_levels": {"dimension": "feature", "levels": "#levels", "quantiles": "quantiles", "cuts": "values"},
    "set_cut": {"dimension": "feature", "position": "#position", "quantile": "quantile", "value": "value"},
    "add_dimension": {
        "column": "feature",
        "name": "name",
        "levels": "#levels",
        "quantiles": "quantiles",
        "cuts": "values",
    },
    "drop_dimension": {"dimension": "feature"},
    "set_window": {"days": "#days"},
    "set_sizes": {"min_size": "#min_size", "max_size": "#max_size", "no_max": "#no_max"},
    "set_weights": {"weights": "numbers"},
    "set_priorities": {"dimension": "feature", "levels": "numbers"},
    "set_filter": {"conditions": "conditions", "mode": "mode"},
    "lock": {"segments": "segments"},
    "unlock": {"segments": "segments"},
    "ask_again": {"segments": "segments", "guidance": "guidance"},
    "undo": {"steps": "#steps"},
    "redo": {"steps": "#steps"},
    "reset": {"revision": "#revision"},
}
KINDS: Final = tuple(RECIPES)
SIGNS: Final = {"==": "=", "≥": ">=", "≤": "<=", "≠": "!=", "<>": "!="}
_SINGLE: Final = {"segment": "segments", "quantile": "quantiles", "value": "values"}
_EDIT: Final[TypeAdapter[Edit]] = TypeAdapter(Edit)
_TOPIC: Final[TypeAdapter[Topic]] = TypeAdapter(Topic)


def typed_edit(given: Any, numeric: Sequence[str]) -> Edit:
    """Turn an edit of an answer into a typed one.

    Args:
        given: what stands in the answer; null and missing fields count as empty.
        numeric: columns that hold numbers: what is compared with one is made a number where it can.

    Raises:
        WrongShapeError: it is none; the message can be sent back.
    """
    if not isinstance(given, dict):
        raise WrongShapeError(f"an edit must be an object, not '{quote(given)}'.")
    kind = str(given.get("kind", "")).strip().casefold()
    if kind not in RECIPES:
        raise WrongShapeError(f"the 'kind' of an edit must be one of {', '.join(KINDS)}, not '{quote(kind)}'.")
    known = {field: found for field, read in _FIELDS.items() if (found := read(given.get(field)))}
    if "conditions" in known:
        known["conditions"] = [_condition(c, numeric) for c in known["conditions"]]
    sources = {_field_of(source) for source in RECIPES[kind].values()}
    if strange := [f"'{field}'" for field in known if field not in sources]:
        raise WrongShapeError(f"{kind} does not use {' and '.join(strange)}: leave it empty, or add another edit.")
    made: Edit = _made(_EDIT, kind, {target: _cooked(kind, source, known) for target, source in RECIPES[kind].items()})
    return made


def typed_topic(given: Raw, edits: Sequence[Edit]) -> Topic:
    """Turn the question of an answer about the plan into a typed one.

    Raises:
        WrongShapeError: it is none; the message can be sent back.
    """
    topic, about = _text(given.get("topic")).casefold(), _ids(given.get("about"))
    first, second = (*about, None, None)[:2]
    since = _number(given.get("since") or 0, "since")
    fields: Mapping[str, Mapping[str, Any]] = {
        "why_name": {"segment": first},
        "why_rank": {"segment": first, "against": second},
        "who_is_in": {"segment": first},
        "what_changed": {"since": since or None},
        "what_if": {"edits": edits},
        "overview": {"of": _text(given.get("of")) or None},
    }
    if topic not in fields:
        raise WrongShapeError(f"'topic' must be one of {', '.join(fields)}, not '{quote(topic)}'.")
    most = {"why_name": 1, "who_is_in": 1, "why_rank": 2}.get(topic, 0)
    if len(about) > most:
        raise WrongShapeError(f"{topic} is about {most or 'no'} segment{'s' * (most != 1)}, not {len(about)}.")
    made: Topic = _made(_TOPIC, topic, fields[topic])
    return made


def _made(kind_of: TypeAdapter[Any], kind: str, fields: Raw) -> Any:
    given = {key: value for key, value in fields.items() if value not in (None, "", [], ())}
    try:
        return kind_of.validate_python({"kind": kind, **given})
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"] if part != kind and not str(part).startswith("function"))
        said = "is missing" if fault["type"] == "missing" else f"is '{quote(str(fault['input']))}': {fault['msg']}"
        raise WrongShapeError(f"{kind}: '{where}' {said}.") from error


def _cooked(kind: str, source: str, known: Raw) -> Any:
    if source.startswith("#"):
        allowed = [s[1:] for s in RECIPES[kind].values() if s.startswith("#")]
        if strange := [key for key in known.get("numbers", {}) if key not in allowed]:
            raise WrongShapeError(
                f"{kind} knows the keys {', '.join(allowed)} in 'numbers', not '{quote(strange[0])}'."
            )
        found = known.get("numbers", {}).get(source[1:])
        return bool(found) if source == "#no_max" else found
    if source not in _SINGLE:
        return known.get(source)
    several = known.get(_SINGLE[source], ())
    if len(several) > 1:
        raise WrongShapeError(f"{kind} takes one entry in '{_SINGLE[source]}', not {len(several)}: make several edits.")
    return next(iter(several), None)


def _field_of(source: str) -> str:
    return "numbers" if source.startswith("#") else _SINGLE.get(source, source)


def _condition(given: Any, numeric: Sequence[str]) -> Raw:
    if not isinstance(given, dict):
        raise WrongShapeError(f"a condition must have 'column', 'op' and 'value', not '{quote(given)}'.")
    column, op, value = _text(given.get("column")), _text(given.get("op")), given.get("value")
    if column in numeric and isinstance(value, str):
        value = _number(value, column)
    return {"column": column, "op": SIGNS.get(op, op), "value": value}


def _text(given: Any) -> str:
    if given is not None and not isinstance(given, str):
        raise WrongShapeError(f"'{quote(given)}' must be a text.")
    return one_line(given or "", 1_000)


def _ids(given: Any) -> list[str]:
    return [_text(i).upper() for i in _list(given)]


def _numbers(given: Any) -> dict[str, float]:
    pairs = list(given.items()) if isinstance(given, dict) else [_pair(p) for p in _list(given)]
    found = {_text(key): _number(value, _text(key)) for key, value in pairs}
    if len(found) < len(pairs):
        raise WrongShapeError("'numbers' holds a key twice.")
    return found


def _pair(given: Any) -> tuple[Any, Any]:
    if not isinstance(given, dict):
        raise WrongShapeError(f"an entry of 'numbers' must have 'key' and 'value', not '{quote(given)}'.")
    return given.get("key"), given.get("value")


def _list(given: Any) -> list[Any]:
    """A list; a value that stands alone is a list of one."""
    if given is None or given == "":
        return []
    return given if isinstance(given, list) else [given]


def _number(given: Any, what: str) -> float:
    try:
        number = float(given) if not isinstance(given, bool) else math.nan
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise WrongShapeError(f"{what} must be a number, not '{quote(given)}'.")
    return number


_FIELDS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "segments": _ids,
    "name": _text,
    "feature": _text,
    "quantiles": lambda given: [_number(q, "a quantile") for q in _list(given)],
    "values": lambda given: [_number(v, "a value") for v in _list(given)],
    "numbers": _numbers,
    "conditions": _list,
    "mode": lambda given: _text(given).casefold(),
    "guidance": lambda given: one_line(_text(given), GUIDANCE),
}
