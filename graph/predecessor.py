"""The predecessor's recorded replies, heard by the jury of today: no model is asked, and nothing is made up for one."""

from collections.abc import Sequence
from typing import Final

from cartjury.agents.predecessor import PredecessorWire
from cartjury.data.model_table import load_table
from cartjury.data.options import Options
from cartjury.data.outside_records import ArmPlan, NamedTable
from cartjury.data.predecessor import OldReply, predecessor_case
from cartjury.graph.evaluating import SEED, Evaluating

# The models of that run, each in the seat that it had.
AGAIN: Final = ArmPlan(
    name="predecessor_now",
    title="The recorded replies of the predecessor's models, heard by this jury",
    preset="seed",
    effort="standard",
)


def predecessor_now(replies: Sequence[OldReply], *, seed: int = SEED) -> NamedTable:
    """Let this jury hear what the predecessor's models had said, a segment at a time as they were asked then.

    No request leaves this machine. A name that fails a check cannot be made good by a model that says the same again:
    there the offline jury fills in, and `origins` tells it.
    """
    options = Options(batch=1, rate_limits="off")
    environ = {"GROQ_API_KEY": "of a recording"}  # so that the seats of its models are filled; nothing sees it
    asking = Evaluating(load_table(None), environ, options, seed, pause=0.0, wire=PredecessorWire(replies))
    return asking.name_table(AGAIN, predecessor_case())
