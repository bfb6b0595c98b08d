"""What only a process of its own can show: closed pipes, lazy imports, terminals, the environment."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import program


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("process")
    ended = program.run("run", "--n-users", "500", "--as-of", "2026-10-01", "--out", "out", folder=folder)
    assert ended.code == 0, ended.err
    return folder


def into_closed_pipe(*words: str, folder: Path) -> tuple[int, str]:
    """Exit code and stderr of a command whose reader has left before it wrote anything."""
    read, write = os.pipe()
    os.close(read)
    with program.start(*words, folder=folder, stdout=write) as process:
        os.close(write)
        _, err = process.communicate(timeout=60)
        return process.returncode, err


@pytest.mark.parametrize("words", ["show out", "show out --json", "export-sql out/plan.json"])
def test_a_reader_that_leaves_is_no_error(finished: Path, words: str) -> None:
    code, err = into_closed_pipe(*words.split(), folder=finished)

    assert code == 0
    assert "Traceback" not in err
    assert "BrokenPipe" not in err


def test_a_run_ends_well_when_nobody_reads_its_table_or_its_progress(tmp_path: Path) -> None:
    command = f"'{program.BIN}/cartjury' run --n-users 300 --as-of 2026-10-01 --out out 2>&1 | head -1"
    ended = subprocess.run(
        ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}}"],
        cwd=tmp_path,
        env=program.surroundings(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert (ended.stdout, ended.stderr) == ("prepare ...\n0\n", "")
    assert (tmp_path / "out" / "manifest.json").is_file()


HEAVY = {"pandas", "numpy", "scipy", "duckdb", "langgraph", "langchain_core", "sqlglot", "jinja2", "groq", "cerebras"}


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["run", "--nonsense"]])
def test_help_loads_nothing_heavy(words: list[str], tmp_path: Path) -> None:
    code = (
        "import sys; from cartjury.app import cli; sys.argv[1:] = sys.argv[2:]\n"
        "try: cli.main()\nexcept SystemExit: print(*sys.modules, file=open('modules', 'w'))"
    )
    subprocess.run(
        [sys.executable, "-c", code, "-", *words],
        cwd=tmp_path,
        env=program.surroundings(tmp_path),
        capture_output=True,
        check=True,
    )
    loaded = {name.split(".")[0] for name in (tmp_path / "modules").read_text().split()}

    assert "typer" in loaded
    assert loaded & HEAVY == set()


def on_terminal(*words: str, folder: Path) -> str:
    """All that a terminal shows of a command."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(program.BIN / "cartjury"), *words],
        cwd=folder,
        env=program.surroundings(folder, TERM="xterm", COLUMNS="200"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # how Linux says that the other side has hung up
        pass
    finally:
        os.close(ours)
    process.wait(timeout=60)
    return shown.decode()


def test_on_a_terminal_progress_is_one_line_that_is_wiped_also_before_an_error(finished: Path) -> None:
    shown = on_terminal("run", "none.csv", "--out", "new", folder=finished)
    last = shown.replace("\r\n", "\n").split("\r\033[K")[-1]

    assert "load ..." in shown
    assert "load ...\r\n" not in shown
    assert last.startswith("error: there is no file")
    assert "\n" not in last.strip()


def test_settings_come_from_the_process_environment(tmp_path: Path) -> None:
    ended = program.run("generate", "carts.csv", folder=tmp_path, env={"CARTJURY_N_USERS": "17"})

    assert (ended.code, ended.out) == (0, "")
    assert ended.err.startswith("wrote 17 users")


def limited(kilobytes: int, folder: Path) -> subprocess.CompletedProcess[str]:
    """A run that may take so much address space."""
    command = f"ulimit -v {kilobytes}; {program.BIN / 'cartjury'} run --n-users 3000 --as-of 2026-10-01 --out out"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=program.surroundings(folder),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_keeps_to_the_address_space_it_is_given(tmp_path: Path) -> None:
    ended = limited(1_000_000, tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert "proven MECE" in ended.stderr


def test_ctrl_c_in_the_middle_of_apply_leaves_nothing_behind(finished: Path) -> None:
    program.run("generate", "many.parquet", "--n-users", "1500000", "--as-of", "2026-10-01", folder=finished)
    with program.start("apply", "out/plan.json", "many.parquet", "--out", "later", folder=finished) as process:
        while not (finished / "later/.work").exists():
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

    assert (process.returncode, err.splitlines()[-1]) == (130, "interrupted")
    assert not (finished / "later").exists()
