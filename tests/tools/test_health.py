"""The health of a jury: flips, wins, lengths, silence, and what is said where a record gives no figure."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, pointbiserialr

from cartjury.data.eval_records import Figure
from cartjury.data.jury_records import PERSONAS
from cartjury.tools.evals import health as of
from cartjury.tools.evals.health import health
from cartjury.tools.evals.intervals import clustered, over_segments
from cartjury.tools.evals.sitting import Sitting
from cartjury.tools.evals.wins import contests, length_correlation
from tests.tools.health_cases import C, D, G, R, ballot, brief, judged, proposal, sitting, verdict


def figures(*sittings: Sitting, **how: bool) -> dict[str, Figure]:
    return {f.name: f for f in health(sittings, **{"intervals": False, **how})}


def two_orders(*pairs: tuple[str, str]) -> tuple[object, ...]:
    """Attempts of a judge that saw S00, S01, ... in both orders."""
    forward = {f"S{n:02}": one for n, (one, _) in enumerate(pairs)}
    reverse = {f"S{n:02}": other for n, (_, other) in enumerate(pairs)}
    return judged("forward", forward), judged("reverse", reverse)


def test_a_judge_that_chooses_otherwise_in_the_reverse_order_has_flipped() -> None:
    seen = two_orders(("A_One", "A_One"), ("A_One", "B_Two"), ("C_Three", "C_Three"), ("A_One", "A_One"))
    found = figures(sitting(attempts=seen), intervals=True)[of.ORDER]
    exact = binomtest(1, 4).proportion_ci(method="wilson")

    assert (found.value, found.n) == (0.25, 4)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))
    assert found.missed


def test_a_segment_that_was_judged_in_one_order_only_says_nothing_of_flips() -> None:
    found = figures(sitting(attempts=(judged("forward", {"S01": "A_One"}),)))[of.ORDER]

    assert (found.value, found.why) == (None, of.NO_MODEL)


def test_without_answers_the_verdicts_tell_of_flips() -> None:
    told = (verdict("A_One", flipped=True), verdict("B_Two", "S02"), verdict("C_Three", "S03", model="offline"))

    assert figures(sitting(verdicts=told))[of.ORDER].value == 0.5


def asked_again(name: str, other: str = "B_Two", **changes: object) -> Sitting:
    parts = {"briefs": (brief("S01"), brief("S02", AOV="Low")), "seed": 1, **changes}
    return sitting(name, verdicts=(verdict("A_One"), verdict(other, "S02")), **parts)


def test_names_of_two_sittings_on_the_same_rules_are_compared() -> None:
    again = [asked_again("one", seed=1), asked_again("two", "C_Three", seed=2)]

    assert figures(*again)[of.RERUN].value == 0.5


@pytest.mark.parametrize(
    "other",
    [
        asked_again("two", "C_Three", briefs=(brief("S01"), brief("S02", Profit="Low")), seed=2),
        asked_again("two", "C_Three", effort="thorough", seed=2),
        asked_again("a replay", "C_Three", seed=1),
    ],
    ids=["other rules", "another effort", "the same sitting"],
)
def test_other_questions_and_the_same_record_are_not_asked_again(other: Sitting) -> None:
    found = figures(asked_again("one", seed=1), other)[of.RERUN]

    assert (found.value, found.why) == (None, of.ONCE)


def won(*names: tuple[str, ...], segment: str = "S01") -> dict[str, tuple[object, ...]]:
    """Proposals of the four jurors; the first name wins."""
    said = tuple(proposal(p, n, segment) for p, n in zip(PERSONAS, names, strict=True))
    return {"proposals": said, "verdicts": (verdict(str(names[0]), segment),)}


def test_a_shared_name_is_won_by_each_in_part_and_chance_is_by_names() -> None:
    found = figures(sitting(**won("A_One", "A_One", "B_Two", "C_Three")))
    shares = {p: found[f"{of.WIN}: {p.replace('_', ' ')}"].value for p in PERSONAS}
    chances = {p: found[f"{of.EXPECTED}: {p.replace('_', ' ')}"].value for p in PERSONAS}

    assert shares == {C: 0.5, G: 0.5, D: 0, R: 0}
    assert chances == pytest.approx({C: 1 / 6, G: 1 / 6, D: 1 / 3, R: 1 / 3})


def test_the_round_that_settled_a_segment_is_the_one_that_was_won() -> None:
    first, last = proposal(C, "A_One"), proposal(C, "B_Two", round=1)
    other = proposal(G, "A_One", round=1)
    found = figures(sitting(proposals=(first, last, other), verdicts=(verdict("B_Two", rounds=1),)))

    assert found[f"{of.WIN}: creative marketer"].value == 1


def test_models_win_and_are_expected_to_by_what_they_proposed() -> None:
    said = (proposal(C, "A_One", model="one"), proposal(G, "B_Two", model="two"), proposal(D, "C_Three", model="two"))
    found = figures(sitting(proposals=said, verdicts=(verdict("A_One"),)))

    assert found[f"{of.WIN}: p/one"].value == 1
    assert found[f"{of.EXPECTED}: p/two"].value == pytest.approx(2 / 3)


def test_length_and_winning_correlate_as_scipy_says_in_one_segment() -> None:
    names = ("Long_Winning_Name", "Short_One", "Middle_Sized", "Tiny_X")
    expected = pointbiserialr([True, False, False, False], [len(n) for n in names]).statistic

    assert figures(sitting(**won(*names)))[of.LENGTH].value == pytest.approx(expected)


def test_a_segment_with_long_names_does_not_count_as_length_that_wins() -> None:
    long = won(*(f"{'Very' * 4}_{n}" for n in ("Abc", "Bcd", "Cde", "Def")))
    short = won("Ab_Cdef", "Bc_Defg", "Cd_Ef", "De_Fg", segment="S02")
    both = sitting(proposals=long["proposals"] + short["proposals"], verdicts=long["verdicts"] + short["verdicts"])
    lengths = [0, 0, 0, 0, 1, 1, -1, -1]
    wins = [0.75, -0.25, -0.25, -0.25] * 2

    assert length_correlation(contests([both])) == pytest.approx(np.corrcoef(lengths, wins)[0, 1])


def test_names_of_one_length_do_not_correlate_with_anything() -> None:
    assert figures(sitting(**won("Ab_Cd", "Bc_De", "Cd_Ef", "De_Fg")))[of.LENGTH].why == of.NO_CONTEST


def test_an_empty_record_gives_no_figures_and_says_why() -> None:
    found = figures(sitting(), intervals=True)
    unmeasured = {name: f.why for name, f in found.items() if f.value is None}

    assert {of.ALPHA, of.VOTES, of.ORDER, of.RERUN, of.LENGTH, of.CHANGED, of.BETTER} <= set(unmeasured)
    assert all(unmeasured.values())
    assert {f.value for f in found.values()} == {None, 0}


def test_an_interval_holds_the_figure_and_is_the_same_each_time() -> None:
    names = [won("Aa_Bb", f"Bbb_C{'c' * n}", "Cc_Dd", "Ddd_Ee", segment=f"S{n:02}") for n in range(1, 9)]
    said = {key: tuple(x for one in names for x in one[key]) for key in ("proposals", "verdicts")}
    one, other = (figures(sitting(**said), intervals=True)[of.LENGTH] for _ in range(2))

    assert one == other
    assert one.low is not None
    assert one.high is not None
    assert one.value is not None
    assert one.low < one.value < one.high


def test_an_interval_of_a_mean_is_about_that_of_the_normal_law() -> None:
    """Of 400 segments with a standard deviation of 1, the mean lies within 1.96 / 20."""
    random = Random(5)
    drawn = [random.gauss(0, 1) for _ in range(400)]
    found = over_segments(drawn, lambda some: sum(some) / len(some))

    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.std(drawn) / 20, rel=0.1)


def test_a_draw_that_gives_no_figure_leaves_no_interval_and_no_warning() -> None:
    found = over_segments([1.0] * 9 + [0.0], lambda some: min(some) or None)

    assert (found.low, found.high) == (None, None)
    assert "no interval" in found.method


def test_cases_of_one_segment_are_drawn_together() -> None:
    """Ten segments of nine equal cases tell as much as ten cases, and not as ninety."""
    alone = clustered([[True]] * 5 + [[False]] * 5)
    repeated = clustered([[True] * 9] * 5 + [[False] * 9] * 5)

    assert alone.method == "Wilson"
    assert repeated.method == "bootstrap over segments"
    assert (repeated.high or 0) - (repeated.low or 0) == pytest.approx(2 * 1.96 * (0.25 / 10) ** 0.5, rel=0.15)


def test_where_all_cases_are_alike_the_interval_is_not_a_point() -> None:
    exact = binomtest(0, 6).proportion_ci(method="wilson")

    assert clustered([[False] * 4] * 6)[:2] == pytest.approx((exact.low, exact.high))


def test_three_sittings_are_compared_in_pairs() -> None:
    again = [asked_again("one", seed=1), asked_again("two", "C_Three", seed=2), asked_again("three", seed=3)]
    found = figures(*again)[of.RERUN]

    assert (found.n, found.value) == (6, pytest.approx(2 / 6))


def test_few_segments_have_no_interval() -> None:
    assert over_segments([1.0, 2.0], sum).low is None


@st.composite
def sittings(draw: st.DrawFn) -> Sitting:
    """A jury that said anything at all on up to four segments."""
    names = st.sampled_from(("Able_One", "Bold_Two", "Calm_Three", "Dear_Four"))
    ids = [f"S{n:02}" for n in range(1, draw(st.integers(1, 4)) + 1)]
    said = [proposal(p, draw(names), i) for i in ids for p in PERSONAS if draw(st.booleans())]
    cast = [
        ballot(p, draw(st.permutations(sorted({s.name for s in said if s.segment_id == i}))), i)
        for i in ids
        for p in PERSONAS
        if draw(st.booleans())
    ]
    given_ = [verdict(draw(names), i, flipped=draw(st.booleans()), rounds=draw(st.integers(0, 1))) for i in ids]
    parts = {"proposals": tuple(said), "ballots": tuple(cast), "verdicts": tuple(given_)}
    return sitting(briefs=tuple(brief(i) for i in ids), names={v.segment_id: v.name for v in given_}, **parts)


@settings(deadline=None, max_examples=60)
@given(sittings())
def test_whatever_was_said_shares_are_shares_and_wins_add_up(one: Sitting) -> None:
    found = figures(one)
    shares = [f.value for f in found.values() if f.unit == "share" and f.value is not None]
    wins = [found[f"{of.WIN}: {p.replace('_', ' ')}"].value for p in PERSONAS]

    assert all(0 <= share <= 1 + 1e-9 for share in shares)
    assert wins == [None] * 4 or sum(w or 0 for w in wins) == pytest.approx(1)


@settings(deadline=None, max_examples=30)
@given(sittings())
def test_the_order_of_what_was_said_changes_no_figure(one: Sitting) -> None:
    turned = {k: tuple(reversed(getattr(one.jury, k))) for k in ("proposals", "ballots", "verdicts")}
    other = one._replace(jury=one.jury.model_copy(update=turned), briefs=one.briefs[::-1])

    for name, figure in figures(other).items():
        assert figure.value == pytest.approx(figures(one)[name].value)
