"""How runs of a trace look: what a node was given in a few words, what it wrote whole, errors without their values.

Every node is given the whole state. Sending it each time would say nothing new: each key was written by a node above,
and stands in that one's output. So what is given is told by kind and number, and of a turn, what came of it.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

WAITING: Final = "waiting for a person's decision"
MESSAGE_STAYS: Final = "its message stays on the machine that raised it"
INTERRUPTED: Final = "interrupted"
HIDDEN: Final = "langsmith:hidden"  # a tag of runs that are only plumbing
SHORT: Final = 500  # characters of a text, of what a node is given, that are told whole
FEW: Final = 60  # plain values in a list or table that are told whole
# Keys of State that are told of a turn as they are.
PLAIN: Final = ("turn", "by", "decision")

ROOT: Final = Path(__file__).parent.parent
LAYERS: Final = frozenset({"app", "graph", "agents", "tools", "data"})

_RAISED: Final = re.compile(r"^([A-Za-z_][\w.]*)\(")
_FRAME: Final = re.compile(r'File "([^"\n]+)", line (\d+), in (\S+)')
_INTERRUPTS: Final = frozenset({"GraphInterrupt", "NodeInterrupt"})


def given(inputs: Any) -> Any:
    """What a node was given, each key in a few words."""
    told = dict(inputs) if isinstance(inputs, BaseModel | Mapping) else {"input": inputs}
    if set(told) == {"input"} and isinstance(told["input"], BaseModel | Mapping):
        told = dict(told["input"])
    return {str(key): in_short(value) for key, value in told.items()}


def in_short(value: Any) -> Any:
    """A plain value as it is; of records and long lists, what they are and how many."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return value if len(value) <= SHORT else f"{value[:SHORT]}... ({len(value)} characters)"
        case BaseModel():
            return type(value).__name__
        case Mapping():
            return dict(value) if _plain(value.values()) else f"a table of {len(value)}"
        case Sequence():
            kinds = {type(v).__name__ for v in value}
            return list(value) if _plain(value) else f"{len(value)} {' or '.join(sorted(kinds))}"
    return str(value)[:SHORT]


def _plain(values: Any) -> bool:
    short = [v is None or isinstance(v, bool | int | float) or (isinstance(v, str) and len(v) < SHORT) for v in values]
    return len(short) <= FEW and all(short)


def written(outputs: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What a node wrote, whole; but the record of a jury in short, since its nodes have told it."""
    if outputs is None:
        return None
    jury = _fields(outputs.get("jury"))
    return {**outputs, "jury": _sitting(jury)} if jury else dict(outputs)


def came_of(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """What came of a turn, or of a jury: names, revision, what was said last. The rest stands at its nodes."""
    told: dict[str, Any] = {key: outputs[key] for key in PLAIN if outputs.get(key) not in (None, "", {}, [])}
    plan, jury, messages = _fields(outputs.get("plan")), _fields(outputs.get("jury")), outputs.get("messages")
    if plan:
        told["revision"] = plan.get("revision")
        told["names"] = {s["id"]: s["name"] for s in map(_fields, plan.get("segments", ()))}
    if jury:
        told["jury"] = _sitting(jury)
    if isinstance(messages, Sequence) and messages:
        told["said"] = _text(messages[-1])
    if waits(outputs):
        told["waits"] = {"plan_hash": _fields(outputs["preview"]).get("plan_hash")}
    return told


def waits(outputs: Mapping[str, Any]) -> bool:
    """Whether a preview waits for a person's decision at the end of a turn."""
    return bool(outputs.get("preview")) and not outputs.get("decision")


def facts(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """What a finished turn can be filtered by: run, revision, jury."""
    run, plan, jury, proof = (_fields(outputs.get(key)) for key in ("run", "plan", "jury", "certificate"))
    found = {
        "run": run.get("id"),
        "revision": plan.get("revision"),
        "plan_hash": proof.get("plan_hash"),
        "jury_preset": jury.get("preset"),
        "jury_effort": jury.get("effort"),
    }
    return {key: value for key, value in found.items() if value is not None}


def told_end(error: str, run_type: str | None, tags: Sequence[str] | None) -> dict[str, Any]:
    """How a run ended that did not come to its end: an interrupt is a question to a person, no failure."""
    if _kind(error) in _INTERRUPTS:
        return {"error": None, "outputs": {"interrupt": WAITING}, "tags": [*(tags or ()), INTERRUPTED]}
    return {"error": told_error(error, of_a_model=run_type == "llm")}


def told_error(error: str, *, of_a_model: bool) -> str:
    """An error without the values of its message: bad input names them, and they are a user's.

    Args:
        error: an exception's repr, and its traceback, as langchain notes them.
        of_a_model: a provider's refusal of a prompt, which holds none; its first line is kept.
    """
    first = error.partition("Traceback (most recent call last)")[0].partition("\n")[0][:SHORT]
    if of_a_model:
        return first
    where = _place(error)
    return f"{_kind(error) or 'error'}{f' in {where}' if where else ''} ({MESSAGE_STAYS})"


def _kind(error: str) -> str:
    found = _RAISED.match(error)
    return found[1].rpartition(".")[2] if found else ""


def _place(error: str) -> str:
    """The last line of cartjury that an error came through."""
    frames = ((Path(m[1]), m[2], m[3]) for m in _FRAME.finditer(error))
    ours = [(p.relative_to(ROOT), line, name) for p, line, name in frames if p.is_relative_to(ROOT)]
    inside = [f"{p}:{line} ({name})" for p, line, name in ours if p.parts[0] in LAYERS]
    return inside[-1] if inside else ""


def _sitting(jury: Mapping[str, Any]) -> dict[str, Any]:
    names = {v["segment_id"]: v["name"] for v in map(_fields, jury.get("verdicts", ()))}
    return {**{key: jury.get(key) for key in ("preset", "effort", "rounds")}, "names": names}


def _fields(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, BaseModel | Mapping) else {}


def _text(message: Any) -> str:
    content = getattr(message, "content", None)
    found = content if content is not None else _fields(message).get("content", "")
    return str(found)
