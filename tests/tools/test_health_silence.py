"""Why jurors abstained, told by what their last request brought."""

import pytest

from cartjury.data.jury_records import Abstention
from cartjury.tools.evals.silence import abstentions
from tests.tools import report_cases
from tests.tools.health_cases import C, R, sitting
from tests.tools.report_cases import LARGE, attempt


def absent(reason: str, **changes: object) -> Abstention:
    fields = {"persona": R, "model": LARGE.ref, "stage": "proposal", "segment_ids": ("S01", "S02"), "reason": reason}
    return Abstention.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    ("silent", "asked", "counted"),
    [
        (absent("no key for groq", model="none"), [], "no model in the seat"),
        (absent("no reply"), ["timeout"], "the provider failed or was too slow"),
        (absent("no reply"), ["rate_limited", "skipped"], "the provider failed or was too slow"),
        (absent("not JSON"), ["server_error", "not_json"], "answers that could not be used"),
        (absent("pay"), ["payment"], "key, payment or model not accepted"),
        (absent("held back"), ["not_json", "budget"], "a cap was reached"),
        (absent("none left", model="offline"), [], "the offline jury had no name left"),
        (absent("who knows"), [], "another reason"),
    ],
)
def test_abstentions_are_told_by_what_the_last_request_brought(
    silent: Abstention, asked: list[str], counted: str
) -> None:
    tried = tuple(attempt(R, LARGE, outcome, attempt=n) for n, outcome in enumerate(asked))
    elsewhere = attempt(C, LARGE, "refused")
    panel = report_cases.panel(empty={"risk_manager": "no key for groq"})
    found = abstentions([sitting(abstentions=(silent,), attempts=(*tried, elsewhere), panel=panel)])

    assert found == {counted: 1}


def test_a_judge_abstains_in_one_order_and_the_other_has_no_part_in_it() -> None:
    silent = absent("in the reverse order: too slow", persona="judge", stage="verdict")
    asked = [
        attempt("judge", LARGE, "timeout", stage="verdict", order="reverse"),
        attempt("judge", LARGE, "not_json", stage="verdict", order="forward"),
    ]
    found = abstentions([sitting(abstentions=(silent,), attempts=tuple(asked))])

    assert found == {"the provider failed or was too slow": 1}
