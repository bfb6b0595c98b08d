"""Users stay on this machine and in the files made for them: nothing of a row gets anywhere else.

One run on a file of canaries: ids, dates, numbers and further columns that occur nowhere but there.
"""

import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

from tests import program
from tests.carts import cart, write_csv
from tests.program import Finished

EXTRA = "email"
# Values of one user each, so far out that no mean, cut or rounding comes to them by chance.
CANARIES = ("canary-id-", "@canary.example", "canary-bad", "7713377", "86421.97", "0.123454321", "0.987656789")
# Made for the rows of users; everything else is aggregates.
FOR_USERS = {"cart_abandoners.csv", "rejected_rows.csv", ".work/rows.parquet", ".work/rejected_rows.csv"}


class Trap:
    """A server on this machine that only counts who calls."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.calls = 0
        threading.Thread(target=self._count, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def _count(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:  # closed
                return
            self.calls += 1
            caller.close()


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.socket.close()


class Canary:
    """The run, and where its files are."""

    def __init__(self, folder: Path, trap: Trap) -> None:
        rows = [
            cart(user_id=f"canary-id-{i}", email=f"u{i}@canary.example", avg_order_value=f"{20 + i}")
            for i in range(1, 300)
        ]
        rows[7] |= {"num_cart_items": "7713377", "avg_order_value": "86421.97"}
        rows[8] |= {"engagement_score": "0.123454321", "profitability_score": "0.987656789"}
        rows.append(cart(user_id="canary-bad", email="x@canary.example", engagement_score="7"))
        write_csv(folder, rows, [*cart(), EXTRA])
        # A key is set, tracing is not asked for: then nothing may be sent.
        env = {"LANGSMITH_API_KEY": "key", "LANGSMITH_ENDPOINT": trap.url, "LANGCHAIN_ENDPOINT": trap.url}
        words = ("run", "carts.csv", "--on-bad-rows", "quarantine", "--out", "out")
        self.done: Finished = program.run(*words, folder=folder, env=env)
        self.folder = folder
        self.calls = trap.calls
        self.files = {str(p.relative_to(folder / "out")): p for p in (folder / "out").rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory, trap: Trap) -> Canary:
    return Canary(tmp_path_factory.mktemp("privacy"), trap)


def found_in(data: bytes) -> list[str]:
    return [c for c in CANARIES if c.encode() in data]


def test_the_run_saw_the_canaries(canary: Canary) -> None:
    assert canary.done.code == 0, canary.done.err
    # The extra column is left out; everything else of the good rows is where it belongs.
    assert found_in(canary.files["cart_abandoners.csv"].read_bytes()) == [CANARIES[0], *CANARIES[3:]]
    assert found_in(canary.files["rejected_rows.csv"].read_bytes()) == []  # it holds the bad value, no id


def test_no_other_file_holds_anything_of_a_user(canary: Canary) -> None:
    others = {name: path for name, path in canary.files.items() if name not in FOR_USERS}
    found = {name: found_in(path.read_bytes()) for name, path in others.items()}

    assert {"plan.json", "report.html", "jury.jsonl", ".work/checkpoints.sqlite"} <= set(others)
    assert {name: canaries for name, canaries in found.items() if canaries} == {}


def test_no_checkpoint_holds_anything_of_a_user_once_it_is_decoded(canary: Canary) -> None:
    with sqlite3.connect(canary.files[".work/checkpoints.sqlite"]) as db:
        blobs = [b for (b,) in db.execute("SELECT checkpoint FROM checkpoints UNION ALL SELECT value FROM writes")]

    assert len(blobs) > 50
    assert [found_in(blob) for blob in blobs if found_in(blob)] == []


def test_neither_stdout_nor_stderr_tells_of_a_user(canary: Canary) -> None:
    assert found_in((canary.done.out + canary.done.err).encode()) == []


def test_further_columns_are_carried_along_only_when_asked_for(canary: Canary) -> None:
    words = ("apply", "out/plan.json", "carts.csv", "--on-bad-rows", "quarantine", "--keep-columns", EXTRA)
    done = program.run(*words, "--out", "kept", folder=canary.folder)

    assert done.code == 0, done.err
    assert b"u8@canary.example" in (canary.folder / "kept" / "cart_abandoners.csv").read_bytes()
    assert found_in((canary.folder / "kept" / "report.html").read_bytes()) == []


def test_nothing_is_sent_to_langsmith_unless_tracing_is_asked_for(canary: Canary) -> None:
    assert canary.calls == 0


def test_the_trap_would_have_noticed(canary: Canary, trap: Trap, tmp_path: Path) -> None:
    """Without this the test above could never fail."""
    code = "from langchain_core.runnables import RunnableLambda; RunnableLambda(str).invoke(1)"
    asked = {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": "key", "LANGSMITH_ENDPOINT": trap.url}
    env = program.surroundings(tmp_path, **asked)
    with Popen([sys.executable, "-c", code], env=env, stdout=DEVNULL, stderr=DEVNULL) as process:
        for _ in range(300):
            if trap.calls > canary.calls:
                break
            time.sleep(0.1)
        process.kill()  # it would go on trying

    assert trap.calls > canary.calls


def test_no_other_machine_was_called(canary: Canary) -> None:
    assert program.calls(canary.folder) == ""


def test_the_guard_would_have_noticed(tmp_path: Path) -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    env = program.surroundings(tmp_path)
    with Popen([sys.executable, "-c", code], env=env, stderr=DEVNULL) as process:
        process.wait(timeout=60)

    assert "192.0.2.1" in program.calls(tmp_path)
