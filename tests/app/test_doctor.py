"""`cartjury doctor`: what it looks at, what it never shows, and when it fails."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartjury.data.model_table import load_table, split_ref
from cartjury.data.seats import READER, SEATS
from tests.app.shell import call, done
from tests.model_lists import ModelServer, serving

pytestmark = pytest.mark.usefixtures("empty_folder")

SECRET = "gsk-canary-4711"
SHIPPED = load_table(None)
TWO_MODELS = """
[[model]]
provider = "groq"
id = "maker/tall-70b"
[[model]]
provider = "groq"
id = "maker/tall-9b"
[[model]]
provider = "cerebras"
id = "wide-8b"
"""


def findings() -> dict[str, tuple[bool, str]]:
    return {f["check"]: (f["ok"], f["found"]) for f in json.loads(call("doctor", "--json").stdout)}


def ids(provider: str) -> list[str]:
    """Every model of a provider that the shipped table believes to be served."""
    return [m.id for m in SHIPPED.models.values() if m.provider == provider and m.status in {"production", "preview"}]


@pytest.fixture
def groq(empty_folder: Path) -> Iterator[ModelServer]:
    with serving(*ids("groq")) as server:
        os.environ.update(GROQ_API_KEY=SECRET, GROQ_API_BASE=server.url)
        yield server


@pytest.fixture
def cerebras(empty_folder: Path) -> Iterator[ModelServer]:
    with serving(*ids("cerebras")) as server:
        os.environ.update(CEREBRAS_API_KEY=SECRET, CEREBRAS_BASE_URL=server.url)
        yield server


@pytest.fixture
def own(empty_folder: Path) -> Iterator[ModelServer]:
    with serving("maker/mine-3b", "other") as server:
        os.environ.update(LOCAL_LLM_URL=server.url)
        yield server


def chain(*refs: str) -> None:
    """Make a jury of one seat, the judge's, whose chain these models are."""
    models = ", ".join(f'"{ref}"' for ref in refs)
    Path("cartjury.toml").write_text(
        f'jury = "mine"\n{TWO_MODELS}\n[presets.mine.judge]\nmodels = [{models}]\n', encoding="utf-8"
    )


def test_a_machine_without_keys_is_fit_and_nobody_is_asked() -> None:
    found = findings()

    assert all(ok for ok, _ in found.values())
    assert {"python", "settings", "results", "engine", "duckdb", "langgraph", "GROQ_API_KEY"} <= set(found)
    assert "the offline jury needs none" in found["GROQ_API_KEY"][1]
    assert found["settings"] == (True, "defaults")
    assert not set(found) & {*SEATS, "groq", "cerebras", "local"}


@pytest.mark.usefixtures("groq", "cerebras")
def test_a_key_is_found_in_dotenv_and_never_shown() -> None:
    del os.environ["GROQ_API_KEY"]
    Path(".env").write_text(f"GROQ_API_KEY={SECRET}\n", encoding="utf-8")
    said = done("doctor")

    assert findings()["GROQ_API_KEY"] == findings()["CEREBRAS_API_KEY"] == (True, "set")
    assert SECRET not in said.output


@pytest.mark.parametrize("blank", ["", "  "])
def test_an_empty_key_is_no_key(groq: ModelServer, blank: str) -> None:
    os.environ["GROQ_API_KEY"] = blank
    Path(".env").write_text(f"CEREBRAS_API_KEY={blank}\n", encoding="utf-8")

    assert findings()["GROQ_API_KEY"][1].startswith("not set")
    assert findings()["CEREBRAS_API_KEY"][1].startswith("not set")
    assert groq.seen == []


def test_broken_settings_are_a_problem_with_exit_code_1() -> None:
    Path("cartjury.toml").write_text("windw_days = 3", encoding="utf-8")
    result = call("doctor")

    assert result.exit_code == 1
    assert "PROBLEM" in result.stdout
    assert findings()["settings"] == (False, "cartjury.toml: unknown key 'windw_days', did you mean 'window_days'?")


def test_a_broken_model_table_is_a_problem_too() -> None:
    Path("cartjury.toml").write_text("[providers.groq]\nurll = 3", encoding="utf-8")

    assert call("doctor").exit_code == 1
    assert findings()["settings"] == (
        False,
        "cartjury.toml: providers.groq: unknown key 'urll', did you mean 'url'?",
    )


def test_doctor_leaves_nothing_behind() -> None:
    done("doctor")

    assert list(Path().iterdir()) == []


def test_where_every_model_is_served_each_seat_has_its_first_choice(groq: ModelServer, cerebras: ModelServer) -> None:
    done("doctor")
    found = findings()

    assert found["groq"] == (True, f"{len(ids('groq'))} models at {groq.url}")
    assert found["cerebras"] == (True, f"{len(ids('cerebras'))} models at {cerebras.url}")
    for seat in (*SEATS, READER):
        assert found[seat] == (True, SHIPPED.presets["default"][seat].models[0])


