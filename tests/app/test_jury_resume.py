"""A jury that is cut off between or within its calls: `--resume` asks what is missing, and nothing twice.

The program runs in a process of its own that is killed while the server holds one of its requests.
"""

import contextlib
import json
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cartjury.data.journal import JOURNAL, read
from tests import program
from tests.agents.scripted_model import answer, data_of
from tests.app.jury_program import CALLS, RUN, done, keys, whole
from tests.fault_server import FaultServer, Seen
from tests.faults import FAULTS, Fault

pytestmark = pytest.mark.usefixtures("empty_folder")

Answer = Callable[[dict[str, Any]], str]
Said = Counter[tuple[str, str | None]]  # model, and what it says: the fixture says the same to the same request
LOG = Path(".work", JOURNAL)


def well(seen: Seen) -> Fault | None:
    return None


def broken_at_first(seen: Seen) -> Fault | None:
    """One model gives half an object until the fault is quoted."""
    first = seen.model == "openai/gpt-oss-20b" and "faults" not in data_of(seen.body)
    return FAULTS["malformed"] if first else None


class Cut:
    """A run that ends in the middle of a request.

    Attributes:
        on_disk: what its call log holds.
        code, said: how it ended, and its stderr.
    """

    def __init__(
        self, server: FaultServer, folder: Path, at: int, after: int, how: signal.Signals, *words: str
    ) -> None:
        """Start it, and end it when request number `at` is there and `after` answers are on disk."""
        self.folder = folder / "out"
        fault = server.fault

        def end(seen: Seen) -> Fault | None:
            if seen.number == at:
                until(lambda: lines(self.folder) >= after)
                process.send_signal(how)
            return fault(seen)

        server.fault = end
        with program.start(*RUN, *words, "--out", "out", folder=folder, env=keys(server)) as process:
            _, self.said = process.communicate(timeout=60)
        server.fault = fault
        self.code = process.returncode
        self.on_disk: Said = Counter((a.model, a.raw) for a in read(self.folder / LOG))


