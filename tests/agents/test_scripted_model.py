"""The fixture that answers prompts keeps every rule in a whole sitting, so what fails elsewhere is not its doing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.agents import sitting
from cartjury.data.call_records import Call
from cartjury.data.jury_records import PERSONAS, Abstention, Ballot, Proposal, SegmentBrief, Verdict
from cartjury.data.records import Box, SegmentPlan, SegmentProfile
from cartjury.tools.brief import FIGURES
from cartjury.tools.brief import briefs as briefed
from cartjury.tools.vote import contested, decide, standing
from tests.agents.protocol import check, twelve
from tests.agents.scripted_model import answer
from tests.agents.sittings import Wire, desk, hearing
from tests.agents.test_any_plan import plans
from tests.tools import plan_examples
from tests.tools.plan_examples import AOV, ENGAGEMENT, halves, plan_of


@dataclass
class Session:
    """All that was said in a sitting, and the last verdict on each segment."""

    proposals: list[Proposal]
    ballots: list[Ballot]
    abstentions: list[Abstention]
    calls: list[Call]
    verdicts: dict[str, Verdict]


async def hold(briefs: Sequence[SegmentBrief], wire: Wire, seed: int = 42) -> Session:
    """A thorough sitting, as the graph holds it."""
    at, table = hearing(briefs, seed=seed), desk(wire)
    session = Session([], [], [], [], {})

    def note(heard: sitting.Heard) -> None:
        for kept in ("proposals", "ballots", "abstentions", "calls"):
            getattr(session, kept).extend(getattr(heard, kept))

    for n in range(3):
        taken = tuple(v.name for i, v in session.verdicts.items() if i not in at.only)
        at = replace(at, round=n, taken=taken)
        for heard in await asyncio.gather(*(sitting.hear(table, p, at) for p in PERSONAS)):
            note(heard)
        at = replace(at, proposals=tuple(session.proposals))
        note(await sitting.cast(table, at))
        at = replace(at, standing=standing(session.proposals, session.ballots))
        weighed = await sitting.weigh(table, at)
        note(weighed)
        still = [b for b in briefs if b.id in at.only]
        found = decide(still, at.proposals, session.ballots, weighed.opinions, check, seed=seed, round=n, taken=taken)
        session.verdicts |= {v.segment_id: v for v in found}
        at = replace(at, only=contested(found))
        if not at.only:
            break
    return session


def assert_flawless(session: Session, briefs: Sequence[SegmentBrief]) -> None:
    assert {c.outcome for c in session.calls} == {"answered"}
    assert not any(c.repair for c in session.calls)
    assert not session.abstentions
    assert set(session.verdicts) == {b.id for b in briefs}
    assert {v.origin for v in session.verdicts.values()} == {"model"}
    assert len({v.name.casefold() for v in session.verdicts.values()}) == len(briefs)


@pytest.fixture(scope="module")
def session() -> Session:
    return asyncio.run(hold(twelve(), Wire(answer)))


def test_a_whole_sitting_on_the_default_plan_has_no_fault(session: Session) -> None:
    assert_flawless(session, twelve())


def test_its_jurors_differ_and_its_judges_agree_in_both_orders(session: Session) -> None:
    first = [{p.name for p in session.proposals if p.persona == persona and not p.round} for persona in PERSONAS]

    assert len(set.union(*first)) > 24
    assert not any(v.flipped for v in session.verdicts.values())


def test_its_jurors_keep_and_change_names_in_debates(session: Session) -> None:
    argued = [p.reason for p in session.proposals if p.round]

    assert any("still the best" in reason for reason in argued)
    assert any("does not hold" in reason for reason in argued)


def test_undecided_judges_flip_where_there_is_a_choice() -> None:
    flipped = asyncio.run(hold(twelve(), Wire(partial(answer, undecided=True))))

    assert any(v.flipped for v in flipped.verdicts.values())


@settings(max_examples=10, deadline=None)
@given(plans(), st.integers(0, 3))
def test_any_plan_is_named_without_a_fault(briefs: tuple[SegmentBrief, ...], seed: int) -> None:
    assert_flawless(asyncio.run(hold(briefs, Wire(answer), seed)), briefs)


SPLIT = [Box(levels=("Low", "Low"), where=(side,)) for side in halves("sessions_last_30d", 4.0)]
MERGED = [[Box(levels=c) for c in cells] for cells in ([("Low", "High"), ("Medium", "High")], [("High", "High")])]
REST = [Box(levels=c) for c in plan_examples.cells((AOV, ENGAGEMENT)) if c[1] == "Low" and c[0] in {"Medium", "High"}]
ELSE = [Box(levels=c) for c in plan_examples.cells((AOV, ENGAGEMENT)) if "Unknown" in c]


@pytest.mark.parametrize(
    "plan", [plan_examples.twelve(), plan_of((AOV, ENGAGEMENT), [*([box] for box in SPLIT), *MERGED, REST, ELSE])]
)
def test_plans_with_else_splits_and_merged_levels_are_named_without_a_fault(plan: SegmentPlan) -> None:
    profiles = [
        SegmentProfile(segment_id=s.id, users=15 * n, share=0.1, means=dict.fromkeys(FIGURES, 0.5), known={})
        for n, s in enumerate(plan.segments, 1)
    ]
    shown = briefed(plan, profiles)

    assert_flawless(asyncio.run(hold(shown, Wire(answer))), shown)
