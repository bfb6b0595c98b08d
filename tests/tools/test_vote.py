"""Votes: first places, Borda, what is contested, and one unique assignment."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from cartjury.data.jury_records import PERSONAS, Ballot, Persona, Proposal, SegmentBrief, Verdict
from cartjury.data.opinion import Opinion
from cartjury.tools.tally import Tally, assign, tally
from cartjury.tools.vote import contested, decide

A, B, C, D = PERSONAS


def propose(persona: Persona, name: str, segment: str = "S01", n: int = 0) -> Proposal:
    return Proposal(persona=persona, model="m", provider="p", segment_id=segment, name=name, round=n)


def ballot(persona: Persona, *ranking: str, segment: str = "S01", n: int = 0) -> Ballot:
    return Ballot(persona=persona, model="m", provider="p", segment_id=segment, ranking=ranking, round=n)


def briefs(*ids: str) -> list[SegmentBrief]:
    return [SegmentBrief(id=i, rule="r", traits=()) for i in ids]


def fine(name: str, brief: SegmentBrief, taken: object) -> tuple[str, ...]:
    return ()


def settle(
    proposals: list[Proposal], ballots: list[Ballot], opinions: tuple[Opinion, ...] = (), n: int = 0, most: int = 2
) -> Verdict:
    return decide(briefs("S01"), proposals, ballots, opinions, fine, seed=1, round=n, max_rounds=most)[0]


FOUR = [propose(A, "Ant"), propose(B, "Bee"), propose(C, "Cat"), propose(D, "Dog")]


def test_the_name_with_most_first_places_and_two_of_them_wins() -> None:
    votes = [
        ballot(A, "Bee", "Cat", "Dog"),
        ballot(B, "Cat", "Ant", "Dog"),
        ballot(C, "Bee", "Dog", "Ant"),
        ballot(D, "Ant", "Cat", "Bee"),
    ]
    verdict = settle(FOUR, votes)

    assert verdict.name == "Bee"
    assert not verdict.contested
    assert verdict.stop_reason == "settled without a debate"
    assert verdict.first_places == {"Ant": 1, "Bee": 2, "Cat": 1, "Dog": 0}
    assert verdict.dissent == ("Risk manager preferred Ant.",)


def test_borda_points_are_means_over_the_jurors_that_could_rank_a_name() -> None:
    votes = [
        ballot(A, "Bee", "Cat", "Dog"),
        ballot(B, "Cat", "Ant", "Dog"),
        ballot(C, "Bee", "Dog", "Ant"),
        ballot(D, "Ant", "Cat", "Bee"),
    ]

    # by hand: Ant 2nd, 3rd, 1st = (0.5 + 0 + 1) / 3; Bee 1, 1, 0; Cat 0.5, 1, 0.5; Dog 0, 0, 0.5
    assert settle(FOUR, votes).borda == {"Ant": 0.5, "Bee": 0.6667, "Cat": 0.6667, "Dog": 0.1667}


def test_four_ways_split_is_contested_and_borda_decides_meanwhile() -> None:
    votes = [
        ballot(A, "Bee", "Cat", "Dog"),
        ballot(B, "Cat", "Ant", "Dog"),
        ballot(C, "Dog", "Bee", "Ant"),
        ballot(D, "Ant", "Bee", "Cat"),
    ]
    verdict = settle(FOUR, votes)

    assert verdict.contested
    assert contested([verdict]) == ("S01",)
    assert verdict.name == "Bee"  # 1, 0.5, 0.5 beats Ant 0.5, 0, 1, Cat 0.5, 1, 0 and Dog 0, 0, 1


def test_two_against_two_is_contested() -> None:
    votes = [
        ballot(A, "Bee", "Cat", "Dog"),
        ballot(B, "Ant", "Cat", "Dog"),
        ballot(C, "Bee", "Ant", "Dog"),
        ballot(D, "Ant", "Bee", "Cat"),
    ]

    assert settle(FOUR, votes).contested


def test_a_judge_that_flips_makes_it_contested() -> None:
    votes = [ballot(p, "Ant", "Bee") for p in (B, C, D)]
    opinion = Opinion(segment_id="S01", model="judge", choice="Ant", flipped=True)

    assert settle(FOUR, votes, (opinion,)).contested


def test_a_failed_name_leaves_the_ballot_and_makes_it_contested() -> None:
    def no_ants(name: str, brief: SegmentBrief, taken: object) -> tuple[str, ...]:
        return ("no ants",) if name == "Ant" else ()

    votes = [ballot(B, "Ant", "Cat", "Dog"), ballot(C, "Ant", "Bee", "Dog"), ballot(D, "Ant", "Bee", "Cat")]
    verdict = decide(briefs("S01"), FOUR, votes, (), no_ants, seed=1)[0]

    assert verdict.name == "Bee"
    assert "Ant" not in verdict.first_places
    assert verdict.contested


def test_equal_borda_is_decided_by_the_rubric() -> None:
    two = [propose(A, "Ant"), propose(B, "Bee")]
    votes = [ballot(A, "Bee"), ballot(B, "Ant")]
    rubric = {"Ant": {"marketing_clarity": 10.0}, "Bee": {"marketing_clarity": 12.0}}
    verdict = settle(two, votes, (Opinion(segment_id="S01", model="judge", choice="Bee", rubric=rubric),))

    assert verdict.name == "Bee"
    assert verdict.model == "judge"
    assert (
        "the rubric decides (12.0 to 10.0 points); it is ahead most of all on marketing clarity (12 to 10)"
        in verdict.reason
    )


def test_a_name_that_three_found_independently_beats_the_fourths() -> None:
    shared = [propose(A, "Ant"), propose(B, "Ant"), propose(C, "Ant"), propose(D, "Dog")]
    votes = [ballot(A, "Dog"), ballot(B, "Dog"), ballot(C, "Dog"), ballot(D, "Ant")]
    verdict = settle(shared, votes)

    assert verdict.name == "Ant"
    assert verdict.first_places == {"Ant": 4, "Dog": 0}
    assert verdict.proposed_by == (A, B, C)


def test_one_name_by_all_needs_no_ballots() -> None:
    verdict = settle([propose(p, "Ant") for p in PERSONAS], [])

    assert (verdict.name, verdict.contested) == ("Ant", False)


def test_ballots_with_strange_or_repeated_names_do_no_harm() -> None:
    votes = tally(FOUR, [ballot(A, "Nobody", "Bee", "Bee", "Ant", "Cat"), ballot(B)])

    assert votes.rankings == {A: ("Bee", "Cat")}


def test_a_debate_ends_when_no_juror_gave_a_new_reason() -> None:
    votes = [ballot(A, "Bee", n=n) for n in (0, 1)] + [ballot(B, "Ant", n=n) for n in (0, 1)]
    said = [propose(p, name, n=n) for n in (0, 1) for p, name in ((A, "Ant"), (B, "Bee"))]
    verdict = settle(said, votes, n=1)

    assert verdict.contested
    assert verdict.stop_reason == "no juror gave a new reason"
    assert verdict.rounds == 1


def test_a_debate_goes_on_after_a_change_until_the_limit() -> None:
    said = [propose(p, f"{name}{n}", n=n) for n in (0, 1, 2) for p, name in ((A, "Ant"), (B, "Bee"))]
    votes = [ballot(p, f"{name}{n}", n=n) for n in (0, 1, 2) for p, name in ((A, "Bee"), (B, "Ant"))]

    assert contested([settle(said, votes, n=1)]) == ("S01",)
    assert settle(said, votes, n=2).stop_reason == "two rounds are the limit"
    assert settle(said, votes, n=1, most=1).stop_reason == "one round is the limit"
    assert settle(said, votes, n=0, most=0).stop_reason == "no debate was asked for"


def test_a_name_wanted_twice_goes_where_it_counts_most_and_the_other_is_displaced() -> None:
    said = [propose(A, "Ant"), propose(B, "Bee"), propose(A, "Cat", "S02"), propose(B, "Ant", "S02")]
    votes = [
        ballot(C, "Ant", "Bee"),
        ballot(D, "Ant", "Bee"),
        ballot(C, "Ant", "Cat", segment="S02"),
        ballot(D, "Cat", "Ant", segment="S02"),
    ]
    rubric = {"Ant": {"memorability": 9.0}, "Cat": {"memorability": 1.0}}
    opinion = Opinion(segment_id="S02", model="j", choice="Ant", rubric=rubric)
    first, second = decide(briefs("S01", "S02"), said, votes, (opinion,), fine, seed=1)

    assert (first.name, first.displaced) == ("Ant", None)
    assert (second.name, second.displaced) == ("Cat", "Ant")
    assert second.reason == "Ant went to another segment, where it counts for more; Cat is the best of the rest."


def test_a_segment_without_an_allowed_name_gets_no_verdict() -> None:
    def never(name: str, brief: SegmentBrief, taken: object) -> tuple[str, ...]:
        return ("no",)

    assert decide(briefs("S01"), FOUR, [], (), never, seed=1) == []


def test_where_names_run_out_a_segment_is_left_out() -> None:
    assert assign({"S01": {"Ant": 2.0}, "S02": {"ant": 1.0}}) == {"S01": "Ant"}


def test_names_that_differ_in_underscores_only_are_one_name_too() -> None:
    points = {"S01": {"Ant_Hill": 2.0, "Bee": 1.0}, "S02": {"AntHill": 1.0}, "S03": {"Cat": 1.0}}
    assert assign(points) == {"S01": "Bee", "S02": "AntHill", "S03": "Cat"}


def test_of_two_spellings_of_a_name_a_segment_gets_the_better_one() -> None:
    points = {"S01": {"Ant_Hill": 2.0, "AntHill": 1.0}, "S02": {"Bee": 2.0}, "S03": {"bee": 1.0, "Cat": 0.5}}
    assert assign(points) == {"S01": "Ant_Hill", "S02": "Bee", "S03": "Cat"}


@given(
    st.dictionaries(
        st.sampled_from(["S1", "S2", "S3", "S4"]),
        st.dictionaries(st.sampled_from("abcd"), st.integers(0, 50), min_size=4),
        min_size=1,
    )
)
def test_the_assignment_is_the_best_of_all_permutations(points: dict[str, dict[str, int]]) -> None:
    best = max(
        sum(points[i][n] for i, n in zip(points, names, strict=True))
        for names in itertools.permutations("abcd", len(points))
    )
    chosen = assign(points)

    assert len(set(chosen.values())) == len(points)
    assert sum(points[i][n] for i, n in chosen.items()) == best


def test_a_favourite_needs_two_first_places_and_no_equal() -> None:
    def favourite(*firsts: str) -> str | None:
        names = {"Ant": (A,), "Bee": (B,), "Cat": (C,)}
        return Tally(proposers=names, rankings={p: (f,) for p, f in zip(PERSONAS, firsts, strict=False)}).favourite

    assert favourite("Ant") is None
    assert favourite("Ant", "Ant") == "Ant"
    assert favourite("Ant", "Ant", "Bee", "Bee") is None
    assert favourite() is None