def test_each_provider_is_asked_once_and_only_for_its_models(groq: ModelServer, cerebras: ModelServer) -> None:
    findings()

    assert groq.seen == [("/openai/v1/models", SECRET)]
    assert cerebras.seen == [("/v1/models", SECRET)]


@pytest.mark.usefixtures("cerebras")
def test_one_key_fills_every_seat() -> None:
    found = findings()

    for seat in SEATS:
        assert found[seat][0]
        assert split_ref(found[seat][1])[0] == "cerebras"
    assert "groq" not in found


def test_a_model_that_is_gone_is_named_with_the_nearest_and_the_next_of_its_chain_answers(groq: ModelServer) -> None:
    chain("groq/maker/tall-70b", "groq/maker/tall-9b")
    with serving("maker/tall-9b", "whisper-1") as server:
        os.environ["GROQ_API_BASE"] = server.url
        found = findings()

    assert found["judge"] == (
        True,
        "groq/maker/tall-9b; gone: groq/maker/tall-70b (nearest: groq/maker/tall-9b)",
    )


@pytest.mark.usefixtures("groq")
def test_a_seat_whose_models_are_all_gone_is_a_problem_and_the_offline_jury_s() -> None:
    chain("groq/maker/tall-70b")
    ok, said = findings()["judge"]

    assert not ok
    assert said.startswith("the offline jury: no model of its chain would answer; gone: groq/maker/tall-70b (nearest: ")
    assert call("doctor").exit_code == 1


@pytest.mark.usefixtures("groq")
def test_a_seat_without_a_key_is_the_offline_jury_s() -> None:
    chain("cerebras/wide-8b")

    assert findings()["judge"] == (False, "the offline jury: no key for cerebras: set CEREBRAS_API_KEY")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 401, "body": "{}"}, "groq refuses the key in GROQ_API_KEY"),
        ({"content_type": "text/html", "body": "<html>"}, "answers, but not with a list of models"),
        ({"status": 500}, "answers with status 500"),
    ],
)
@pytest.mark.usefixtures("cerebras")
def test_a_provider_that_fails_is_a_problem_and_the_other_one_sits(
    groq: ModelServer, fault: dict[str, object], said: str
) -> None:
    for name, value in fault.items():
        setattr(groq, name, value)
    result = call("doctor")
    found = findings()

    assert result.exit_code == 1
    assert SECRET not in result.output
    assert not found["groq"][0]
    assert said in found["groq"][1]
    assert found["judge"][0]
    assert found["judge"][1].startswith("cerebras/")
    assert found["judge"][1].endswith("; groq gave no list of models")


@pytest.mark.usefixtures("cerebras")
def test_an_empty_list_of_models_is_none_and_no_model_is_called_gone() -> None:
    with serving() as server:
        os.environ.update(GROQ_API_KEY=SECRET, GROQ_API_BASE=server.url)
        found = findings()

    assert found["groq"] == (False, f"{server.url} gave no list of models")
    assert found["judge"][1].startswith("cerebras/")
    assert found["judge"][1].endswith("; groq gave no list of models")
    assert not any("gone: groq/" in said for _, said in found.values())


def test_a_server_of_one_s_own_is_asked_where_its_address_is_set(own: ModelServer) -> None:
    found = findings()

    assert found["local"] == (True, f"2 models at {own.url}/v1")
    assert not set(found) & set(SEATS)


def test_the_local_jury_takes_the_first_model_listed_or_the_one_that_is_chosen(own: ModelServer) -> None:
    os.environ["CARTJURY_JURY"] = "local"
    assert {findings()[seat] for seat in SEATS} == {(True, "local/maker/mine-3b")}

    os.environ["LOCAL_LLM_MODEL"] = "other"
    assert {findings()[seat] for seat in SEATS} == {(True, "local/other")}

    os.environ["LOCAL_LLM_MODEL"] = "mine"
    assert findings()["judge"] == (
        False,
        "the offline jury: no model of its chain would answer; gone: local/mine (nearest: local/maker/mine-3b)",
    )


def test_a_local_jury_without_its_server_says_where_it_was_sought() -> None:
    os.environ.update(CARTJURY_JURY="local", LOCAL_LLM_URL="http://127.0.0.1:9")

    assert findings()["local"] == (
        False,
        "no answer from http://127.0.0.1:9/v1: is the server running? LOCAL_LLM_URL says where it is",
    )


@pytest.mark.usefixtures("groq")
def test_an_unknown_jury_is_a_problem() -> None:
    os.environ["CARTJURY_JURY"] = "defautl"

    assert findings()["jury"] == (False, "the settings: unknown jury 'defautl', did you mean 'default'?")


@pytest.mark.usefixtures("groq")
def test_an_address_with_a_password_is_a_problem_and_not_shown() -> None:
    os.environ["GROQ_API_BASE"] = f"http://me:{SECRET}@127.0.0.1:9"
    result = call("doctor")

    assert result.exit_code == 1
    assert "GROQ_API_BASE" in result.stdout
    assert SECRET not in result.output
