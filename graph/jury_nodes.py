"""The nodes of the jury: it sits down, jurors propose and rank, a judge decides, the contested is debated.

Each node reads the state and hands it to agents/sitting.py, where models speak, or the offline jury for them. What
every node passes on are the records of data/jury_records.py, whoever wrote them.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from cartjury.agents import loop, sitting
from cartjury.agents.desk import Desk
from cartjury.agents.desks import Desks
from cartjury.agents.listing import name_own_models
from cartjury.agents.panel import convene
from cartjury.agents.prompt import templates
from cartjury.data.call_records import Panel
from cartjury.data.journal import JOURNAL
from cartjury.data.jury_records import NOT_ASKED, JuryRecord, Persona, SegmentBrief
from cartjury.data.lexicon import lexicon, personas
from cartjury.graph.folders import confine_jury
from cartjury.graph.held import needed, plain
from cartjury.graph.recorded import OFFLINE, recorded_panel
from cartjury.graph.routes import MAX_ROUNDS
from cartjury.graph.state import JuryState, Update
from cartjury.tools.naming import check_claims, check_name
from cartjury.tools.vote import contested, decide, standing
from cartjury.tools.vote_words import unguided

CAP_REACHED = "a cap of this run was reached"
JuryNode = Callable[[JuryState], Coroutine[Any, Any, Update]]


@dataclass(frozen=True)
class Room:
    """Where a jury sits: its desks, and the folders that a client of the server may name (None trusts the caller)."""

    desks: Desks
    roots: tuple[Path, ...] | None = None

    async def convene(self, state: JuryState) -> Update:
        """options, briefs -> panel: who is asked; in a replay, who was. Without briefs nobody is."""
        panel = await asyncio.to_thread(self.called, state)
        if state.briefs and not state.replay:
            panel = await name_own_models(panel, self.desks.table, self.desks.environ)
        return {"panel": plain(panel), "session": secrets.token_hex(8), "started": time.time()}

    def called(self, state: JuryState) -> Panel:
        """The panel that the options ask for; in a replay, the one that sat."""
        confine_jury(state, self.roots)
        if not state.briefs:
            return OFFLINE
        if state.replay:
            return recorded_panel(Path(state.replay))
        return convene(self.desks.table, state.options, self.desks.environ, len(state.briefs))

    def juror(self, persona: Persona) -> JuryNode:
        """Make the node of one persona."""

        async def node(state: JuryState) -> Update:
            """briefs, in a debate also what was said -> proposals for what is open."""
            return said(await sitting.hear(await self.desk(state), persona, hearing(state)))

        return node

    async def quorum(self, state: JuryState) -> Update:
        """proposals -> further ones of the offline jury, where too few jurors spoke."""
        return said(await sitting.complete(needed(state.panel), hearing(state)))

    async def ballots(self, state: JuryState) -> Update:
        """proposals -> each juror's ranking of the others' names, without knowing whose they are."""
        return said(await sitting.cast(await self.desk(state), hearing(state)))

    async def judge(self, state: JuryState) -> Update:
        """proposals, ballots -> verdicts, and which of them are contested."""
        heard = await sitting.weigh(await self.desk(state), hearing(state))
        capped = any(call.outcome == "budget" for call in (*state.calls, *heard.calls))
        new = decide(
            open_briefs(state),
            state.proposals,
            state.ballots,
            heard.opinions,
            allowed,
            seed=state.seed,
            round=state.round,
            max_rounds=MAX_ROUNDS[needed(state.panel).effort],
            taken=settled(state),
            halt=CAP_REACHED if capped else "",
        )
        new = unguided(new, state.guidance)
        decided = {v.segment_id for v in new}
        verdicts = [*(v for v in state.verdicts if v.segment_id not in decided), *new]
        return {**said(heard), "verdicts": [plain(v) for v in verdicts], "contested": list(contested(new))}

    async def debate(self, state: JuryState) -> Update:
        """round -> the next round, in which only the contested segments are heard."""
        return {"round": state.round + 1}

    async def record(self, state: JuryState) -> Update:
        """Everything that was said -> the jury's record."""
        await self.desks.close(state.session)
        if not state.briefs:
            return {"jury": plain(JuryRecord(preset=NOT_ASKED, effort=NOT_ASKED)), "timings": {"jury": 0.0}}
        panel = needed(state.panel)
        kept = {k: tuple(getattr(state, k)) for k in ("proposals", "ballots", "abstentions", "verdicts", "calls")}
        seated = None if panel.effort == "offline" else panel
        jury = JuryRecord(preset=panel.preset, effort=panel.effort, rounds=state.round, panel=seated, **kept)
        return {"jury": plain(jury), "timings": {"jury": round(time.time() - state.started, 6)}}

    async def desk(self, state: JuryState) -> Desk:
        """The desk of this sitting."""
        log = Path(state.run.work) / JOURNAL if state.run else None
        record = Path(state.replay) / JOURNAL if state.replay else None
        return await self.desks.at(state.session, needed(state.panel), log, record)


class OnTheLoop(Runnable[JuryState, Update]):
    """A node that works on the loop that model clients belong to, for callers with a loop of their own and without.

    It is no run of its own in a trace, as a RunnableLambda would be: requests to models hang below their node.
    """

    def __init__(self, node: JuryNode) -> None:
        self._node = node

    def invoke(self, input: JuryState, config: RunnableConfig | None = None, **_: Any) -> Update:  # noqa: A002, ARG002
        """Work and wait for it."""
        return loop.run(self._ready(input))

    async def ainvoke(self, input: JuryState, config: RunnableConfig | None = None, **_: Any) -> Update:  # noqa: A002, ARG002
        """Work and await it."""
        return await loop.join(self._ready(input))

    async def _ready(self, state: JuryState) -> Update:
        await asyncio.to_thread(read_words)
        return await self._node(state)


def read_words() -> None:
    """Read, once a process, the files that checks, prompts and the offline jury live on: no loop waits for a disk."""
    lexicon()
    personas()
    templates()


def hearing(state: JuryState) -> sitting.Hearing:
    """What this round is about."""
    return sitting.Hearing(
        briefs=state.briefs,
        seed=state.seed,
        round=state.round,
        only=open_ids(state),
        taken=settled(state),
        proposals=state.proposals,
        standing=standing(state.proposals, state.ballots),
        check=allowed,
        check_claims=check_claims,
        guidance=state.guidance,
    )


def said(heard: sitting.Heard) -> dict[str, Any]:
    """What was heard, as the state keeps it; the judge's opinions go into the verdicts."""
    keys = ("proposals", "ballots", "abstentions", "calls")
    return {key: [plain(record) for record in getattr(heard, key)] for key in keys if getattr(heard, key)}


def allowed(name: str, brief: SegmentBrief, taken: Collection[str]) -> tuple[str, ...]:
    """Reasons why a segment must not have this name; none: it may."""
    return check_name(name, brief, taken, lexicon())


def open_ids(state: JuryState) -> tuple[str, ...]:
    """Segments that this round is about: all at first, then the contested."""
    return tuple(state.contested) if state.round else tuple(b.id for b in state.briefs)


def open_briefs(state: JuryState) -> Sequence[SegmentBrief]:
    """Briefs of the segments that this round is about."""
    ids = set(open_ids(state))
    return [b for b in state.briefs if b.id in ids]


def settled(state: JuryState) -> tuple[str, ...]:
    """Names that are no longer to be had."""
    ids = set(open_ids(state))
    return (*state.taken, *(v.name for v in state.verdicts if v.segment_id not in ids))
