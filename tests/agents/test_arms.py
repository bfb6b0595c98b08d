"""Arms of an evaluation: whether one can be run as what it is, who answered in it, and where."""

from typing import Any

import pytest

from cartjury.agents.arms import elsewhere, heard, options_of, shared_families, why_not
from cartjury.agents.panel import outside_panel
from cartjury.data.arms import arms, evaluation_table
from cartjury.data.call_records import Call, Outcome, Panel, Seat
from cartjury.data.errors import InputError
from cartjury.data.model_records import Provider
from cartjury.data.model_table import load_table
from cartjury.data.options import ModelChoice, Options
from cartjury.data.seats import SeatName
from tests.agents.asking_fakes import model

TABLE = evaluation_table(load_table(None))
ARMS = {arm.name: arm for arm in arms()}
NO_KEY = "no key for groq or cerebras: set GROQ_API_KEY or CEREBRAS_API_KEY"


def call(ref: str, outcome: Outcome = "answered", seat: SeatName = "judge") -> Call:
    provider, _, name = ref.partition("/")
    return Call(stage="verdict", round=0, persona=seat, provider=provider, model=name, outcome=outcome)


def panel(seat: SeatName, **families: str) -> Panel:
    """A panel with one seat; models by id, each with its family."""
    models = tuple(model(f"groq/{name}", family=family) for name, family in families.items())
    return Panel(preset="x", effort="standard", seats={seat: Seat(models=models, temperature=0.1)})


@pytest.mark.parametrize("arm", ["one_call", "best_x4", "one_model", "mixed", "mixed_debate"])
@pytest.mark.parametrize("key", ["GROQ_API_KEY", "CEREBRAS_API_KEY"])
def test_one_key_is_enough_for_every_arm_of_models(arm: str, key: str) -> None:
    assert why_not(ARMS[arm], TABLE, Options(), {key: "k"}) == ""


def test_without_a_key_an_arm_of_models_is_not_run_and_the_offline_jury_does_not_pose_as_it() -> None:
    assert why_not(ARMS["best_x4"], TABLE, Options(), {}) == NO_KEY
    assert why_not(ARMS["offline"], TABLE, Options(), {}) == ""


def test_an_arm_with_one_empty_seat_is_not_run() -> None:
    chain = TABLE.presets["best_x4"]["risk_manager"].model_copy(update={"models": ("cerebras/gpt-oss-120b",)})
    presets = {**TABLE.presets, "best_x4": {**TABLE.presets["best_x4"], "risk_manager": chain}}
    table = TABLE.model_copy(update={"presets": presets})

    said = why_not(ARMS["best_x4"], table, Options(), {"GROQ_API_KEY": "k"})
    assert said == "no key for cerebras: set CEREBRAS_API_KEY"


def test_a_server_of_ones_own_is_asked_only_where_it_is_said_where_it_is() -> None:
    assert why_not(ARMS["local"], TABLE, Options(), {}) == "no address: set LOCAL_LLM_URL"
    assert why_not(ARMS["local"], TABLE, Options(), {"LOCAL_LLM_URL": "http://127.0.0.1:8080"}) == ""


def test_an_arm_has_its_own_preset_and_effort_and_no_model_that_somebody_chose_for_a_seat_of_the_jury() -> None:
    choice = ModelChoice(provider="groq", model="mine")
    given = Options(jury="seed", effort="quick", max_calls=9, models={"judge": choice, "matcher": choice})
    found = options_of(ARMS["best_x4"], given)

    assert (found.jury, found.effort, found.max_calls) == ("best_x4", "standard", 9)
    assert found.models == {"matcher": choice}


def test_a_model_that_somebody_chose_for_a_reader_is_asked_before_those_of_the_preset() -> None:
    choice = ModelChoice(provider="groq", model="mine", temperature=0.2)
    found = outside_panel(TABLE, Options(models={"matcher": choice}), {"GROQ_API_KEY": "k"}, "matcher", "evaluation")

    assert [m.ref for m in found.seats["matcher"].models] == ["groq/mine", "groq/openai/gpt-oss-120b"]
    assert found.seats["matcher"].temperature == 0.2


