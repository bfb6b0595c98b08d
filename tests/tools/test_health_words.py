"""The health of a jury in words: what is said, and that nothing is said of what was not measured."""

from random import Random

import pytest

from cartjury.data.eval_records import Figure, Target
from cartjury.tools.evals import health as of
from cartjury.tools.evals.health import health
from cartjury.tools.evals.health_words import OFFLINE_JURY, in_words
from tests.tools.health_cases import C, D, G, R, ballot, judged, proposal, sitting, verdict


def said(*figures: Figure, by_models: bool = True) -> str:
    return " ".join(in_words(figures, by_models=by_models))


def mean(name: str, value: float | None) -> Figure:
    return Figure(name=name, value=value, unit="mean", n=48)


def share(name: str, hits: int, n: int) -> Figure:
    return Figure(name=name, value=hits / n, n=n)


@pytest.mark.parametrize(
    ("alpha", "words"),
    [
        (0.91, "agreed strongly"),
        (0.7, "agreed fairly"),
        (0.31, "agreed weakly"),
        (0.05, "agreed no more than chance would have it"),
        (-0.15, "agreed no more than chance would have it"),
        (-0.4, "disagreed more than chance would have it"),
    ],
)
def test_alpha_is_put_into_a_word(alpha: float, words: str) -> None:
    assert said(mean(of.ALPHA, alpha)) == (
        f"The jurors {words} on the order of the names (Krippendorff's alpha {alpha:.2f})."
    )


def test_what_chance_may_bring_on_few_names_it_does_not_on_many() -> None:
    few, many = (Figure(name=of.ALPHA, value=0.15, unit="mean", n=n) for n in (48, 200))

    assert "no more than chance" in said(few)
    assert "agreed weakly" in said(many)


def test_random_juries_stay_within_what_is_called_chance() -> None:
    random = Random(2)
    names = ("Able_One", "Bold_Two", "Calm_Three", "Dear_Four")

    def drawn() -> str:
        cast = tuple(
            ballot(p, random.sample([n for n in names if n != own], 3), f"S{i:02}")
            for i in range(12)
            for p, own in zip((C, G, D, R), names, strict=True)
        )
        return said(*health([sitting(ballots=cast)], intervals=False))

    assert sum("no more than chance" in drawn() for _ in range(60)) >= 50


def test_votes_and_flips_are_counted_as_people_count() -> None:
    assert said(mean(of.VOTES, 2.149)) == "Their votes tell as much as 2.1 independent ones."
    assert said(share(of.ORDER, 1, 12)).endswith("the judge chose the same one 11 of 12 times.")
    assert said(share(of.RERUN, 3, 24)) == "Asked again, the jury gave another name 3 of 24 times."


def test_who_won_most_is_said_beside_what_chance_would_give() -> None:
    won = [
        share(f"{of.WIN}: {who}", hits, 12).model_copy(update={"target": Target(op="<=", value=0.5)})
        for who, hits in (("creative marketer", 5), ("data scientist", 7))
    ]
    chance = [share(f"{of.EXPECTED}: {who}", 3, 12) for who in ("creative marketer", "data scientist")]
    model = share(f"{of.WIN}: groq/some-model", 12, 12)

    assert said(*won, *chance, model) == (
        "The data scientist won most: 58 % of 12 names, where chance would give 25 %."
    )


def test_debates_tell_what_they_changed_and_for_the_better_or_not() -> None:
    changed, better, worse = share(of.CHANGED, 3, 8), share(of.BETTER, 2, 3), share(of.WORSE, 1, 3)

    assert said(changed, better, worse) == (
        "Of 8 debates of which the record tells what would have been without, 3 changed the name: "
        "2 for the better, 1 for the worse and 0 neither, by the rules of names."
    )
    assert said(share(of.CHANGED, 0, 1)).endswith("without, none changed a name.")


def test_abstentions_are_told_by_reason_and_not_at_all_where_there_are_none() -> None:
    cap = Figure(name=f"{of.SILENT}: a cap was reached", value=2, unit="count", n=3)
    late = Figure(name=f"{of.SILENT}: the provider failed or was too slow", value=1, unit="count", n=3)

    assert said(cap, late) == (
        "Jurors or judges abstained 3 times: a cap was reached (2), the provider failed or was too slow (1)."
    )
    assert said(cap.model_copy(update={"value": 0})) == ""


def test_of_what_was_not_measured_nothing_is_said() -> None:
    assert said(*health([sitting()], intervals=False)) == ""
    assert said(mean(of.ALPHA, None), by_models=False) == ""


def test_the_offline_jury_is_told_to_be_code() -> None:
    assert said(mean(of.VOTES, 4.0), by_models=False).startswith(OFFLINE_JURY)


def whole() -> tuple[Figure, ...]:
    names = ("Able_One", "Bold_Twofold", "Calm_Three", "Dear_Fourfold")
    ids = [f"S{n:02}" for n in range(1, 7)]
    jurors = tuple(zip((C, G, D, R), names, strict=True))
    cast = [ballot(p, [n for n in names if n != own], i) for i in ids for p, own in jurors]
    forward, reverse = judged("forward", dict.fromkeys(ids, "Able_One")), judged("reverse", {"S01": "Bold_Twofold"})
    return health(
        [
            sitting(
                proposals=tuple(proposal(p, n, i) for i in ids for p, n in jurors),
                ballots=tuple(cast),
                verdicts=tuple(verdict(names[0], i) for i in ids),
                attempts=(forward, reverse),
            )
        ],
        resamples=50,
    )
