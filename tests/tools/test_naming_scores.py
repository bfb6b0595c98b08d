"""What names score: faults that are counted, likeness and first tries."""

from collections.abc import Mapping, Sequence

import pytest

from cartjury.data.call_records import Attempt, Outcome
from cartjury.data.eval_records import NamingCase, Row
from cartjury.tools.evals.likeness import likeness
from cartjury.tools.evals.naming_scores import first_try, score_names
from cartjury.tools.evals.reader import Absent, Chose, Reader
from tests.tools.hand_readers import Knows, right
from tests.tools.naming_tables import GOOD, four


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


def test_an_answer_to_a_quoted_fault_is_no_first_try_where_the_first_is_not_on_record() -> None:
    assert first_try([attempt("answered", ["S01"], attempt=1, repair=True)]) == (0, 0)


def test_ballots_and_debates_are_no_first_tries() -> None:
    assert first_try([attempt("answered", ["S01"], stage="ballot"), attempt("answered", ["S01"], round=1)]) == (0, 0)


def test_where_no_model_was_asked_there_is_no_first_try_rate() -> None:
    scores = row(GOOD).scores

    assert (scores["first_try_accepted"], scores["first_try_asked"]) == (None, None)