def test_a_reader_at_an_unknown_provider_is_refused() -> None:
    choice = ModelChoice(provider="grok", model="mine")

    with pytest.raises(InputError, match="the model of arbiter: unknown provider 'grok', did you mean 'groq'"):
        outside_panel(TABLE, Options(models={"arbiter": choice}), {}, "arbiter", "evaluation")


def test_families_that_are_in_both_panels_are_told() -> None:
    jury = panel("judge", a="gpt-oss", b="qwen")

    assert shared_families(jury, panel("matcher", c="gemma")) == ()
    assert shared_families(jury, panel("matcher", c="gemma", d="qwen", e="gpt-oss")) == ("gpt-oss", "qwen")


def test_only_families_that_answered_count_where_it_is_asked_who_did() -> None:
    reader = panel("matcher", c="gemma", d="qwen")
    gone = [call("groq/c", "model_gone", "matcher"), call("groq/d", "answered", "matcher")]
    jury = panel("judge", b="qwen")

    assert shared_families(jury, heard(reader, gone)) == ("qwen",)
    assert shared_families(jury, heard(reader, [call("groq/c", seat="matcher")])) == ()
    assert heard(reader, [call("groq/c", "timeout", "matcher"), call("groq/c", "not_json", "matcher")]).seats == {}
    assert heard(reader, [call("groq/c", "answered", "judge")]).seats == {}


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, ()),
        ({"GROQ_API_BASE": "https://api.groq.com"}, ()),
        ({"GROQ_BASE_URL": "https://api.groq.com/openai/v1"}, ()),
        ({"GROQ_API_BASE": " "}, ()),
        ({"GROQ_API_BASE": "http://127.0.0.1:9"}, ("groq at http://127.0.0.1:9",)),
        ({"GROQ_API_BASE": "https://gateway.example/groq"}, ("groq at https://gateway.example/groq",)),
        ({"CEREBRAS_BASE_URL": "http://127.0.0.1:9"}, ()),  # nobody was asked there
    ],
)
def test_an_address_that_is_not_the_providers_own_is_told(environ: dict[str, str], said: tuple[str, ...]) -> None:
    assert elsewhere([call("groq/m"), call("cerebras/m", "skipped")], TABLE, environ) == said


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://localhost", "http://[::1]:2", "http://10.0.0.7/v1", "http://x.localhost:3"]
)
def test_a_file_of_settings_cannot_pass_a_server_of_this_machine_off_as_a_provider(url: str) -> None:
    changed: dict[str, Any] = {"groq": TABLE.providers["groq"].model_copy(update={"url": url})}
    changed["third"] = Provider(client="openai", key_env="THIRD_KEY", url=url)
    table = TABLE.model_copy(update={"providers": {**TABLE.providers, **changed}})
    found = elsewhere([call("groq/m"), call("third/m")], table, {})

    assert [place.split(" at ")[0] for place in found] == ["groq", "third"]


def test_a_third_provider_at_an_address_of_its_own_is_not_elsewhere() -> None:
    third = Provider(client="openai", key_env="THIRD_KEY", url="https://third.example/v1")
    table = TABLE.model_copy(update={"providers": {**TABLE.providers, "third": third}})

    assert elsewhere([call("third/m")], table, {}) == ()


def test_a_server_of_ones_own_is_always_told() -> None:
    assert elsewhere([call("local/m")], TABLE, {}) == ("local at http://127.0.0.1:11434/v1",)


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(InputError) as caught:
        elsewhere([call("groq/m")], TABLE, {"GROQ_API_BASE": "https://u:secret@x.example"})

    assert "secret" not in str(caught.value)
