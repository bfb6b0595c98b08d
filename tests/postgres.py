"""A throw-away Postgres server for tests: its own data folder, a unix socket in it, no network, gone afterwards.

It needs the server's programs (Debian: apt-get install postgresql); nothing of an installed server is touched.
"""

import csv
import io
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

NEEDED = ("initdb", "postgres", "psql")
TYPES = {pa.string(): "text", pa.float64(): "double precision", pa.int64(): "bigint", pa.date32(): "date"}
SOURCE = "cart_abandoners"


def programs() -> Path | None:
    """The folder of the server's programs; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    if config := shutil.which("pg_config"):
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        found = [*found, Path(told)]
    whole = [folder for folder in found if all((folder / name).is_file() for name in NEEDED)]
    return whole[-1] if whole else None


class Postgres:
    """A running server, as psql sees it."""

    def __init__(self, folder: Path, bin_folder: Path, user: str | None) -> None:
        self.folder, self._bin, self._user = folder, bin_folder, user

    def program(self, name: str, *words: str) -> list[str]:
        return [str(self._bin / name), *words]

    def start(self) -> "subprocess.Popen[bytes]":
        self.run_program(
            self.program("initdb", "-D", "data", "-U", "cartjury", "-A", "trust", "-E", "UTF8", "--no-sync")
        )
        quick = [w for setting in ("fsync=off", "listen_addresses=", "timezone=UTC") for w in ("-c", setting)]
        words = self.program("postgres", "-D", "data", "-k", str(self.folder), *quick)
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(words, stdout=log, stderr=log, cwd=self.folder, user=self._user)

    def run_program(self, words: list[str], given: str = "") -> str:
        done = subprocess.run(
            words, input=given, capture_output=True, text=True, check=False, cwd=self.folder, user=self._user
        )
        if done.returncode:
            raise RuntimeError(f"{Path(words[0]).name}: {done.stderr[-2000:]}")
        return done.stdout

    def ask(self, statement: str) -> list[list[str | None]]:
        """The rows of one statement, every value as text."""
        # NULL and an empty text are not told apart by --csv alone.
        words = ("-X", "-q", "--csv", "-t", "-P", "null=\\N", "-v", "ON_ERROR_STOP=1")
        asked = self.program("psql", *words, "-h", str(self.folder), "-U", "cartjury", "-d", "postgres", "-f", "-")
        rows = csv.reader(io.StringIO(self.run_program(asked, statement), newline=""))
        return [[None if value == "\\N" else value for value in row] for row in rows]

    def load(self, table: pa.Table) -> None:
        """Replace the table `cart_abandoners`."""
        columns = [(_quoted(f.name), TYPES.get(f.type, "text")) for f in table.schema]
        made = ", ".join(f"{name} {kind}" for name, kind in columns)
        rows = "".join(",".join(map(_field, row)) + "\n" for row in zip(*table.to_pydict().values(), strict=True))
        self.ask(
            f"DROP TABLE IF EXISTS {SOURCE};\nCREATE TABLE {SOURCE} ({made});\n"
            f"COPY {SOURCE} FROM STDIN (FORMAT csv, NULL '\\N');\n{rows}\\.\n"
        )

    def is_ready(self) -> bool:
        try:
            return self.ask("SELECT 1;") == [["1"]]
        except RuntimeError:
            return False


@contextmanager
def server(bin_folder: Path, seconds: float = 60) -> Iterator[Postgres]:
    """Start a server and stop it again.

    Args:
        bin_folder: of `programs()`.
        seconds: that it may take to start.
    """
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder:  # a socket's path must be short
        user = _unprivileged()
        if user:
            shutil.chown(folder, user)
        database = Postgres(Path(folder), bin_folder, user)
        process = database.start()
        try:
            deadline = time.monotonic() + seconds
            while not database.is_ready():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"Postgres did not start: {(database.folder / 'log').read_text()[-2000:]}")
                time.sleep(0.05)
            yield database
        finally:
            process.terminate()
            process.wait()


def _unprivileged() -> str | None:
    """Postgres refuses to run as root: the user that its package made does."""
    return "postgres" if os.geteuid() == 0 else None


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else str(value)
