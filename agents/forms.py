"""The forms of answers: JSON schemas that a strict decoder can keep to, and room for them in tokens.

Every segment is a key of its own, so that none can be left out; all fields are required, nothing else is allowed. No
limit of length is set: some decoders keep it by cutting a word in two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cartjury.data.opinion import CRITERIA

Schema = dict[str, Any]

BECAUSE: Final = ("keep", "closer_to_rule", "shorter", "more_distinct")
OPERATORS: Final = (">=", ">", "<=", "<", "=", "!=")
MESSAGE: Final = "message"  # the one key of the answer to a message of the chat
TEXT: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "number"}
# Tokens of an answer: room for short thinking, then for each segment about twice what an entry takes.
THINKING: Final = {
    "names": 800,
    "debate": 800,
    "rankings": 600,
    "judgements": 800,
    "message": 800,
    "matches": 800,
    "preferences": 800,
}
A_SEGMENT: Final = {
    "names": 110,
    "debate": 130,
    "rankings": 40,
    "judgements": 220,
    "message": 800,
    "matches": 30,
    "preferences": 90,
}


@dataclass(frozen=True)
class Form:
    """The JSON schema of an answer, and how many tokens it may have, thinking included."""

    schema: Schema
    max_tokens: int


def names(ids: Sequence[str], codes: Sequence[str]) -> Form:
    """A name, claims and a reason for each segment. `codes`: the claims that can be made."""
    entry = _object({"name": TEXT, "claims": _list({"$ref": "#/$defs/claim"}), "reason": TEXT})
    return _form("names", dict.fromkeys(ids, "name"), {"name": entry, "claim": _one_of(codes)})


def debate(ids: Sequence[str], codes: Sequence[str]) -> Form:
    """As names, with the reason for a change among BECAUSE."""
    fields = {"name": TEXT, "claims": _list({"$ref": "#/$defs/claim"}), "because": _one_of(BECAUSE), "reason": TEXT}
    return _form("debate", dict.fromkeys(ids, "turn"), {"turn": _object(fields), "claim": _one_of(codes)})


def rankings(labels: Mapping[str, Sequence[str]]) -> Form:
    """All labels of each segment's ballot, best first."""
    sizes = {i: f"of{len(there)}" for i, there in labels.items()}
    return _form("rankings", sizes, {sizes[i]: _list(_one_of(there)) for i, there in labels.items()})


def judgements(labels: Mapping[str, Sequence[str]]) -> Form:
    """A label, points and reasons for each segment."""
    sizes = {i: f"of{len(there)}" for i, there in labels.items()}
    shared = {
        "points": _object(dict.fromkeys(CRITERIA, NUMBER)),
        "reasons": _object(dict.fromkeys(CRITERIA, TEXT)),
    }
    refs = {name: {"$ref": f"#/$defs/{name}"} for name in shared}
    entries = {sizes[i]: _object({"choice": _one_of(there), **refs}) for i, there in labels.items()}
    return _form("judgements", sizes, {**entries, **shared})


def matches(ids: Sequence[str], labels: Sequence[str]) -> Form:
    """The label of a rule for each name."""
    return _form("matches", dict.fromkeys(ids, "rule"), {"rule": _one_of(labels)})


def preferences(ids: Sequence[str], labels: Sequence[str]) -> Form:
    """A sentence, then the label of the better name, for each segment: what is written first is thought of first."""
    entry = _object({"reason": TEXT, "better": _one_of(labels)})
    return _form("preferences", dict.fromkeys(ids, "preference"), {"preference": entry})


def message(ids: Sequence[str], kinds: Sequence[str], topics: Sequence[str], edits: Sequence[str]) -> Form:
    """What a message of the chat is read into; flat, without null: what is not needed is empty.

    Args:
        ids: of the segments.
        kinds: of readings.
        topics: that can be asked about.
        edits: kinds of them.
    """
    ref = {name: {"$ref": f"#/$defs/{name}"} for name in ("edit", "number", "condition", "option", "segment", "topic")}
    texts, numbers = dict.fromkeys(("name", "feature"), TEXT), dict.fromkeys(("quantiles", "values"), _list(NUMBER))
    edit = {"kind": _one_of(edits), "segments": _list(ref["segment"]), **texts, **numbers}
    edit |= {"numbers": _list(ref["number"]), "conditions": _list(ref["condition"]), "mode": TEXT, "guidance": TEXT}
    about = {"edits": _list(ref["edit"]), "topic": ref["topic"], "about": _list(ref["segment"])}
    entry = {"kind": _one_of(kinds), **about, "since": NUMBER, "of": TEXT, "question": TEXT}
    entry |= {"options": _list(ref["option"]), "reason": TEXT}
    defs = {
        "entry": _object(entry),
        "edit": _object(edit),
        "number": _object({"key": TEXT, "value": NUMBER}),
        "condition": _object({"column": TEXT, "op": _one_of(OPERATORS), "value": TEXT}),
        "option": _object({"label": TEXT, **about}),
        "segment": _one_of(ids),
        "topic": _one_of(topics),
    }
    return _form("message", {MESSAGE: "entry"}, defs)


def _form(title: str, entries: Mapping[str, str], defs: Schema) -> Form:
    """A form with an entry for each id: the definition of that name."""
    properties = {i: {"$ref": f"#/$defs/{name}"} for i, name in entries.items()}
    schema = {"title": title, **_object(properties), "$defs": defs}
    return Form(schema, THINKING[title] + A_SEGMENT[title] * len(entries))


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _one_of(values: Sequence[str]) -> Schema:
    """One of some texts; any text where there is none to choose from."""
    return {"type": "string", "enum": list(values)} if values else TEXT
