"""`cartjury doctor`: what it looks at, what it never shows, and when it fails."""

import json
import os
from pathlib import Path

import pytest

from tests.app.shell import call, done

pytestmark = pytest.mark.usefixtures("empty_folder")

SECRET = "gsk-canary-4711"


def findings() -> dict[str, tuple[bool, str]]:
    return {f["check"]: (f["ok"], f["found"]) for f in json.loads(call("doctor", "--json").stdout)}


def test_a_machine_without_keys_is_fit() -> None:
    found = findings()

    assert all(ok for ok, _ in found.values())
    assert {"python", "settings", "results", "engine", "duckdb", "langgraph", "GROQ_API_KEY"} <= set(found)
    assert "the offline jury needs none" in found["GROQ_API_KEY"][1]
    assert found["settings"] == (True, "defaults")


def test_a_key_is_found_in_dotenv_and_never_shown() -> None:
    Path(".env").write_text(f"GROQ_API_KEY={SECRET}\n", encoding="utf-8")
    os.environ["CEREBRAS_API_KEY"] = SECRET
    said = done("doctor")

    assert findings()["GROQ_API_KEY"] == findings()["CEREBRAS_API_KEY"] == (True, "set")
    assert SECRET not in said.output


def test_an_empty_key_is_no_key() -> None:
    Path(".env").write_text("GROQ_API_KEY=\n", encoding="utf-8")

    assert findings()["GROQ_API_KEY"][1].startswith("not set")


def test_broken_settings_are_a_problem_with_exit_code_1() -> None:
    Path("cartjury.toml").write_text("windw_days = 3", encoding="utf-8")
    result = call("doctor")

    assert result.exit_code == 1
    assert "PROBLEM" in result.stdout
    assert findings()["settings"] == (False, "cartjury.toml: unknown key 'windw_days', did you mean 'window_days'?")


def test_doctor_leaves_nothing_behind() -> None:
    done("doctor")

    assert list(Path().iterdir()) == []
