"""What debates changed: the first round decided again, held against juries that were not allowed to debate."""

from itertools import product

import pytest

from cartjury.data.jury_records import JuryRecord, SegmentBrief
from cartjury.tools.evals import health as of
from cartjury.tools.evals.debates import debates, told
from cartjury.tools.evals.first_round import first_names
from cartjury.tools.evals.health import health
from cartjury.tools.evals.sitting import Sitting
from tests.agents.protocol import hold, trait, twelve
from tests.tools.health_cases import C, D, G, R, ballot, brief, judged, proposal, sitting, verdict

TRUE, PLAIN = "Premium_Engaged_Profitable", "Premium_Maple_Crowd"  # both may be given; one says more


def held(briefs: tuple[SegmentBrief, ...], seed: int) -> Sitting:
    session = hold(briefs, seed=seed)
    jury = JuryRecord(proposals=session.proposals, ballots=session.ballots, verdicts=tuple(session.verdicts.values()))
    return Sitting("offline", jury, briefs, names={i: v.name for i, v in session.verdicts.items()}, seed=seed)


def forty() -> tuple[SegmentBrief, ...]:
    """More segments than there are words, so that jurors want the same names."""
    levels = ("Low", "Medium", "High")
    cells = product(levels, levels, levels)
    columns = ("avg_order_value", "engagement_score", "profitability_score")
    labels = ("AOV", "Engagement", "Profit")
    return tuple(
        SegmentBrief(
            id=f"S{n:02}",
            rule=" & ".join(f"{label}_{level}" for label, level in zip(labels, cell, strict=True)),
            traits=tuple(trait(*pair, [level], levels) for *pair, level in zip(labels, columns, cell, strict=True)),
        )
        for n, cell in enumerate(cells, 1)
    )


@pytest.mark.parametrize(("briefs", "seed"), [(twelve(), 42), (twelve(), 7), (forty(), 42)])
def test_the_first_round_decided_again_is_what_a_jury_without_debate_decides(
    briefs: tuple[SegmentBrief, ...], seed: int
) -> None:
    found = first_names(held(briefs, seed))
    alone = {i: v.name for i, v in hold(briefs, seed=seed, max_rounds=0).verdicts.items()}

    assert len(found) > len(briefs) / 3
    assert found == {i: alone[i] for i in found}


def first_round(*names: str) -> tuple[object, ...]:
    return tuple(proposal(p, n) for p, n in zip((C, G, D, R), names, strict=True))


def votes(*firsts: str, others: tuple[str, ...]) -> tuple[object, ...]:
    """Ballots that put these names first, and the others after them."""
    return tuple(
        ballot(p, [first, *(n for n in others if n != first)]) for p, first in zip((C, G, D, R), firsts, strict=True)
    )


def test_where_the_votes_leave_names_equal_it_is_not_certain_what_was_decided() -> None:
    names = ("Premium_Engaged", "Upscale_Active", "Golden_Eager", "LargeTicket_Keen")
    tied = sitting(proposals=first_round(*names), briefs=(brief(),), seed=1)

    assert first_names(tied) == {}


def test_of_segments_that_want_one_name_and_those_that_share_another_with_them_nothing_is_certain() -> None:
    """S01 and S02 want one name; the loser may take the name that S03 would have."""
    shared, next_, apart = "Premium_Engaged", "Upscale_Active", "Golden_Eager"
    ballots = {"S01": (shared, shared, next_), "S02": (shared, shared, next_), "S03": (next_, next_), "S04": (apart,)}
    said = tuple(proposal(p, n, i) for i, names in ballots.items() for p, n in zip((C, G, D), names, strict=False))

    assert first_names(sitting(proposals=said, briefs=tuple(map(brief, ballots)), seed=1)) == {"S04": apart}


@pytest.mark.parametrize(
    ("seen", "decided"),
    [
        ((judged("forward", {"S01": PLAIN}), judged("reverse", {"S01": PLAIN})), PLAIN),
        ((judged("forward", {"S01": PLAIN}), judged("reverse", {"S01": TRUE})), TRUE),  # flipped: the votes decide
        ((judged("forward", {"S01": PLAIN}),), TRUE),  # not heard out
        ((judged("forward", {"S01": PLAIN}, round=1), judged("reverse", {"S01": PLAIN}, round=1)), TRUE),  # later
        ((), TRUE),
    ],
)
def test_a_judge_that_was_of_one_mind_decides_the_first_round(seen: tuple[object, ...], decided: str) -> None:
    others = (TRUE, PLAIN, "Golden_Eager", "LargeTicket_Keen")
    said = {"proposals": first_round(*others), "ballots": votes(PLAIN, TRUE, TRUE, TRUE, others=others)}

    assert first_names(sitting(**said, attempts=seen, briefs=(brief(),), seed=1)) == {"S01": decided}


def changed(before: str, after: str, **elsewhere: str) -> Sitting:
    """A debate after which a segment has another name than the first votes gave it."""
    others = ("Golden_Eager", "LargeTicket_Keen")
    names = first_round(before, before, *others)
    new = tuple(proposal(p, after, round=1) for p in (C, G, D, R))
    return sitting(
        proposals=(*names, *new),
        verdicts=(verdict(after, rounds=1),),
        briefs=(brief(), brief("S02", AOV="Low")),
        names={"S01": after, **elsewhere},
        seed=1,
    )


@pytest.mark.parametrize(
    ("before", "after", "elsewhere", "outcome"),
    [
        (PLAIN, TRUE, {}, "better"),
        (TRUE, PLAIN, {}, "worse"),
        (TRUE, TRUE, {}, "kept"),
        (TRUE, "Upscale_Active_Valuable", {}, "same"),
        (TRUE, PLAIN, {"S02": "PremiumEngaged_Profitable"}, "better"),  # the old name is another segment's now
    ],
)
def test_a_new_name_is_better_if_it_breaks_fewer_rules_or_says_more_of_the_segment(
    before: str, after: str, elsewhere: dict[str, str], outcome: str
) -> None:
    [debate] = debates([changed(before, after, **elsewhere)])

    assert (debate.before, debate.after, debate.outcome) == (before, after, outcome)


def test_a_name_is_told_by_the_features_that_its_words_speak_of() -> None:
    assert told(TRUE, brief()) == 3
    assert told(PLAIN, brief()) == 1
    assert told(TRUE, brief(Profit="Low")) == 2  # what is untrue tells nothing


def test_shares_of_debates_are_of_those_of_which_it_is_certain() -> None:
    both = [changed(PLAIN, TRUE), changed(TRUE, TRUE)]
    found = {f.name: (f.value, f.n) for f in health(both, intervals=False)}

    assert found[of.CHANGED] == (0.5, 2)
    assert found[of.BETTER] == (1.0, 1)
    assert found[of.WORSE] == (0.0, 1)
