"""The benchmark compares like with like, says what it measured, and the README shows just that."""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
BENCH = ROOT / "bench"
IN_THIS_PROCESS = {"floor", "cartjury", "good pandas", "polars", "pandas"}  # Spark is compared in tests/tools/engine
HEAVY = {"duckdb", "numpy", "pandas", "polars", "pyarrow"}


def bench(script: str, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCH / script), *args]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Imports a module of the bench folder, whose scripts import each other by plain names."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(BENCH))

    def load(name: str) -> ModuleType:
        return import_module(name)

    yield load
    for name in set(sys.modules) - before:
        if str(BENCH) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def block(**sides: list[tuple[float, float]]) -> dict[str, Any]:
    """A block of results at 1,000,000 rows of Parquet: by side, CPU and peak memory in each round."""
    names = {name.replace("_", " "): costs for name, costs in sides.items()}
    count = len(next(iter(names.values())))
    rounds = [{n: {"cpu": c[i][0], "wall": 1.0, "peak": c[i][1]} for n, c in names.items()} for i in range(count)]
    return {"rows": 1_000_000, "format": "parquet", "skipped": {}, "loads": [], "rounds": rounds}


def test_all_sides_write_the_same_users_and_refuse_the_same_files() -> None:
    pytest.importorskip("polars")
    done = bench("check.py", "--rows", "2000", "--sides", ",".join(sorted(IN_THIS_PROCESS)))

    assert done.returncode == 0, done.stdout + done.stderr
    told, _, sides = done.stdout.strip().rpartition(": ")
    assert told == "all agree on 2,000 users and refuse every broken file"
    assert set(sides.split(", ")) == IN_THIS_PROCESS


def test_a_user_in_another_segment_is_found(module: Any) -> None:
    differences = module("check").differences
    values = ("u1", "2026-03-10", None, 9.0, 1.0, 1.0, 0.5, 0.5)
    expected = {"u1": (*values, "Low", "Low", "Low", "S12", "a"), "u2": (*values, "Low", "Low", "Low", "S12", "a")}
    moved = {**expected, "u2": (*values, "Low", "Low", "High", "S11", "b")}

    assert differences(expected, expected, labels=True) == []
    assert differences(moved, expected, labels=True)[0] == "1 users differ"
    assert differences(moved, expected, labels=False) == []
    assert differences({"u1": expected["u1"]}, expected, labels=False)


def test_a_ratio_is_the_median_of_the_ratios_within_each_round(module: Any) -> None:
    # 4/1, 9/3 and 10/2: the median is 4; the ratio of the medians would be 9/2.
    found = block(pandas=[(4, 1), (9, 1), (10, 1)], cartjury=[(1, 1), (3, 1), (2, 1)])
    lines = module("targets").verdicts({"blocks": [found]})

    assert "met           1,000,000 parquet: cpu pandas / cartjury at least 2: 4.00 (from 3.00 to 5.00)" in lines


def test_a_target_that_is_not_reached_is_called_missed(module: Any) -> None:
    lines = module("targets").verdicts({"blocks": [block(cartjury=[(2, 100)], floor=[(1, 90)])]})

    assert "MISSED        1,000,000 parquet: cpu cartjury / floor at most 1.8: 2.00 (from 2.00 to 2.00)" in lines
    assert "not measured  1,000,000 parquet: cpu pandas / cartjury at least 2" in lines


def test_a_side_that_would_not_fit_into_memory_is_left_out_with_the_reason(module: Any) -> None:
    why_not = module("sides").why_not

    assert "GiB of memory" in why_not("pandas", 50_000_000, "csv", 8 * 2**30)
    assert why_not("cartjury", 50_000_000, "csv", 8 * 2**30) is None
    assert "only measured from" in why_not("cartjury limited", 25_000, "csv", 8 * 2**30)
    assert why_not("cartjury spark", 25_000, "csv", 8 * 2**30) == "reads parquet only"
    assert why_not("cartjury spark", 25_000, "parquet", 8 * 2**30) is None


def test_nothing_is_measured_that_the_time_does_not_allow(tmp_path: Path) -> None:
    kept = tmp_path / "results.json"
    options = ["--sizes", "5000", "--sides", "floor", "--no-check", "--budget-minutes", "0"]
    done = bench("pipeline.py", *options, "--folder", str(tmp_path), "--results", str(kept))

    assert "Left out: floor: the time budget is spent (5,000 parquet, 5,000 csv)." in done.stdout
    assert [b["rounds"] for b in json.loads(kept.read_text())["blocks"]] == [[], []]


def test_what_is_measured_is_kept_and_rendered_again(tmp_path: Path) -> None:
    kept = tmp_path / "results.json"
    options = [
        "--sizes",
        "5000",
        "--formats",
        "csv",
        "--sides",
        "floor,cartjury limited",
        "--no-check",
        "--rounds",
        "2",
    ]
    done = bench("pipeline.py", *options, "--folder", str(tmp_path), "--results", str(kept))

    assert done.returncode == 0, done.stderr
    assert [sorted(r) for r in json.loads(kept.read_text())["blocks"][0]["rounds"]] == [["floor"], ["floor"]]
    assert bench("table.py", str(kept)).stdout.strip() in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["carts_5000.csv", "carts_5000.parquet", "results.json"]


def test_what_a_child_takes_is_measured(module: Any) -> None:
    child = [sys.executable, "-c", "held = b'x' * 200 * 2**20; sum(range(10**6))"]
    cost = module("measure").measured(child)

    assert cost.peak > 200
    assert cost.cpu > 0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are sampled from /proc")
def test_memory_of_a_tree_is_that_of_all_its_processes(module: Any) -> None:
    grandchild = "import time; held = b'x' * 100 * 2**20; time.sleep(0.6)"
    child = f"import subprocess, sys; held = b'x' * 100 * 2**20; subprocess.run([sys.executable, '-c', {grandchild!r}])"

    assert module("measure").measured([sys.executable, "-c", child], tree=True).peak > 200


def test_the_driver_imports_nothing_heavy() -> None:
    code = f"import sys; sys.path.insert(0, {str(BENCH)!r}); import pipeline; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not HEAVY & set(done.stdout.replace("'", "").strip("[]\n").split(", "))


def test_the_table_of_the_readme_is_that_of_the_newest_results() -> None:
    newest = max((BENCH / "results").glob("*.json"))
    shown = (ROOT / "README.md").read_text(encoding="utf-8").partition("<!-- bench -->\n")[2]

    assert shown.partition("<!-- /bench -->")[0].strip() == bench("table.py", str(newest)).stdout.strip()


def test_results_name_no_folder_of_the_machine() -> None:
    for path in (BENCH / "results").glob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["machine"]["cores"]
        assert str(ROOT) not in path.read_text(encoding="utf-8")


def test_the_chat_moves_whom_pandas_moves(tmp_path: Path) -> None:
    kept = tmp_path / "chat.json"
    done = bench("chat.py", "--rows", "4000", "--rounds", "1", "--results", str(kept))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "preview of a merge: " in done.stdout
    assert json.loads(kept.read_text())["wall and cpu seconds"]["pandas: migration and sizes of the merge"]
    assert str(tmp_path) not in kept.read_text()
