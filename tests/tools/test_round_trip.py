"""The round trip: what a reader is shown, what its picks are worth, and that no order can help it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.data.eval_records import NamingCase, Row
from cartjury.data.jury_records import SegmentBrief
from cartjury.tools.evals.naming_scores import score_names
from cartjury.tools.evals.reader import Absent, Chose, Matrix, Reader
from cartjury.tools.evals.round_trip import heard, round_trip, shown
from tests.tools.hand_readers import InOrder, Knows, right
from tests.tools.naming_tables import GOOD, four


def row(names: Mapping[str, str], *readers: Reader | Chose | Absent, case: NamingCase | None = None) -> Row:
    return score_names("arm", case or four(), names, readers, seed=42)


def test_a_reader_that_knows_the_rules_matches_every_name() -> None:
    scores = row(GOOD, Knows(right(four(), GOOD))).scores

    assert (scores["top1:knows"], scores["matched:knows"]) == (4, 4)


def test_a_reader_is_shown_names_and_rules_without_ids_and_apart() -> None:
    reader = Knows(right(four(), GOOD))

    row(GOOD, reader)

    [(names, briefs)] = reader.shown
    assert {b.id for b in briefs} == {""}
    assert sorted(names) == sorted(GOOD.values())
    assert [reader.rules[name] for name in names] != [[b.rule] for b in briefs]


def test_names_and_rules_are_each_shown_in_an_order_that_hangs_on_the_seed() -> None:
    showings = [shown(four(), GOOD, seed) for seed in range(40)]

    assert showings[7] == shown(four(), GOOD, 7)
    assert len({s.names for s in showings}) > 10
    assert len({s.rule_ids for s in showings}) > 10


def test_names_that_could_be_anybodys_count_as_guesses() -> None:
    everything = [b.rule for b in four().briefs]

    trip = round_trip(shown(four(), GOOD, 42), Knows(dict.fromkeys(GOOD.values(), everything)))

    assert set(trip.top1.values()) == {0.25}
    assert 0 <= sum(trip.matched.values()) / 4 <= 0.5


def test_one_name_that_can_be_told_helps_the_others_in_the_matching_only() -> None:
    rules = [b.rule for b in four().briefs]
    case, taken = four(), {"S01": rules[:1], "S02": rules[:2], "S03": rules[1:3], "S04": rules[2:]}

    trip = round_trip(shown(case, GOOD, 42), Knows({GOOD[i]: found for i, found in taken.items()}))

    assert trip.top1 == {"S01": 1, "S02": 0.5, "S03": 0.5, "S04": 0.5}
    assert trip.matched == dict.fromkeys(GOOD, 1.0)


def test_a_reader_that_goes_by_the_order_does_no_better_than_chance() -> None:
    trips = [round_trip(shown(four(), GOOD, seed), InOrder()) for seed in range(400)]

    assert np.mean([sum(t.top1.values()) / 4 for t in trips]) == pytest.approx(1 / 4, abs=0.05)
    assert np.mean([sum(t.matched.values()) / 4 for t in trips]) == pytest.approx(1 / 4, abs=0.05)


@pytest.mark.parametrize("reader", [InOrder(), Knows({**right(four(), GOOD), GOOD["S01"]: [], GOOD["S02"]: []})])
def test_the_order_of_the_segments_changes_no_score(reader: Reader) -> None:
    case = four()
    shuffled = [case.model_copy(update={"briefs": order}) for order in permutations(case.briefs)]

    assert {row(GOOD, reader, case=each).to_json() for each in shuffled} == {row(GOOD, reader).to_json()}


@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=4, max_size=4))
@settings(max_examples=30, deadline=None)
def test_credit_is_a_share_of_each_name_and_the_detail_holds_what_it_is_made_of(matrix: list[list[int]]) -> None:
    @dataclass
    class Says:
        name: str = "says"
        label: str = "a fixture"

        def scores(self, names: Sequence[str], briefs: Sequence[SegmentBrief]) -> Matrix:
            return np.array(matrix, dtype=np.float64)

    found = row(GOOD, Says())
    told = found.detail["readers"]["says"]

    best = {i: [r for r, score in of.items() if score == max(of.values())] for i, of in told["matrix"].items()}
    assert {i: list(rules) for i, rules in told["picked"].items()} == best
    assert found.scores["top1:says"] == pytest.approx(sum(1 / len(r) for i, r in best.items() if i in r))
    assert found.scores["matched:says"] == pytest.approx(sum(told["matched"].values()))
    assert all(0 <= credit <= 1 for credit in told["matched"].values())
    assert Row.model_validate_json(found.to_json()).scores == found.scores


def test_what_a_model_chose_is_scored_like_the_rest_and_no_choice_is_wrong() -> None:
    choices = {"S01": "S01", "S02": "S01", "S03": None, "S04": "S04"}

    trip = heard(shown(four(), GOOD, 42), Chose("model", "a fixture", choices))

    assert trip.top1 == {"S01": 1, "S02": 0, "S03": 0, "S04": 1}
    assert trip.picked["S03"] == ()
    assert trip.matched["S03"] == 0
    assert trip.matched["S04"] == 1


@pytest.mark.parametrize("choices", [{"S09": "S01"}, {"S01": "S09"}])
def test_a_choice_outside_of_the_table_is_refused(choices: dict[str, str | None]) -> None:
    with pytest.raises(ValueError, match="not both in the table"):
        heard(shown(four(), GOOD, 42), Chose("model", "a fixture", choices))


def test_scores_that_are_no_numbers_are_refused() -> None:
    @dataclass
    class Broken:
        name: str = "broken"
        label: str = "a fixture"

        def scores(self, names: Sequence[str], briefs: Sequence[SegmentBrief]) -> Matrix:
            return np.full((len(names), len(briefs)), np.nan)

    with pytest.raises(ValueError, match="broken gave no number"):
        row(GOOD, Broken())


def test_a_reader_that_is_not_there_has_no_score_and_a_reason() -> None:
    found = row(GOOD, Absent("independent", "a fixture", "onnxruntime is not installed"))

    assert found.scores["top1:independent"] is None
    assert found.detail["readers"]["independent"]["why"] == "onnxruntime is not installed"
