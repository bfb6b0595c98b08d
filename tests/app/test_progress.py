"""How far a run is: what is done, what it may still take, and where that is said."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cartjury.app.progress import CSV, PARQUET, Estimate, Progress, spoken
from cartjury.tools.engine.duck import connect, percent


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (43.4, "43 s"), (305, "5 min 05 s"), (4230, "1 h 10 min")]
)
def test_times_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


@pytest.mark.parametrize("shares", [PARQUET, CSV], ids=["parquet", "csv"])
def test_a_run_begins_at_nothing_and_ends_at_all_of_the_work(shares: dict[str, int]) -> None:
    estimate = Estimate(shares)
    seen = [estimate.share(None)]
    for node in ("prepare", *shares, "jury", "publish"):
        estimate.start(node)
        seen += [estimate.share(percent) for percent in (None, 30.0, 100.0)]

    assert seen[0] == 0.0
    assert seen[-1] == pytest.approx(1.0)
    assert max(seen) <= 1.0


def test_a_line_says_the_step_the_rows_the_time_and_what_is_left() -> None:
    estimate = Estimate({"load": 50})
    estimate.rows = 50_000_000
    estimate.start("load")

    assert estimate.line("load", 50.0, 30.0) == (
        "load      [#####---------------]  25%   50,000,000 rows   30 s, about 1 min 30 s left"
    )


def test_no_estimate_is_made_from_next_to_nothing() -> None:
    estimate = Estimate({"load": 50})
    estimate.start("load")

    assert "left" not in estimate.line("load", 1.0, 3.0)
    assert "rows" not in estimate.line("load", 1.0, 3.0)


def test_a_step_that_takes_long_is_told_again_and_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cartjury.app.progress.TICK", 0.01)
    monkeypatch.setattr("cartjury.app.progress.PATIENCE", 0.02)
    with Progress(lambda: 40.0) as progress:
        progress("load")
        progress.counted(1000)
        while (said := capsys.readouterr().err).count("\n") < 1 or "1,000 rows" not in said:
            time.sleep(0.05)

    assert "load      [##------------------]   9%   1,000 rows" in said


def test_the_progress_of_a_running_query_can_be_asked_meanwhile(tmp_path: Path) -> None:
    seen: list[float] = []
    with ThreadPoolExecutor(1) as pool, connect(tmp_path) as connection:
        connection.execute("CREATE TEMP TABLE t AS SELECT range AS x FROM range(3000000)")
        running = pool.submit(lambda: connection.execute("SELECT max(sha256(md5(x::VARCHAR))) FROM t").fetchall())
        while not running.done():
            seen += [found for found in [percent()] if found is not None]
            time.sleep(0.01)

    assert any(0 < found <= 100 for found in seen)
    assert percent() is None


def test_of_work_that_was_never_measured_only_the_step_is_told() -> None:
    estimate = Estimate({})
    estimate.start("sessions")

    assert estimate.line("sessions", 40.0, 12.0) == "sessions ... 40 % of this step, 12 s so far"
    assert estimate.line("sessions", None, 12.0) == "sessions ... 12 s so far"
