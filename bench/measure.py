"""What a process takes: CPU, wall time and peak memory. This module imports nothing heavy and must not.

On Linux a child's peak memory starts at that of the process that started it.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

MEBIBYTE = 2**20
# Without cached bytecode every run would compile its imports again.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


class Cost(NamedTuple):
    """CPU (user + system, of the process and all it waited for) and wall in seconds, peak resident memory in MiB."""

    cpu: float
    wall: float
    peak: float


class FailedError(Exception):
    """A program ended with another exit code than 0.

    Attributes:
        code: that exit code; negative: the signal that ended it.
        told: the end of what it printed.
    """

    def __init__(self, code: int, told: str) -> None:
        super().__init__(f"ended with exit code {code}")
        self.code, self.told = code, told


def measured(command: list[str], *, tree: bool = False) -> Cost:
    """Run a command to its end.

    Args:
        command: program and arguments.
        tree: sample all processes of its session instead, and add up their memory.

    Raises:
        FailedError: it did not end with exit code 0.
    """
    with tempfile.TemporaryFile() as output:
        before = time.perf_counter()
        process = subprocess.Popen(
            command, env=ENVIRONMENT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        watch = Tree(process.pid) if tree else None
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
        process.returncode = os.waitstatus_to_exitcode(status)
        sampled = watch.stop() if watch else (0.0, 0.0)
        if process.returncode != 0:
            output.seek(0)
            told = output.read().decode(errors="replace")[-2000:]
            raise FailedError(process.returncode, told)
    unit = MEBIBYTE if sys.platform == "darwin" else 1024
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit
    return Cost(max(cpu, sampled[0]), wall, max(peak, sampled[1]))


class Tree:
    """Samples all processes of a session from /proc, ten times a second."""

    def __init__(self, session: int) -> None:
        self.session = str(session)
        self.cpu: dict[str, float] = {}
        self.peak = 0.0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def stop(self) -> tuple[float, float]:
        """Return CPU seconds of all processes seen, and the highest sum of their resident memory in MiB."""
        self.done.set()
        self.thread.join()
        return sum(self.cpu.values()), self.peak

    def _watch(self) -> None:
        while not self.done.wait(0.1):
            self._sample()

    def _sample(self) -> None:
        resident = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                # The name in parentheses may hold spaces; what follows it does not.
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:  # it ended
                continue
            if fields[3] == self.session:
                ticks = int(fields[11]) + int(fields[12])
                self.cpu[path.parent.name] = ticks / os.sysconf("SC_CLK_TCK")
                resident += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
        self.peak = max(self.peak, resident / MEBIBYTE)
