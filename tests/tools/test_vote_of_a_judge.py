"""What a judge decides that is a model: its choice where it stands firm, the ballots where it does not."""

from cartjury.data.jury_records import PERSONAS, Ballot, Persona, Proposal, SegmentBrief, Verdict
from cartjury.data.opinion import Opinion
from cartjury.tools.vote import decide, standing

A, B, C, D = PERSONAS
FIRM = Opinion(
    segment_id="S01",
    model="north/judge",
    choice="Bee",
    binding=True,
    rubric={"Bee": {"marketing_clarity": 20.0}},
    reason="Bee is plain.",
    reasons={"marketing_clarity": "Bee is plain."},
)


def propose(persona: Persona, name: str, segment: str = "S01", provider: str = "south", model: str = "m") -> Proposal:
    return Proposal(persona=persona, model=model, provider=provider, segment_id=segment, name=name)


def ballot(persona: Persona, *ranking: str, segment: str = "S01") -> Ballot:
    return Ballot(persona=persona, model="m", provider="south", segment_id=segment, ranking=ranking)


def fine(name: str, brief: SegmentBrief, taken: object) -> tuple[str, ...]:
    return ()


TWO = [propose(A, "Ant"), propose(B, "Bee")]
FOR_ANT = [ballot(B, "Ant"), ballot(C, "Ant", "Bee"), ballot(D, "Ant", "Bee")]


def settle(opinion: Opinion, proposals: list[Proposal] | None = None, **terms: str) -> Verdict:
    brief = SegmentBrief(id="S01", rule="r", traits=())
    return decide([brief], proposals or TWO, FOR_ANT, [opinion], fine, seed=1, max_rounds=0, **terms)[0]


def test_a_judge_that_stands_firm_outweighs_the_jurors_and_its_words_are_the_reason() -> None:
    verdict = settle(FIRM)

    assert (verdict.name, verdict.reason, verdict.model) == ("Bee", "Bee is plain.", "north/judge")
    assert verdict.reasons == {"marketing_clarity": "Bee is plain."}
    assert {"Data scientist preferred Ant.", "Risk manager preferred Ant."} <= set(verdict.dissent)


def test_a_flip_is_a_tie_that_the_ballots_decide_and_none_of_its_words_are_quoted() -> None:
    verdict = settle(FIRM.model_copy(update={"flipped": True}))

    assert (verdict.name, verdict.flipped, verdict.contested) == ("Ant", True, True)
    assert verdict.reasons == {}
    assert verdict.reason.startswith("Ant has 3 first places to 0 of Bee")


def test_a_judge_that_was_heard_in_one_order_only_does_not_decide() -> None:
    assert settle(FIRM.model_copy(update={"binding": False})).name == "Ant"


def test_a_judge_without_a_word_of_reason_is_said_to_have_chosen() -> None:
    assert settle(FIRM.model_copy(update={"reason": ""})).reason == "north/judge chose Bee."


def test_a_choice_that_is_not_on_the_ballot_decides_nothing() -> None:
    verdict = settle(FIRM.model_copy(update={"choice": "Wasp"}))

    assert (verdict.name, verdict.reasons) == ("Ant", {})


def test_two_segments_that_are_given_one_name_share_it_out_and_the_displaced_choice_is_kept() -> None:
    briefs = [SegmentBrief(id=i, rule="r", traits=()) for i in ("S01", "S02")]
    proposals = [*TWO, propose(A, "Bee", "S02"), propose(B, "Cat", "S02")]
    opinions = [FIRM, FIRM.model_copy(update={"segment_id": "S02"})]
    votes = [*FOR_ANT, *(ballot(p, "Bee", "Cat", segment="S02") for p in (C, D))]
    first, second = decide(briefs, proposals, votes, opinions, fine, seed=1, max_rounds=0)

    assert (first.name, first.displaced, second.name) == ("Ant", "Bee", "Bee")
    assert first.reason == "Bee went to another segment, where it counts for more; Ant is the best of the rest."


def test_a_name_is_a_models_where_a_model_proposed_it_too() -> None:
    both = [propose(A, "Bee", provider="offline", model="offline"), propose(B, "Bee", model="m2")]
    offline = [propose(A, "Bee", provider="offline", model="offline"), propose(B, "Ant")]

    assert [(v.origin, v.name_model) for v in (settle(FIRM, both), settle(FIRM, offline))] == [
        ("model", "south/m2"),
        ("offline", "offline"),
    ]


def test_a_cap_ends_the_debate_and_is_the_reason_for_it() -> None:
    brief = SegmentBrief(id="S01", rule="r", traits=())
    flip = FIRM.model_copy(update={"flipped": True})
    (verdict,) = decide([brief], TWO, FOR_ANT, [flip], fine, seed=1, max_rounds=2, halt="a cap was reached")

    assert verdict.stop_reason == "a cap was reached"


def test_the_standing_of_names_is_that_of_the_last_vote() -> None:
    again = [p.model_copy(update={"round": 1}) for p in TWO]
    later = Ballot(persona=A, model="m", provider="p", segment_id="S01", ranking=("Bee",), round=1)

    assert standing(TWO, FOR_ANT) == {"S01": {"Ant": (3, 1.0), "Bee": (0, 0.0)}}
    assert standing([*TWO, *again], [*FOR_ANT, later]) == {"S01": {"Ant": (0, 0.0), "Bee": (1, 1.0)}}
