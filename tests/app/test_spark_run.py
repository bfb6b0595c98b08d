"""Runs on Spark as a user starts them: a process, a notebook's own session, Spark Connect, ctrl-C."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests import spark
from tests.carts import random_carts
from tests.program import Finished, calls, run, start, surroundings

pytestmark = spark.needs_spark
WORDS = ("run", "carts.parquet", "--engine", "spark", "--spark-master", "local[2]")
OWN_SESSION = """
import warnings
warnings.simplefilter("ignore")
from pyspark.sql import SparkSession
mine = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").appName("mine").getOrCreate()
from cartjury.app.cli import cli
cli(["run", "carts.parquet", "--engine", "spark", "--out", "one"], standalone_mode=False)
cli(["run", "carts.parquet", "--replay", "one", "--out", "again"], standalone_mode=False)
assert mine.range(3).count() == 3 and mine.sparkContext.appName == "mine"
"""
CONNECT = """
import os, sys, warnings
warnings.simplefilter("ignore")
from pyspark.sql import SparkSession
mine = SparkSession.builder.remote("local[2]").getOrCreate()
from cartjury.app.cli import cli
from cartjury.data.errors import InputError
words = ["run", "carts.parquet", "--engine", "spark", "--out"]
try:
    cli([*words, "refused"], standalone_mode=False)
except BaseException as error:
    assert getattr(error, "exit_code", None) == 2, error
cli([*words, "far", "--users-out", "file://" + os.path.abspath("shared")], standalone_mode=False)
sys.stdout.flush()
os._exit(0)  # the server in this process would be waited for
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    spark.write_parquet(tmp_path / "carts.parquet", random_carts(400, 3, missing=0.1))
    return tmp_path


def python(code: str, folder: Path) -> Finished:
    words, env = [sys.executable, "-c", code], surroundings(folder, **spark.BRIEF)
    done = subprocess.run(words, check=False, cwd=folder, env=env, capture_output=True, text=True, timeout=240)
    return Finished(done.returncode, done.stdout, done.stderr)


def manifest(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "manifest.json").read_text()))


def users(place: Path) -> pd.DataFrame:
    return pq.read_table(place, partitioning=None).to_pandas().sort_values("user_id", ignore_index=True)


def test_ctrl_c_ends_java_too_and_the_resumed_run_is_the_run_on_duckdb(folder: Path) -> None:
    with start(*WORDS, "--out", "spark", folder=folder, env=spark.BRIEF) as process:
        for line in process.stderr or ():
            if line.startswith("bucket"):
                break
        java = children(process.pid)
        assert java
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        deadline = time.monotonic() + 60
        while any(Path(f"/proc/{pid}").exists() for pid in java) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not any(Path(f"/proc/{pid}").exists() for pid in java)
    assert [p.name for p in (folder / "spark").iterdir()] == [".work"]
    there = run("run", "--resume", "spark", folder=folder, env=spark.BRIEF)
    here = run("run", "carts.parquet", "--users-format", "parquet", "--out", "duck", folder=folder)
    assert (there.code, here.code) == (0, 0), there.err
    assert there.out == here.out
    # The lines of the nodes that were left, the results, and nothing of what Spark itself says.
    assert set(there.err.replace("spark", "duck").splitlines()) <= set(here.err.splitlines())
    assert "load" not in there.started
    same = ("mece_strategy.csv", "plan.json", "certificate.json", "segments.sql", "verdicts.json", "report.html")
    assert [n for n in same if (folder / "spark" / n).read_bytes() != (folder / "duck" / n).read_bytes()] == []
    parts = [n for n in manifest(folder / "spark")["files"] if "cart_abandoners" in n]  # type: ignore[attr-defined]
    name = "cart_abandoners.parquet"
    assert parts == [f"{name}/part-00000.parquet"]
    pd.testing.assert_frame_equal(users(folder / "spark" / name), users(folder / "duck" / name))
    assert "changed" not in run("show", "spark", folder=folder).err
    assert calls(folder) == ""


def test_a_session_that_is_there_is_used_and_its_run_can_be_replayed(folder: Path) -> None:
    done = python(OWN_SESSION, folder)
    assert done.code == 0, done.err
    one, again = manifest(folder / "one"), manifest(folder / "again")
    assert one["files"] == again["files"]


def test_spark_connect_writes_the_users_where_it_is_told(folder: Path) -> None:
    done = python(CONNECT, folder)
    assert done.code == 0, done.err
    assert "say where with --users-out" in done.err
    assert not (folder / "refused").exists()
    here = run("run", "carts.parquet", "--users-format", "parquet", "--out", "duck", folder=folder)
    assert here.code == 0
    far, duck = manifest(folder / "far"), manifest(folder / "duck")
    assert (far["plan_hash"], far["source"]["sha256"]) == (duck["plan_hash"], duck["source"]["sha256"])  # type: ignore[index]
    assert [name for name in far["files"] if name.startswith("file:/")]  # type: ignore[attr-defined]
    name = "cart_abandoners.parquet"
    pd.testing.assert_frame_equal(users(folder / "shared" / "far" / name), users(folder / "duck" / name))
    assert run("show", "far", folder=folder).code == 0
    again = run("run", "carts.parquet", "--replay", "far", "--out", "again", folder=folder)
    assert (again.code, "names the parts anew" in again.err) == (2, True)


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    tasks = Path(f"/proc/{pid}/task").iterdir() if found.exists() else ()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--memory-limit 1GB", "--memory-limit is for DuckDB"),
        ("--users-format csv", "Spark writes the users as a folder of Parquet"),
    ],
)
def test_options_that_spark_cannot_follow_are_refused(words: str, said: str, folder: Path) -> None:
    done = run(*WORDS, *words.split(), folder=folder)
    assert (done.code, said in done.err) == (2, True)


def test_without_java_it_is_said_what_to_install(folder: Path) -> None:
    done = run(*WORDS, folder=folder, env={"PATH": "", "JAVA_HOME": ""})
    assert (done.code, "Spark needs Java 17" in done.err) == (2, True)
    assert not (folder / "runs").exists()
