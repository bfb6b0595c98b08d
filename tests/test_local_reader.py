"""The reader of messages with a real language model: whatever it says, a valid reading comes of it, or the reason.

It is far too small to be right: only that the wiring works is shown here.
"""

from collections.abc import Iterator

import pytest

from cartjury.agents.interpreter import Interpreted, read_with_models
from cartjury.data.call_records import CONTENT_FAULTS
from cartjury.data.options import Options
from tests.agents.scenes import known, scene
from tests.local_llm import MODEL, LocalLLM, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


@pytest.fixture(scope="module")
def llm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalLLM]:
    with LocalLLM(tmp_path_factory.mktemp("llm") / "log.txt") as llm:
        yield llm


def test_a_message_gets_a_reading_that_can_be_or_the_reason_why_not(llm: LocalLLM) -> None:
    options = Options(jury="local", call_timeout=60, max_calls=1, rate_limits="off")
    found = read_with_models("Lock S03.", scene(), options, known, environ={"LOCAL_LLM_URL": f"{llm.url}/v1"})

    assert found == Interpreted.model_validate_json(found.model_dump_json())
    assert (found.reading is None) == bool(found.why_not) == (found.model == "")
    assert found.calls[0].model == MODEL
    assert found.calls[0].outcome in {"answered", *CONTENT_FAULTS, "timeout"}
    assert llm.answers()
    if found.reading is not None:
        assert known(found.reading) == ()
