"""`cartjury run`: what it writes and prints, every option, and what it refuses."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cartjury.graph.folders import RESULTS
from tests.app.shell import DAY, SMALL, done, fails, manifest, plan, rows
from tests.carts import cart, write_csv

pytestmark = pytest.mark.usefixtures("empty_folder")


def test_run_writes_the_documented_files_and_no_others() -> None:
    done("run", *SMALL, "--out", "out")
    written = {p.name for p in Path("out").iterdir()} - {".work"}

    assert written == RESULTS - {
        *("cart_abandoners.csv", "cart_abandoners.parquet", "mock_cart_abandoners.parquet", "rejected_rows.csv")
    }
    assert set(manifest("out")["files"]) == written - {"manifest.json"}


def test_run_prints_the_segments_on_stdout_and_its_progress_on_stderr() -> None:
    result = done("run", *SMALL, "--out", "out")
    names = [row["Segment Name"] for row in rows("out/mece_strategy.csv")]

    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == names
    assert " ..." not in result.stdout
    assert result.stderr.startswith("prepare ...\ngenerate ...\nload ...\n")
    assert "proven MECE, named by: offline jury" in result.stderr


def test_json_is_the_only_thing_on_stdout() -> None:
    result = done("run", *SMALL, "--out", "out", "--json")
    found = json.loads(result.stdout)

    assert found["run"] == "out"
    assert found["manifest"] == manifest("out")
    assert found["segments"] == rows("out/mece_strategy.csv")
    assert "publish ..." in result.stderr


def test_without_out_each_run_has_a_folder_of_its_own_below_runs() -> None:
    done("run", *SMALL)
    done("run", *SMALL)

    folders = list(Path("runs").iterdir())
    assert len(folders) == 2
    assert {manifest(str(f))["run_id"] for f in folders} == {f.name for f in folders}


def test_the_same_order_gives_the_same_bytes() -> None:
    for folder in ("one", "two"):
        done("run", *SMALL, "--out", folder)

    for name in manifest("one")["files"]:
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes(), name


def test_another_seed_gives_other_carts() -> None:
    done("run", *SMALL, "--out", "one")
    done("run", *SMALL, "--seed", 43, "--out", "two")

    assert manifest("one")["source"]["sha256"] != manifest("two")["source"]["sha256"]


def test_every_option_of_run_reaches_the_plan_or_the_files() -> None:
    write_csv(
        Path(),
        [cart(user_id=f"u{i}", engagement_score=f"{i / 100}", country="X") for i in range(100)],
        [*cart(), "country"],
    )
    done(
        *("run", "carts.csv", "--as-of", "2026-11-22", "--window-days", 30, "--out", "out", "--exact-cuts"),
        *("--min-size", 3, "--max-size", 44, "--scoring", "seed", "--jury", "offline", "--effort", "offline"),
        *("--on-bad-rows", "quarantine", "--keep-columns", "country", "--users-format", "parquet"),
        *("--memory-limit", "500MB", "--seed", 5, "--no-require-models"),
    )
    found, policy = plan("out"), plan("out")["size_policy"]

    assert (manifest("out")["as_of"], manifest("out")["seed"]) == ("2026-11-22", 5)
    assert (found["window_days"], found["scoring"]) == (30, "seed")
    assert (policy["min_size"], policy["max_size"]) == (3, 44)
    assert found["dimensions"][0]["cuts"] == pytest.approx([0.594])  # numpy's linear quantile of 0, 0.01 ... 0.99
    assert "country" in pq.read_table("out/cart_abandoners.parquet").column_names


def test_settings_of_the_toml_file_reach_the_plan() -> None:
    Path("mine.toml").write_text(
        'window_days = 5\nmin_size = 4\nusers_format = "parquet"\n'
        '[[dimensions]]\nname = "Spend"\ncolumn = "avg_order_value"\nquantiles = [0.25]\n'
        "[weights]\nconversion = 0.5\nlift = 0\nsize = 0.5\nprofitability = 0\nstrategic_fit = 0\n"
        "[priorities.Spend]\nHigh = 1\n"
        '[models.judge]\nprovider = "groq"\nmodel = "some-model"\ntemperature = 0.7\n',
        encoding="utf-8",
    )
    done("run", *SMALL, "--out", "out", "--config", "mine.toml")
    found = plan("out")

    assert [(d["name"], d["quantiles"]) for d in found["dimensions"]] == [("Spend", [0.25])]
    assert (found["window_days"], found["size_policy"]["min_size"]) == (5, 4)
    assert (found["weights"]["conversion"], found["priorities"]) == (0.5, {"Spend": {"High": 1.0}})
    assert manifest("out")["options"]["models"]["judge"]["temperature"] == 0.7
    assert Path("out/mock_cart_abandoners.parquet").is_file()


def test_missing_aov_makes_an_unknown_level() -> None:
    done("run", *SMALL, "--missing-aov", 1, "--out", "out")

    assert "Unknown" in {row["aov_bucket"] for row in rows("out/mock_cart_abandoners.csv")}


def test_bad_rows_stop_the_run_unless_they_are_quarantined() -> None:
    write_csv(Path(), [*(cart(user_id=f"u{i}") for i in range(30)), cart(user_id="bad", engagement_score="7")])

    said = fails("run", "carts.csv", "--out", "out")
    assert "row 31, column engagement_score: '7'" in said
    assert not Path("out").exists()

    assert "1 bad row" in done("run", "carts.csv", "--on-bad-rows", "quarantine", "--out", "out").stderr
    assert len(rows("out/rejected_rows.csv")) == 1


def test_one_user_is_one_user() -> None:
    assert "\n1 user in 1 segment as of" in done("run", "--n-users", 1, "--as-of", DAY, "--out", "out").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--n-users 0", "n_users = 0"),
        ("--n-users many", "--n-users"),
        ("--nusers 5", "No such option: --nusers"),
        ("--seed -1", "seed = -1"),
        ("--as-of 2026-13-01", "2026-13-01"),
        ("--window-days -1", "window_days = -1"),
        ("--scoring best", "scoring = 'best'"),
        ("--effort lots", "effort = 'lots'"),
        ("--on-bad-rows maybe", "on_bad_rows = 'maybe'"),
        ("--keep-columns email", "email"),
        ("--users-format xlsx", "users_format = 'xlsx'"),
        ("--missing-aov 2", "missing_aov = 2.0"),
        ("--memory-limit lots", "memory_limit = 'lots'"),
        ("--memory-limit 1KB", "Memory"),
        ("--min-size 0", "--min-size"),
        ("--min-size 50000", "50,000"),
        ("--min-size 50 --max-size 10", "min size 50 is more than max size 10"),
        ("--config none.toml", "none.toml"),
        ("none.csv", "none.csv"),
        ("carts.csv --n-users 5", "--n-users"),
        ("carts.csv --missing-aov 0.5", "--missing-aov"),
        ("a.csv b.csv", "b.csv"),
    ],
)
def test_run_refuses_what_makes_no_sense_and_leaves_nothing_behind(words: str, said: str) -> None:
    assert said in fails("run", "--out", "out", *words.split())
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[priorities.AVO]\nHigh = 1", "no dimension AVO, only AOV, Engagement, Profit"),
        ("[priorities.Profit]\nMedium = 1", "no level Medium, only High, Low, Unknown"),
    ],
)
def test_priorities_for_what_does_not_exist_are_refused(toml: str, said: str) -> None:
    Path("cartjury.toml").write_text(toml, encoding="utf-8")

    assert said in fails("run", *SMALL, "--out", "out")