def until(there: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not there() and time.monotonic() < ends:
        time.sleep(0.01)


def lines(folder: Path) -> int:
    return (folder / LOG).read_bytes().count(b"\n") if (folder / LOG).is_file() else 0


def asked(server: FaultServer, since: int = 0) -> Said:
    """What the server answered where nothing failed."""
    return Counter((seen.model, server.answer(dict(seen.body))) for seen in server.seen[since:])


class Whole(NamedTuple):
    """A run that nothing disturbed, and what it asked."""

    folder: Path
    asked: Said


def undisturbed(
    folder: Path, fault: Callable[[Seen], Fault | None] = well, *words: str, reply: Answer = answer
) -> Whole:
    with FaultServer(answer=reply, fault=fault) as server:
        done(server, *RUN, *words, "--out", folder)
        return Whole(folder, asked(server))


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    with contextlib.chdir(folder):  # not where a cartjury.toml may lie
        return undisturbed(folder / "out")


def assert_same_results(one: Path, other: Path) -> None:
    """Two runs wrote the same, but for the times that they measured."""
    assert whole(one).names_by_origin == whole(other).names_by_origin
    for name in ("plan.json", "verdicts.json", "mece_strategy.csv", "certificate.json", "segments.sql"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    assert timeless(one / JOURNAL) == timeless(other / JOURNAL)
    assert timeless(one / "manifest.json") == timeless(other / "manifest.json")
    assert spoken(one / "report.html") == spoken(other / "report.html")


def timeless(path: Path) -> list[Any]:
    def kept(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: kept(v) for k, v in value.items() if k not in TIMES}
        return [kept(v) for v in value] if isinstance(value, list) else value

    text = path.read_text(encoding="utf-8")
    found = [json.loads(line) for line in text.split("\n") if line] if path.suffix == ".jsonl" else [json.loads(text)]
    return [kept(value) for value in found]


TIMES = {"latency_s", "latency_max_s", "timings", "files", "out", "path", "run_id"}


def spoken(report: Path) -> str:
    return re.sub(r"[\d.,]+(?= ?m?s\b)", "", report.read_text(encoding="utf-8"))


# Four jurors propose (0-3), four rank (4-7), the judge is asked in two orders (8-9).
@pytest.mark.parametrize(("at", "after"), [(0, 0), (3, 3), (5, 5), (8, 8)])
def test_no_answer_that_is_on_disk_is_paid_for_again(at: int, after: int, standard: Whole, tmp_path: Path) -> None:
    with FaultServer(answer=answer) as server:
        cut = Cut(server, tmp_path, at, after, signal.SIGKILL)
        before = len(server.seen)
        done(server, "run", "--resume", cut.folder)
        again = asked(server, before)

    assert cut.code == -signal.SIGKILL
    assert cut.on_disk.total() >= after
    assert again == standard.asked - cut.on_disk
    assert_same_results(cut.folder, standard.folder)


def test_ctrl_c_in_the_middle_of_a_request_ends_at_once_and_the_run_can_be_finished(
    standard: Whole, tmp_path: Path
) -> None:
    with FaultServer(answer=answer) as server:
        cut = Cut(server, tmp_path, 9, 9, signal.SIGINT)
        before = len(server.seen)
        done(server, "run", "--resume", cut.folder)
        again = asked(server, before)

    assert cut.code == 130
    assert cut.said.endswith("interrupted: cartjury run --resume out finishes this run\n")
    assert "Traceback" not in cut.said
    assert again == standard.asked - cut.on_disk
    assert_same_results(cut.folder, standard.folder)


def test_a_line_that_was_not_written_to_its_end_is_asked_for_again_and_no_other(
    standard: Whole, tmp_path: Path
) -> None:
    with FaultServer(answer=answer) as server:
        cut = Cut(server, tmp_path, 9, 9, signal.SIGKILL)
        log = cut.folder / LOG
        log.write_bytes(log.read_bytes()[:-7])
        kept: Said = Counter((a.model, a.raw) for a in read(log))
        before = len(server.seen)
        done(server, "run", "--resume", cut.folder)
        again = asked(server, before)

    assert kept.total() == cut.on_disk.total() - 1
    assert again == standard.asked - kept
    assert again.total() == CALLS - kept.total()
    assert_same_results(cut.folder, standard.folder)


def test_failures_and_repairs_are_taken_from_disk_too(tmp_path: Path) -> None:
    """Growth and risk each need two calls a question: fourteen in all."""
    other = undisturbed(Path("whole"), broken_at_first)
    with FaultServer(answer=answer, fault=broken_at_first) as server:
        cut = Cut(server, tmp_path, 13, 13, signal.SIGKILL)
        before = len(server.seen)
        done(server, "run", "--resume", cut.folder)

    assert (before, len(server.seen) - before) == (14, 14 - cut.on_disk.total())
    assert whole(cut.folder).calls == 14
    assert_same_results(cut.folder, other.folder)


def test_a_debate_goes_on_where_it_was_cut_off(tmp_path: Path) -> None:
    def undecided(body: dict[str, Any]) -> str:
        return answer(body, undecided=True)

    other = undisturbed(Path("whole"), well, "--effort", "thorough", reply=undecided)
    with FaultServer(answer=undecided) as server:
        cut = Cut(server, tmp_path, 15, 15, signal.SIGKILL, "--effort", "thorough")
        before = len(server.seen)
        done(server, "run", "--resume", cut.folder)
        again = asked(server, before)

    assert other.asked.total() > 16
    assert again == other.asked - cut.on_disk
    assert_same_results(cut.folder, other.folder)


def test_caps_count_what_was_spent_before_the_crash(tmp_path: Path) -> None:
    with FaultServer(answer=answer) as server:
        cut = Cut(server, tmp_path, 5, 5, signal.SIGKILL, "--max-calls", "8")
        before = len(server.seen)
        done(server, "run", "--resume", cut.folder)

    found = whole(cut.folder)
    assert found.calls == 8
    assert len(server.seen) - before == 8 - cut.on_disk.total()


def test_a_run_can_be_resumed_without_its_keys_and_ends_offline(tmp_path: Path) -> None:
    with FaultServer(answer=answer) as server:
        cut = Cut(server, tmp_path, 8, 8, signal.SIGKILL)
        before = len(server.seen)
        server.fault = lambda seen: FAULTS["401"]
        done(server, "run", "--resume", cut.folder)

    assert whole(cut.folder).names_by_origin["model"] > 0  # proposed and ranked by models, judged by the rubric
    assert 0 < len(server.seen) - before <= 4


def test_resuming_a_finished_run_asks_nothing(tmp_path: Path) -> None:
    with FaultServer(answer=answer) as server:
        done(server, *RUN, "--out", "out")
        files = {p.name: p.read_bytes() for p in Path("out").iterdir() if p.is_file()}
        done(server, "run", "--resume", "out")

        assert len(server.seen) == CALLS
    assert {p.name: p.read_bytes() for p in Path("out").iterdir() if p.is_file()} == files
