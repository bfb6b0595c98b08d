"""Whatever the plan: distinct names that pass the check, from every persona and from the whole protocol."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.data.jury_records import PERSONAS, SegmentBrief, Trait
from cartjury.data.records import LEVEL_NAMES, UNKNOWN
from tests.agents.protocol import check, hold, twelve

COLUMNS = (
    ("AOV", "avg_order_value"),
    ("Engagement", "engagement_score"),
    ("Profit", "profitability_score"),
    ("Sessions", "sessions_last_30d"),
    ("Items", "num_cart_items"),
    ("Loyalty", "loyalty_points"),
    ("Dim2", "column_2"),
    ("Test", "unlucky"),
    ("LastOrder", "days_since_last_order"),
)
LOCAL = (
    "days_since_abandonment",
    "sessions_last_30d",
    "num_cart_items",
    "avg_order_value",
    "spread_of_things_with_a_long_name",
)


@st.composite
def plans(draw: st.DrawFn) -> tuple[SegmentBrief, ...]:
    """Up to 40 briefs; their levels need not even partition anything."""
    dimensions = draw(st.lists(st.sampled_from(COLUMNS), max_size=4, unique=True))
    scales = []
    for label, column in dimensions:
        known = LEVEL_NAMES[draw(st.integers(2, 5))]
        scales.append((label, column, (UNKNOWN, *known) if draw(st.booleans()) else known))
    briefs = []
    for i in range(1, draw(st.integers(1, 40)) + 1):
        traits = [
            Trait(label=label, column=column, of=of, levels=tuple(x for x in of if x in kept))
            for label, column, of in scales
            for kept in [
                draw(st.one_of(st.sampled_from(of).map(lambda x: {x}), st.sets(st.sampled_from(of), min_size=1)))
            ]
        ]
        if draw(st.integers(0, 4)) == 0:
            local = draw(st.sampled_from(LOCAL))
            side = draw(st.sampled_from(("Low", "Medium", "High")))
            traits.append(Trait(label=local, column=local, of=("Low", "Medium", "High"), levels=(side,)))
        briefs.append(SegmentBrief(id=f"S{i:02}", rule=f"rule {i}", traits=tuple(traits), is_else=i == 40))
    return tuple(briefs)


@settings(max_examples=15, deadline=None)
@given(plans(), st.integers(0, 3))
def test_any_plan_gets_distinct_names_that_pass(briefs: tuple[SegmentBrief, ...], seed: int) -> None:
    session = hold(briefs, seed=seed)
    by_id = {b.id: b for b in briefs}

    for persona in PERSONAS:
        own = [p for p in session.proposals if p.persona == persona and p.round == 0]
        assert [p.segment_id for p in own] == [b.id for b in briefs]
        assert len({p.name.casefold() for p in own}) == len(briefs)
    for proposal in session.proposals:
        assert check(proposal.name, by_id[proposal.segment_id], ()) == ()
    assert list(session.verdicts) == [b.id for b in briefs]
    assert len({v.name.casefold() for v in session.verdicts.values()}) == len(briefs)
    for verdict in session.verdicts.values():
        assert verdict.stop_reason
        assert verdict.name in {p.name for p in session.proposals if p.segment_id == verdict.segment_id}


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_every_seed_names_the_default_plan(seed: int) -> None:
    names = {v.name for v in hold(twelve(), seed=seed).verdicts.values()}

    assert len(names) == 12
