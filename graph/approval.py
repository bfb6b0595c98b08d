"""Asking a person: the request in the shape that LangGraph Studio and agent-chat-ui show, and what comes back.

{"action_requests": [{name, args, description}], "review_configs": [{action_name, allowed_decisions}]}
{"decisions": [{"type": "approve" | "edit" | "reject", ...}]}
"""

from collections.abc import Mapping
from typing import Any, Final

from langgraph.config import get_config
from langgraph.types import interrupt
from pydantic import TypeAdapter, ValidationError

from cartjury.data.chat_records import Wishes
from cartjury.data.edit_records import AskAgain, PlanEdit
from cartjury.data.errors import InputError
from cartjury.data.revision_records import Decision, Preview

ACTION: Final = "apply_edits"
ALLOWED: Final = ("approve", "edit", "reject")
BINDING: Final = ("plan_hash", "preview_id")  # what a decision may name of the preview that was looked at
_EDITS: Final[TypeAdapter[tuple[PlanEdit, ...]]] = TypeAdapter(tuple[PlanEdit, ...])


def request(preview: Preview, text: str, problem: str = "") -> dict[str, Any]:
    """What a person is asked.

    Args:
        preview: what would be done; its hash is shown, and an approval may name it.
        text: the preview in words.
        problem: why the decision before this request was refused.
    """
    edits = [edit.edit.model_dump(mode="json") for edit in preview.edits]
    args = {"plan_hash": preview.plan_hash, "preview_id": preview.preview_id, "edits": edits}
    description = f"{problem}\n\n{text}" if problem else text
    return {
        "action_requests": [{"name": ACTION, "args": args, "description": description}],
        "review_configs": [{"action_name": ACTION, "allowed_decisions": list(ALLOWED)}],
    }


def ask(question: Mapping[str, Any], asked: int) -> object:
    """Wait for a person's answer, and return the last one that was given.

    A thread that is resumed from an old checkpoint, where it was answered before, is handed the old answer first:
    LangGraph keeps it for nodes that ask several questions. Whoever decides anew there must get what they decided.

    Args:
        question: what is asked.
        asked: how many questions this node has asked before in this turn.
    """
    given = interrupt(question)
    # Not public: which answers are there. A test of a fork that decides otherwise watches over it.
    kept = get_config()["configurable"]["__pregel_scratchpad"]
    later = [*kept.resume[asked + 1 :], kept.get_null_resume(True)]
    return next((answer for answer in reversed(later) if answer is not None), given)


def read_decision(given: object, preview: Preview) -> Decision:
    """Read what came back: the shape above, one decision alone, or a word.

    Raises:
        InputError: it is no decision, or one on another preview; nothing is changed then.
    """
    decision, named = _decision(given)
    if decision.type == "edit":
        edited(decision)
    for key, value in named:
        if value != getattr(preview, key):
            raise InputError(
                f"this decision is on the preview {str(value)[:8]}, which is no longer the one that waits "
                f"({preview.plan_hash[:8]}): nothing was changed; look at the present preview and decide again"
            )
    wishes_for_names = any(isinstance(edit.edit, AskAgain) for edit in preview.edits)
    if named and wishes_for_names and all(key != "preview_id" for key, _ in named):
        raise InputError("other wishes for names have the same plan_hash: name the preview_id of this preview too")
    return decision


def edited(decision: Decision) -> Wishes:
    """The edits that a person wants in place of those that were shown.

    Raises:
        InputError: there are none, or they are not edits.
    """
    args = decision.edited_action.args if decision.edited_action else {}
    given = args.get("edits", ())
    try:
        # The form of agent-chat-ui gives back as a text what is more than a word.
        found = _EDITS.validate_json(given) if isinstance(given, str) else _EDITS.validate_python(given)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"the edits of this decision cannot be read: {where}: {fault['msg']}") from error
    if not found:
        raise InputError('a decision "edit" needs edited_action.args.edits, the edits to do instead')
    return Wishes(edits=found)


def _decision(given: object) -> tuple[Decision, list[tuple[str, object]]]:
    """The decision, and every hash that it names, wherever it stands: one that is overlooked would bind nobody."""
    raw: object = given
    around: Mapping[str, Any] = {}
    if isinstance(raw, Mapping) and "decisions" in raw:
        several = raw["decisions"]
        around = {key: value for key, value in raw.items() if key != "decisions"}
        raw = several[0] if isinstance(several, list) and len(several) == 1 else None
    if isinstance(raw, str):
        raw = {"type": raw.strip().lower()}
    if not isinstance(raw, Mapping):
        raise InputError('a decision is {"decisions": [{"type": "approve"}]}, with "edit" or "reject" for approve')
    fields = {key: value for key, value in raw.items() if value is not None}
    args = fields.pop("args", None)
    try:
        decision = Decision.model_validate(fields)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "it"
        raise InputError(f"this decision cannot be read: {where}: {fault['msg']}") from error
    if others := sorted(around.keys() - set(BINDING)):
        raise InputError(f"this decision cannot be read: {others[0]} is no part of it")
    places = (around, fields, args, decision.edited_action.args if decision.edited_action else {})
    named = [(key, place[key]) for place in places if isinstance(place, Mapping) for key in BINDING if key in place]
    return decision, named
