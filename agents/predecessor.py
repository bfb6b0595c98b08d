"""The predecessor's recorded replies in place of models: what real models said then, heard by the jury of today.

Where the whole reply was published it is given as it came, thinking aloud and all; elsewhere a bare JSON object of the
name and the rule is. Two things are put into our form: the JSON object in a reply (its name, and its rule as the claims
that a name makes), and the judge's choice (a name becomes the label that it has on the ballot). The judge gave no
points or reasons, so a placeholder stands there. Nobody ranked in that run: asked to, the models say nothing of use.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cartjury.agents.asking import Reply, Request
from cartjury.data.opinion import CRITERIA
from cartjury.data.predecessor import IDS, OldReply

# The rules of that run call a dimension as its column is called.
LABELS: Final = {"Profitability": "Profit"}
NOTHING_OF_USE: Final = "There is nothing to rank."


class PredecessorWire:
    """Answers requests about one segment each, as the asked model did then; models that had no part in it are gone."""

    def __init__(self, replies: Sequence[OldReply]) -> None:
        self._roles = {r.model: r.role for r in replies}
        self._said = {(IDS[r.bucket], r.model): r for r in replies}

    async def __call__(self, request: Request) -> Reply:
        """Return what the model had said of the segment that a request is about."""
        if request.model.id not in self._roles:
            return Reply("model_gone", error="it had no part in the recorded run")
        return Reply("answered", raw=self._text(request), finish_reason="stop", tokens_in=0, tokens_out=0)

    def _text(self, request: Request) -> str:
        (segment_id,) = request.prompt.schema["properties"]
        shown = _data(request)["segments"][segment_id]
        said = self._said.get((segment_id, request.model.id))
        if said is None or ("ballot" in shown and said.role != "judge"):
            return NOTHING_OF_USE
        entry = _choice(said, shown["ballot"]) if said.role == "judge" else _name(said)
        return _in_our_form(said, {segment_id: entry})


def _data(request: Request) -> Mapping[str, Any]:
    text = request.prompt.messages[-1].text
    found: Mapping[str, Any] = json.loads(text.partition("<data>\n")[2].partition("\n</data>")[0])
    return found


def _name(said: OldReply) -> dict[str, Any]:
    pairs = (part.strip().partition("_") for part in said.rule.split("&"))
    claims = [f"{LABELS.get(feature, feature)}={level}" for feature, _, level in pairs]
    return {"name": said.segment_name, "claims": claims, "reason": ""}


def _choice(said: OldReply, ballot: Mapping[str, Any]) -> dict[str, Any]:
    """The judge's name as a label; of one that is not on the ballot that is said, so that it is no label at all."""
    invented = f"{said.segment_name}, which is not on the ballot"
    label = next((k for k, shown in ballot.items() if shown["name"] == said.segment_name), invented)
    return {"choice": label, "points": dict.fromkeys(CRITERIA, 0), "reasons": dict.fromkeys(CRITERIA, "not given")}


def _in_our_form(said: OldReply, entry: Mapping[str, Any]) -> str:
    """The reply with its last JSON object replaced, and all that stood around it kept."""
    text = said.raw or json.dumps({"segment_name": said.segment_name, "rule": said.rule})
    start = text.rfind("{")
    return text[:start] + json.dumps(entry) + text[text.rfind("}") + 1 :]
