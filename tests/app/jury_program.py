"""`cartjury run` with models to ask: a server on loopback that answers as a fixture does, and keys that open it.

with FaultServer(answer=answer) as server:
    call(server, "run", *SMALL, "--out", "out")                        in this process
    program.run("run", *SMALL, folder=tmp_path, env=keys(server))      in one of its own
"""

import re
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from cartjury.app.cli import cli
from cartjury.data.journal import JOURNAL, read
from cartjury.data.run_records import Manifest
from tests.app.shell import rows
from tests.fault_server import FaultServer

DAY = "2026-11-23"
SMALL = ("--n-users", "2000", "--as-of", DAY)
RUN = ("run", *SMALL, "--rate-limits", "off")
GROQ_KEY, CEREBRAS_KEY = "gsk_canaryKeyOfTheTests01", "csk-canaryKeyOfTheTests02"
CALLS = 10  # of a standard jury of up to 20 segments, when nothing goes wrong


def keys(server: FaultServer) -> dict[str, str]:
    """The variables that lead both providers to a server."""
    return {
        "GROQ_API_KEY": GROQ_KEY,
        "GROQ_API_BASE": server.url,
        "CEREBRAS_API_KEY": CEREBRAS_KEY,
        "CEREBRAS_BASE_URL": server.url,
    }


def call(server: FaultServer, *words: object) -> Result:
    """Run a command with keys, in this process."""
    return CliRunner().invoke(cli, [str(w) for w in words], env=keys(server))


def done(server: FaultServer, *words: object) -> Result:
    """Run a command with keys; it must end well."""
    result = call(server, *words)
    assert result.exit_code == 0, result.output
    return result


def whole(folder: Path | str) -> Manifest:
    """The manifest of a run that is complete and sound: its files, the proof, a name of its own for each segment."""
    folder = Path(folder)
    found = Manifest.model_validate_json((folder / "manifest.json").read_bytes())
    names = [row["Segment Name"] for row in rows(str(folder / "mece_strategy.csv"))]
    assert {p.name for p in folder.iterdir() if p.is_file()} == {*found.files, "manifest.json"}
    assert found.mece_proven
    assert len(set(names)) == len(names) == sum(found.names_by_origin.values())
    assert [name for name in names if not re.fullmatch(r"[A-Za-z]+(_[A-Za-z]+){1,2}", name)] == []
    return found


def sent(folder: Path | str) -> list[Any]:
    """The attempts in a run's call log that reached a server."""
    return [attempt for attempt in read(Path(folder) / JOURNAL) if attempt.sent]
