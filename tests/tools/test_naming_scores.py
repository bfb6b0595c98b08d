"""What names score: faults that are counted, likeness, first tries, and the round trip of readers written by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.data.call_records import Attempt, Outcome
from cartjury.data.eval_records import NamingCase, Row
from cartjury.data.jury_records import SegmentBrief
from cartjury.tools.evals.likeness import likeness
from cartjury.tools.evals.naming_scores import first_try, score_names
from cartjury.tools.evals.reader import Absent, Chose, Matrix, Reader
from cartjury.tools.evals.round_trip import heard, round_trip, shown
from tests.tools.naming_tables import GOOD, four


@dataclass
class Knows:
    """A reader that gives 1 to the rules it takes a name for, and remembers what it was shown."""

    rules: Mapping[str, Sequence[str]]
    name: str = "knows"
    label: str = "a fixture"
    shown: list[tuple[tuple[str, ...], tuple[SegmentBrief, ...]]] = field(default_factory=list)

    def scores(self, names: Sequence[str], briefs: Sequence[SegmentBrief]) -> Matrix:
        self.shown.append((tuple(names), tuple(briefs)))
        return np.array([[float(b.rule in self.rules[name]) for b in briefs] for name in names])


@dataclass
class InOrder:
    """A reader that reads nothing: the first name gets the first rule."""

    name: str = "in_order"
    label: str = "a fixture"

    def scores(self, names: Sequence[str], briefs: Sequence[SegmentBrief]) -> Matrix:
        return np.eye(len(names), len(briefs))


def right(case: NamingCase, names: Mapping[str, str]) -> dict[str, list[str]]:
    return {names[b.id]: [b.rule] for b in case.briefs}


def row(names: Mapping[str, str], *readers: Reader | Chose | Absent, case: NamingCase | None = None) -> Row:
    return score_names("arm", case or four(), names, readers, seed=42)


def attempt(outcome: Outcome, accepted: Sequence[str] = (), **more: object) -> Attempt:
    given_ = {"stage": "proposal", "round": 0, "persona": "data_scientist", "segment_ids": ("S01", "S02", "S03")} | more
    fixed = {"provider": "north", "model": "alpha", "prompt_sha256": "0"}
    return Attempt.model_validate({**fixed, **given_, "outcome": outcome, "parsed": dict.fromkeys(accepted, "Name")})


def test_good_names_have_no_fault() -> None:
    scores = row(GOOD).scores

    assert (scores["segments"], scores["named"], scores["truthful"], scores["checked"]) == (4, 4, 4, 4)
    assert (scores["contradictions"], scores["duplicates"]) == (0, 0)


def test_each_word_that_the_rule_does_not_bear_out_is_a_contradiction() -> None:
    found = row({**GOOD, "S01": "Premium_Engaged_Shoppers"})

    assert (found.scores["contradictions"], found.scores["truthful"], found.scores["checked"]) == (2, 3, 3)
    assert len(found.detail["untrue"]["S01"]) == 2
    assert set(found.detail["refused"]) == {"S01"}


def test_names_that_differ_in_case_and_underscores_are_duplicates_and_fail_the_checks() -> None:
    found = row({**GOOD, "S01": "Budget_Disengaged_Buyers", "S02": "Budget_Engaged", "S04": "budgetEngaged_"})

    assert found.scores["duplicates"] == 2
    assert {"S02", "S04"} <= set(found.detail["refused"])


def test_a_segment_without_a_name_is_counted_and_matched_by_nobody() -> None:
    names = {i: GOOD[i] for i in ("S01", "S04")}

    scores = row(names, Knows(right(four(), GOOD))).scores

    assert (scores["segments"], scores["named"], scores["truthful"]) == (4, 2, 2)
    assert (scores["top1:knows"], scores["matched:knows"]) == (2, 2)


def test_a_table_without_any_name_has_nothing_but_segments() -> None:
    scores = row({}, Knows({})).scores

    assert (scores["segments"], scores["named"], scores["top1:knows"], scores["matched:knows"]) == (4, 0, 0, 0)
    assert scores["similarity_most"] is None


def test_a_name_of_a_segment_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="four has no segment S09"):
        row({**GOOD, "S09": "Golden_Fans"})


def test_length_is_counted_in_characters_and_in_words_that_one_would_say() -> None:
    scores = row({"S01": "LowSpend_Passive", "S02": "Budget_Engaged"}).scores

    assert (scores["characters"], scores["characters_most"]) == (30, 16)
    assert (scores["words"], scores["words_most"]) == (5, 3)


def test_likeness_is_that_of_the_letters_and_says_which_names_are_alike() -> None:
    # "goldenfans" and "goldenfan": 9 letters match of 10 and 9, so 18 / 19.
    found = likeness({"a": "Golden_Fans", "b": "GOLDEN_FAN", "c": "Quiet_Budget"})

    assert found["similarity_most"] == pytest.approx(18 / 19)
    assert (found["distinct"], found["duplicates"]) == (1, 0)


def test_the_first_answer_of_each_question_is_its_first_try() -> None:
    attempts = [
        attempt("not_accepted", ["S01", "S02"]),
        attempt("answered", ["S03"], attempt=1, repair=True, segment_ids=("S03",)),
        attempt("not_json", part=1, segment_ids=("S04",)),
        attempt("answered", ["S04"], part=1, attempt=1, repair=True, segment_ids=("S04",)),
    ]

    assert first_try(attempts) == (2, 4)


def test_a_request_that_brought_no_answer_is_no_try() -> None:
    attempts = [attempt("rate_limited"), attempt("answered", ["S01", "S02", "S03"], attempt=1)]

    assert first_try(attempts) == (3, 3)


def test_ballots_and_debates_are_no_first_tries() -> None:
    assert first_try([attempt("answered", ["S01"], stage="ballot"), attempt("answered", ["S01"], round=1)]) == (0, 0)


def test_where_no_model_was_asked_there_is_no_first_try_rate() -> None:
    scores = row(GOOD).scores

    assert (scores["first_try_accepted"], scores["first_try_asked"]) == (None, None)


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
