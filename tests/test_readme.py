"""The README is true: its commands run, its settings are valid, its output is what the program prints."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cartjury.app.config import Settings
from tests.program import OURS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={**{k: v for k, v in os.environ.items() if not k.startswith(OURS)}, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_two_commands_run_the_job_and_the_tests() -> None:
    # They install an environment of their own, so .ci/run types them, in a clean clone.
    first, second = blocks("bash")[:2]

    assert first.rstrip().endswith("cartjury run")
    assert second.rstrip().endswith("pytest")


def test_the_how_to_commands_run_in_order(tmp_path: Path) -> None:
    for block in blocks("bash")[2:]:
        done = shell(block, tmp_path)
        assert done.returncode == 0, done.stderr

    assert (tmp_path / "results" / "report.html").is_file()
    assert (tmp_path / "next_week" / "mece_strategy.csv").is_file()
    assert (tmp_path / "replayed" / "manifest.json").read_bytes() == (
        tmp_path / "results" / "manifest.json"
    ).read_bytes()


def test_the_output_shown_is_what_the_program_prints(tmp_path: Path) -> None:
    (command,) = re.findall(r"<!-- output: (.*?) -->", README)
    (shown,) = blocks("text")

    assert shown == shell(command, tmp_path).stdout


def test_the_settings_shown_are_the_defaults() -> None:
    (shown,) = blocks("toml")
    settings = Settings.model_validate(tomllib.loads(shown))

    # Where nothing is set, the limits follow the size of the universe, and strategic fit needs no priorities.
    left_open = {"min_size": None, "max_size": None, "priorities": {}}
    assert settings.model_copy(update=left_open) == Settings()


def test_the_python_shown_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    names: dict[str, object] = {}
    exec(code, names)

    assert {"universe_df", "results_df", "segment_rule_map"} <= set(names)
