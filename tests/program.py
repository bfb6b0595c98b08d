"""The program as a user starts it: a process of its own, that reaches no network but this machine.

run("run", "--n-users", "500", folder=tmp_path)           -> Finished(code, out, err)
start("run", ..., folder=tmp_path)                        -> a process to watch, interrupt or kill
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
OURS = ("CARTJURY_", "LANGSMITH_", "LANGCHAIN_", "LANGGRAPH_", "GROQ_", "CEREBRAS_", "LOCAL_LLM_", "OPENAI_", "PYTHON")
# Found by Python at its start, before the program: whoever connects to another machine fails, and leaves a line.
GUARD = """
import os, socket

def check(family, address):
    if family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
        with open(os.environ["CALLS"], "a") as file:
            file.write(repr(address) + chr(10))
        raise OSError("the tests reach no network: " + repr(address))

class Guarded(socket.socket):
    def connect(self, address):
        check(self.family, address)
        return super().connect(address)
    def connect_ex(self, address):
        check(self.family, address)
        return super().connect_ex(address)

socket.socket = Guarded
"""


class Finished(NamedTuple):
    """How a process ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def started(self) -> list[str]:
        """The nodes that stderr named, in order."""
        return [line.removesuffix(" ...") for line in self.err.splitlines() if line.endswith(" ...")]


def surroundings(folder: Path, **variables: str) -> dict[str, str]:
    """The environment of a process: without settings or keys of whoever runs the tests, and off the network."""
    guard = folder / ".guard"
    guard.mkdir(exist_ok=True)
    (guard / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
    return {**kept, "PYTHONPATH": str(guard), "CALLS": str(guard / "calls"), **variables}


def calls(folder: Path) -> str:
    """Connections to other machines that were tried from a folder, one a line."""
    file = folder / ".guard" / "calls"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def start(
    *words: str, folder: Path, env: Mapping[str, str] | None = None, stdout: int = subprocess.PIPE
) -> "subprocess.Popen[str]":
    """Start `cartjury ...` in a folder."""
    return subprocess.Popen(
        [str(BIN / "cartjury"), *words],
        cwd=folder,
        env=surroundings(folder, **(env or {})),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*words: str, folder: Path, env: Mapping[str, str] | None = None) -> Finished:
    """Run `cartjury ...` in a folder to its end."""
    with start(*words, folder=folder, env=env) as process:
        out, err = process.communicate(timeout=120)
        return Finished(process.returncode, out, err)
