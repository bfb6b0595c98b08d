"""The command line in this process, as tests type it: words in; exit code, stdout and stderr out."""

import csv
import json
from pathlib import Path
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from cartjury.app.cli import cli

DAY = "2026-10-01"
SMALL = ("--n-users", "400", "--as-of", DAY)


def call(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(w) for w in words])


def done(*words: object) -> Result:
    result = call(*words)
    assert result.exit_code == 0, result.output
    return result


def fails(*words: object) -> str:
    """The message of a command that must refuse: exit code 2, no traceback, nothing on stdout."""
    result = call(*words)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


def manifest(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(folder, "manifest.json").read_text(encoding="utf-8"))
    return found


def plan(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(folder, "plan.json").read_text(encoding="utf-8"))
    return found


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
