"""The readers of an evaluation with a real language model in their seats: forms and records hold, whatever it says.

It is far too small to be right, or to prefer anything: nothing of that is looked at here.
"""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from cartjury.data.arms import arms, evaluation_table
from cartjury.data.call_records import CONTENT_FAULTS
from cartjury.data.eval_records import NamingCase
from cartjury.data.journal import JOURNAL, read
from cartjury.data.model_table import load_table
from cartjury.data.options import Options
from cartjury.data.outside_records import Asked
from cartjury.data.seats import ARBITER, MATCHER
from cartjury.graph.evaluating import Evaluating
from tests.agents.protocol import twelve
from tests.local_llm import MODEL, LocalLLM, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

CASE = NamingCase(id="three", vertical="fashion", shape="3", briefs=twelve()[:3])  # every further one costs seconds
NAMES = {"S01": "Budget_Quiet_Carts", "S02": "Thrifty_Mellow_Stars", "S03": "Budget_Eager_Fans"}
OTHERS = {"S01": "Maple_Cedar_Crowd", "S02": "Thrifty_Mellow_Stars", "S03": NAMES["S03"]}
NOBODY = Evaluating(evaluation_table(load_table(None)), {}, readers="local")


@pytest.fixture(scope="module")
def llm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalLLM]:
    with LocalLLM(tmp_path_factory.mktemp("llm") / "log.txt") as llm:
        yield llm


@pytest.fixture
def asking(llm: LocalLLM) -> Evaluating:
    environ = {"LOCAL_LLM_URL": f"{llm.url}/v1"}
    return Evaluating(NOBODY.table, environ, Options(call_timeout=60, rate_limits="off", max_calls=2), readers="local")


def assert_recorded(found: Asked, llm: LocalLLM, folder: Path, before: int) -> None:
    """The log holds what the model said, and nothing else, and where it was asked is told."""
    log = [a for a in read(folder / JOURNAL) if a.sent]
    said = [a.text for a in llm.answers()[before:] if a.status == HTTPStatus.OK]

    assert sorted(a.raw for a in log if a.raw is not None) == sorted(said)
    assert {c.model for c in found.calls} == {MODEL}
    assert {a.outcome for a in log} <= {"answered", "timeout", *CONTENT_FAULTS}
    assert found.elsewhere == (f"local at {llm.url}/v1",)


def test_names_are_matched_or_the_reason_is_told(asking: Evaluating, llm: LocalLLM, tmp_path: Path) -> None:
    before = len(llm.answers())
    found = asking.match_table(CASE, NAMES, folder=tmp_path)

    assert set(found.choices) == set(NAMES)
    assert {i for i, choice in found.choices.items() if choice is None} == set(found.missing)
    assert set(found.choices.values()) <= {*NAMES, None}
    assert_recorded(found, llm, tmp_path, before)
    assert NOBODY.match_table(CASE, NAMES, recorded=tmp_path) == found


def test_names_are_compared_or_the_reason_is_told(asking: Evaluating, llm: LocalLLM, tmp_path: Path) -> None:
    before = len(llm.answers())
    found = asking.prefer_table(CASE, NAMES, OTHERS, folder=tmp_path)

    assert {i for i, preference in found.preferences.items() if preference.same} == {"S02", "S03"}
    for preference in found.preferences.values():
        assert (preference.better is None) == bool(preference.missing)
        assert not preference.flipped or preference.better == "tie"
    assert_recorded(found, llm, tmp_path, before)
    assert NOBODY.prefer_table(CASE, NAMES, OTHERS, recorded=tmp_path) == found


def test_a_server_of_ones_own_can_be_asked_in_all_seats(asking: Evaluating) -> None:
    local = next(arm for arm in arms() if arm.name == "local")

    assert asking.why_not(local) == asking.why_no_reader(MATCHER) == asking.why_no_reader(ARBITER) == ""
