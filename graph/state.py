"""What flows through the graph. Small and JSON-native: user rows stay on disk, nodes pass a reference.

    Input  -> what a caller gives (CLI, Studio, SDK, notebook): an order, or talk about the plan that came of one
    State  -> Input and what the nodes add to it, one key a node
    Jury*  -> the jury subgraph's own input, state and output

Nodes return plain JSON (`model_dump(mode="json")`), which checkpoints hold; pydantic turns it back into
records at the door of the next node, so no node ever sees an unchecked value.
"""

import operator
from datetime import date
from typing import Annotated, Any, Final, Literal, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from cartjury.data.call_records import Call, Panel
from cartjury.data.chat_records import Reading, Talk
from cartjury.data.edit_records import GUIDANCE, Edit
from cartjury.data.jury_records import Abstention, Ballot, JuryRecord, Proposal, SegmentBrief, Verdict
from cartjury.data.options import MAX_COUNT, Options
from cartjury.data.records import Record, SegmentPlan
from cartjury.data.revision_records import Decision, History, Preview
from cartjury.data.run_records import Certificate, Dataset, Manifest, SegmentProfile, SegmentScore, Universe
from cartjury.data.text import one_line

Guidance = Annotated[str, Field(max_length=GUIDANCE)]
Update = dict[str, Any]  # what a node returns: state keys and their new JSON values
TALK: Final = frozenset({"messages", "edits", "by"})  # keys of Input that speak about a plan; the others order one


class Input(BaseModel):
    """What a run needs: a file, or how many users to make up. On a thread that has a plan: what to do with it.

    Attributes:
        input_path: CSV, CSV.gz or Parquet; from a server client it must lie in the data roots.
        n_users: mock users to generate instead; 25,000 where neither is given.
        seed: of the mock data and of every shuffled order.
        as_of: the day that counts as today; None: the newest cart, or for mock data today's date.
        options: the options of `cartjury run`.
        replay: folder of a finished run whose jury is heard again from its record; no model is asked.
        messages: the chat. On a thread that has a plan the last one is read as a wish or a question about it.
        edits: the same as typed edits, in place of a message.
        by: who says it; kept with every revision.
        turn: whether this is an order or talk; the door of the graph decides, a caller cannot.
    """

    model_config = ConfigDict(extra="forbid")

    input_path: str | None = None
    n_users: int | None = Field(default=None, ge=1, le=MAX_COUNT)
    seed: int = Field(default=42, ge=0, le=MAX_COUNT)
    as_of: date | None = None
    options: Options = Options()
    replay: str | None = None
    messages: Annotated[list[AnyMessage], add_messages] = Field(default_factory=list)
    edits: list[Edit] = Field(default_factory=list)
    by: Annotated[str, AfterValidator(one_line), Field(max_length=60)] = ""
    turn: SkipJsonSchema[Literal["order", "talk"]] = "order"

    @model_validator(mode="after")
    def _one_source(self) -> "Input":
        if self.input_path and self.n_users:
            raise ValueError("give either input_path or n_users, not both")
        return self


class Run(Record):
    """Where a run, or a revision of it, keeps its files: results in `folder`, its own working files in `work`."""

    id: str
    folder: str
    work: str


class State(Input):
    """The whole run. Each key below is written by the node whose name stands beside it.

    `travel` writes what stands at the revision it goes to: plan, universe, profiles, scores, certificate, jury, run.
    """

    run: Run | None = None  # prepare; apply: that of the revision
    dataset: Dataset | None = None  # load
    universe: Universe | None = None  # universe, apply
    plan: SegmentPlan | None = None  # bucket, then size (merges, splits), then name; apply
    profiles: list[SegmentProfile] = Field(default_factory=list)  # profile
    briefs: list[SegmentBrief] = Field(default_factory=list)  # profile
    taken: list[str] = Field(default_factory=list)  # apply: names that no segment of the briefs may have
    guidance: dict[str, Guidance] = Field(default_factory=dict)  # apply: what new names should be like, by segment
    jury: JuryRecord | None = None  # jury (subgraph)
    scores: list[SegmentScore] = Field(default_factory=list)  # score
    certificate: Certificate | None = None  # certify
    manifest: Manifest | None = None  # publish
    history: History | None = None  # remember, travel
    reading: Reading | None = None  # listen
    talk: Talk = Talk()  # listen
    preview: Preview | None = None  # preview
    decision: Decision | None = None  # approve
    timings: Annotated[dict[str, float], operator.or_] = Field(default_factory=dict)  # every node


class JuryQuestion(TypedDict):
    """What the main graph hands its jury: keys of State as they lie in the checkpoint, plain JSON.

    A subgraph keeps what it is handed; records would end up in its checkpoints.
    """

    briefs: list[dict[str, Any]]
    taken: list[str]
    guidance: dict[str, str]
    seed: int
    options: dict[str, Any]
    replay: str | None
    run: dict[str, Any] | None


class JuryInput(BaseModel):
    """What a jury is asked: names for these segments.

    Attributes:
        taken: names that other segments of the plan have, and the old ones of segments that are asked for again.
        guidance: what a new name should be like, in the user's words, by segment id.
        run: where what models say is written down as it comes; None: opened alone, it is not.
        replay: see Input.
    """

    model_config = ConfigDict(extra="forbid")

    briefs: list[SegmentBrief]
    taken: list[str] = Field(default_factory=list)
    guidance: dict[str, Guidance] = Field(default_factory=dict)
    seed: int = 42
    options: Options = Options()
    replay: str | None = None
    run: Run | None = None


class JuryState(JuryInput):
    """A jury at work. What is said only grows; verdicts are replaced each round.

    Attributes:
        session: names this sitting, so that its nodes share one desk.
        started: when it sat down, in seconds since 1970.
        panel: who is asked, in what order, within which limits.
    """

    session: str = ""
    started: float = 0.0
    panel: Panel | None = None
    round: int = 0
    contested: list[str] = Field(default_factory=list)
    proposals: Annotated[list[Proposal], operator.add] = Field(default_factory=list)
    ballots: Annotated[list[Ballot], operator.add] = Field(default_factory=list)
    abstentions: Annotated[list[Abstention], operator.add] = Field(default_factory=list)
    calls: Annotated[list[Call], operator.add] = Field(default_factory=list)
    verdicts: list[Verdict] = Field(default_factory=list)
    jury: JuryRecord | None = None
    timings: dict[str, float] = Field(default_factory=dict)


class JuryOutput(BaseModel):
    """What a jury hands back: what was said, and the wall seconds it took."""

    jury: JuryRecord
    timings: dict[str, float] = Field(default_factory=dict)
