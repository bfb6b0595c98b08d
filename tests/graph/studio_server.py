"""`langgraph dev` as a user starts it, for tests that are its clients."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from tests import program

ROOT = Path(__file__).parent.parent.parent


class Running(NamedTuple):
    """A server that runs, and what it says."""

    process: "subprocess.Popen[bytes]"
    log: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path, url: str, port: int, **variables: str) -> Iterator[Running]:
    """Start the server as the README says, in a folder of its own, and stop it whatever happens."""
    shutil.copy(ROOT / "langgraph.json", folder)
    quiet = {"LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGGRAPH_NO_VERSION_CHECK": "true", "LANGSMITH_TRACING": "false"}
    # Some clients of the server bypass Python's sockets; they would go through a proxy that is not there.
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(program.BIN / "langgraph"), "dev", "--no-browser", "--no-reload", "--port", str(port)],
            cwd=folder,
            env=program.surroundings(folder, **{**quiet, **nowhere, **variables}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until_ready(url, process, log)
            yield Running(process, log)
        finally:
            stop(process)


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{url}/ok", timeout=1).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
        if process.poll() is not None:
            break
    raise AssertionError(log.read_text())


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask politely, so that the state is flushed; then insist."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
