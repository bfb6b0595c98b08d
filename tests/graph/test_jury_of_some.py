"""The jury asked about some segments of a plan: names that are taken, and what new ones should be like."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from cartjury.data.jury_records import NOT_ASKED, JuryRecord
from cartjury.graph.build import build_jury
from cartjury.tools.vote_words import UNGUIDED
from tests.agents.protocol import twelve
from tests.agents.scripted_model import answer, data_of
from tests.fault_server import FaultServer

SOME = twelve()[:3]
MODELS = {"jury": "default", "effort": "standard", "rate_limits": "off"}


def ask(**order: Any) -> JuryRecord:
    given = {"briefs": [b.model_dump(mode="json") for b in SOME], **order}
    return JuryRecord.model_validate(build_jury(pause=0.0).invoke(given)["jury"])


def names(record: JuryRecord) -> dict[str, str]:
    return {v.segment_id: v.name for v in record.verdicts}


@pytest.fixture(scope="module")
def first() -> JuryRecord:
    return ask()


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """A fixture that answers as a well-behaved model would, behind both providers' addresses."""
    with FaultServer(answer=answer) as server:
        for name in ("GROQ", "CEREBRAS"):
            monkeypatch.setenv(f"{name}_API_KEY", "key")
            monkeypatch.setenv(f"{name}_API_BASE", server.url)
        monkeypatch.setenv("CEREBRAS_BASE_URL", server.url)
        yield server


def test_a_name_that_is_taken_is_given_to_nobody(first: JuryRecord) -> None:
    again = ask(taken=[*names(first).values()])

    assert sorted(names(again)) == ["S01", "S02", "S03"]
    assert not {n.replace("_", "").lower() for n in names(again).values()} & {
        n.replace("_", "").lower() for n in names(first).values()
    }
    assert not {p.name for p in again.proposals} & set(names(first).values())


def test_the_offline_jury_says_that_it_did_not_follow_guidance(first: JuryRecord) -> None:
    guided = ask(guidance={"S02": "more playful"})

    assert names(guided) == names(first)
    assert {v.segment_id for v in guided.verdicts if UNGUIDED in v.reason} == {"S02"}
    assert UNGUIDED not in str(first.verdicts)


def test_models_are_told_of_guidance_and_of_names_that_are_taken(models: FaultServer) -> None:
    record = ask(options=MODELS, taken=["Golden_Stars"], guidance={"S02": "more  playful\n"})
    data = [data_of(request.body) for request in models.seen]

    assert {v.origin for v in record.verdicts} == {"model"}
    assert UNGUIDED not in str(record.verdicts)
    assert all(d["segments"]["S02"]["guidance"] == "more playful" for d in data if "S02" in d["segments"])
    assert not any("guidance" in row for d in data for i, row in d["segments"].items() if i != "S02")
    assert any("Golden_Stars" in d.get("taken", ()) for d in data)


def test_nobody_is_asked_where_there_is_nothing_to_name(models: FaultServer) -> None:
    record = ask(briefs=[], options=MODELS)

    assert record == JuryRecord(preset=NOT_ASKED, effort=NOT_ASKED)
    assert models.seen == []


def test_guidance_of_more_than_200_characters_is_refused() -> None:
    with pytest.raises(ValidationError, match="guidance"):
        ask(guidance={"S01": "x" * 201})
