"""Runs on Spark as a user starts them: a process, a notebook's own session, Spark Connect, ctrl-C."""

import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests import spark
from tests.app import shell
from tests.carts import random_carts
from tests.program import calls, run, start, surroundings

pytestmark = spark.needs_spark
WORDS = ("run", "carts.parquet", "--engine", "spark", "--spark-master", "local[2]")
USERS = "cart_abandoners.parquet"
LONG = re.compile(r"\w+ +\[[-#]+\]")  # of a step that takes long: how far it is
CONNECT = """
import os, sys, warnings
warnings.simplefilter("ignore")
from pyspark.sql import SparkSession
mine = SparkSession.builder.remote("local[2]").config("spark.sql.shuffle.partitions", "2").getOrCreate()
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


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Carts, and their run on DuckDB."""
    folder = tmp_path_factory.mktemp("duck")
    spark.write_parquet(folder / "carts.parquet", random_carts(400, 3, missing=0.1))
    done = run("run", "carts.parquet", "--users-format", "parquet", "--out", "duck", folder=folder)
    assert done.code == 0, done.err
    (folder / "stdout").write_text(done.out)
    (folder / "stderr").write_text(done.err)
    return folder


@pytest.fixture
def folder(duck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(duck / "carts.parquet", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def users(place: Path) -> pd.DataFrame:
    return pq.read_table(place, partitioning=None).to_pandas().sort_values("user_id", ignore_index=True)


def test_ctrl_c_ends_java_too_and_the_resumed_run_is_the_run_on_duckdb(folder: Path, duck: Path) -> None:
    with start(*WORDS, "--out", "spark", folder=folder, env=spark.BRIEF) as process:
        for line in process.stderr or ():
            if line.startswith("bucket"):
                break
        java = children(process.pid)
        assert java
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        deadline = time.monotonic() + 60
        while any(Path(f"/proc/{pid}").exists() for pid in java) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not any(Path(f"/proc/{pid}").exists() for pid in java)
    assert [p.name for p in (folder / "spark").iterdir()] == [".work"]
    there = run("run", "--resume", "spark", folder=folder, env=spark.BRIEF)
    assert there.code == 0, there.err
    assert there.out == (duck / "stdout").read_text()
    # The lines of the nodes that were left, the results, and nothing of what Spark itself says.
    told = {line for line in there.err.replace("spark", "duck").splitlines() if not LONG.match(line)}
    assert told <= set((duck / "stderr").read_text().splitlines())
    assert "load" not in there.started
    same = ("mece_strategy.csv", "plan.json", "certificate.json", "segments.sql", "verdicts.json", "report.html")
    assert [n for n in same if (folder / "spark" / n).read_bytes() != (duck / "duck" / n).read_bytes()] == []
    parts = [n for n in shell.manifest("spark")["files"] if "cart_abandoners" in n]
    assert parts == [f"{USERS}/part-00000.parquet"]
    pd.testing.assert_frame_equal(users(folder / "spark" / USERS), users(duck / "duck" / USERS))
    assert "changed" not in shell.done("show", "spark").stderr
    assert calls(folder) == ""


def test_a_session_that_is_there_is_used_and_its_run_can_be_replayed(folder: Path, duck: Path) -> None:
    mine = spark.start()
    before = mine.sparkContext.applicationId
    shell.done("run", "carts.parquet", "--engine", "spark", "--out", "one")
    shell.done("run", "carts.parquet", "--replay", "one", "--out", "again")
    assert (mine.range(3).count(), mine.sparkContext.appName, mine.sparkContext.applicationId) == (3, "mine", before)
    assert shell.manifest("one")["files"] == shell.manifest("again")["files"]
    pd.testing.assert_frame_equal(users(folder / "one" / USERS), users(duck / "duck" / USERS))


def test_spark_connect_writes_the_users_where_it_is_told(folder: Path, duck: Path) -> None:
    words, env = [sys.executable, "-c", CONNECT], surroundings(folder, **spark.BRIEF)
    done = subprocess.run(words, check=False, cwd=folder, env=env, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert "say where with --users-out" in done.stderr
    assert not (folder / "refused").exists()
    far, near = shell.manifest("far"), shell.manifest(str(duck / "duck"))
    assert (far["plan_hash"], far["source"]["sha256"]) == (near["plan_hash"], near["source"]["sha256"])
    assert [name for name in far["files"] if name.startswith("file:/")]
    pd.testing.assert_frame_equal(users(folder / "shared" / "far" / USERS), users(duck / "duck" / USERS))
    assert "changed" not in shell.done("show", "far").stderr
    assert "names the parts anew" in shell.fails("run", "carts.parquet", "--replay", "far", "--out", "again")


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
    assert said in shell.fails(*WORDS, *words.split())


def test_without_java_it_is_said_what_to_install(folder: Path) -> None:
    done = run(*WORDS, folder=folder, env={"PATH": "", "JAVA_HOME": ""})
    assert (done.code, "Spark needs Java 17" in done.err) == (2, True)
    assert not (folder / "runs").exists()
