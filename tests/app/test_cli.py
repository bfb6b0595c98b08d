"""The other commands, resuming and help: what they print where, and how they fail."""

import json
import re
from pathlib import Path

import pytest

from tests.app.shell import DAY, SMALL, done, fails, manifest, plan
from tests.carts import cart, write_csv

pytestmark = pytest.mark.usefixtures("empty_folder")


def test_resume_refuses_options_that_it_would_ignore(finished: Path) -> None:
    said = fails("run", "carts.csv", "--resume", finished, "--n-users", 5, "--exact-cuts", "--config", "x.toml")

    for word in ("carts.csv", "--n-users", "--exact-cuts", "--config"):
        assert word in said


def test_resuming_a_finished_run_shows_it(finished: Path) -> None:
    assert json.loads(done("run", "--resume", finished, "--json").stdout)["manifest"] == manifest(str(finished))


@pytest.mark.parametrize("name", ["carts.csv", "carts.csv.gz", "carts.parquet"])
def test_what_generate_writes_run_reads(name: str) -> None:
    said = done("generate", name, *SMALL, "--seed", 3, "--missing-aov", 0.5).stderr
    done("run", name, "--out", "out")

    assert said == f"wrote 400 users as of {DAY} to {name}\n"
    assert (manifest("out")["source"]["rows"], manifest("out")["source"]["source"]) == (400, name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("carts.txt", "must end in .parquet, .csv or .csv.gz"),
        ("none/carts.csv", "none/carts.csv"),
        ("carts.csv --n-users 0", "n_users = 0"),
        ("carts.csv --window-days 3", "No such option: --window-days"),
        ("", "Missing argument"),
    ],
)
def test_generate_refuses_what_it_cannot_write(words: str, said: str) -> None:
    assert said in fails("generate", *words.split())
    assert list(Path().iterdir()) == []


def test_apply_puts_new_users_into_the_segments_of_the_plan(finished: Path) -> None:
    done("generate", "new.csv", *SMALL, "--seed", 9)
    result = done("apply", finished / "plan.json", "new.csv", "--out", "next", "--users-format", "parquet", "--json")

    assert plan("next")["segments"] == plan(str(finished))["segments"]
    assert json.loads(result.stdout)["manifest"]["plan_hash"] == manifest(str(finished))["plan_hash"]
    assert Path("next/cart_abandoners.parquet").is_file()


def test_apply_refuses_bad_carts_and_leaves_nothing_behind(finished: Path) -> None:
    write_csv(Path(), [cart(engagement_score="7")])

    assert "engagement_score" in fails("apply", finished / "plan.json", "carts.csv", "--out", "next")
    assert not Path("next").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "not JSON"),
        (b'{"x": 1}', "not a valid plan: unknown key 'x'"),
        (b'{"schema_version": 99}', "schema version 99"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"[]", "not a valid plan"),
    ],
)
@pytest.mark.parametrize("command", ["apply", "export-sql"])
def test_a_file_that_is_no_plan_is_refused_by_name(text: bytes, said: str, command: str) -> None:
    Path("odd.json").write_bytes(text)
    message = fails(command, "odd.json", *(["carts.csv"] if command == "apply" else []))

    assert "odd.json" in message
    assert said in message
    assert "pydantic" not in message


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark", "databricks", "bigquery", "snowflake"])
def test_export_sql_prints_the_plan_in_every_dialect(finished: Path, dialect: str) -> None:
    printed = done("export-sql", finished / "plan.json", "--dialect", dialect).stdout

    assert "CASE" in printed
    assert all(segment["id"] in printed for segment in plan(str(finished))["segments"])


def test_export_sql_prints_what_fits_the_cut_points_or_both_on_request(finished: Path) -> None:
    fit, assign, both = (
        done("export-sql", finished / "plan.json", "--part", part).stdout for part in ("fit", "assign", "both")
    )

    assert "missing_share" in fit
    assert assign == done("export-sql", finished / "plan.json").stdout
    assert both == f"{fit}\n{assign}"
    assert "known are: fit, assign, both" in fails("export-sql", finished / "plan.json", "--part", "all")


def test_an_unknown_dialect_is_refused_with_the_known_ones(finished: Path) -> None:
    said = fails("export-sql", finished / "plan.json", "--dialect", "mysql")

    assert "'mysql'" in said
    assert "postgres" in said


def test_show_repeats_what_the_run_printed(finished: Path) -> None:
    shown = done("show", finished)

    assert shown.stdout == done("run", "--resume", finished).stdout
    assert "warning: changed" not in shown.stderr


def test_show_notices_changed_and_missing_files() -> None:
    done("run", *SMALL, "--out", "out")
    Path("out/report.html").write_text("tampered", encoding="utf-8")
    Path("out/segments.sql").unlink()

    said = done("show", "out").stderr
    assert "warning: changed or missing since the run wrote them: report.html, segments.sql" in said


def test_names_are_shown_literally_never_as_markup() -> None:
    done("run", *SMALL, "--out", "out")
    table = Path("out/mece_strategy.csv")
    odd = ["[red]Alert[/red]", "[bold]", "[/]", ":smile:"]
    names = iter(odd)
    table.write_bytes(re.sub(rb"\r\n\w+,", lambda m: f"\r\n{next(names, 'Other')},".encode(), table.read_bytes()))

    shown = done("show", "out").stdout
    assert [name for name in odd if name not in shown] == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({}, "holds no finished run"),
        ({"manifest.json": "{}"}, "is not the manifest of a run: 'run_id' is missing"),
        ({"manifest.json": "\x00"}, "is not the manifest of a run"),
    ],
)
def test_show_refuses_a_folder_without_a_finished_run(broken: dict[str, str], said: str) -> None:
    Path("out").mkdir()
    for name, text in broken.items():
        Path("out", name).write_text(text, encoding="utf-8")

    assert said in fails("show", "out")


@pytest.mark.parametrize("text", [None, "a,b\r\n1,2\r\n"])
def test_show_refuses_scores_that_are_gone_or_no_table_of_ours(text: str | None) -> None:
    done("run", *SMALL, "--out", "out")
    table = Path("out/mece_strategy.csv")
    table.unlink() if text is None else table.write_text(text, encoding="utf-8")

    assert "mece_strategy.csv" in fails("show", "out")


@pytest.mark.parametrize("command", ["run", "generate", "apply", "export-sql", "show", "doctor"])
def test_every_command_has_help(command: str) -> None:
    assert command in done("--help").stdout
    assert done(command, "--help").stdout.startswith("Usage:")


def test_the_options_that_scripts_rely_on_are_there() -> None:
    relied = (
        "--n-users --seed --as-of --window-days --out --exact-cuts --min-size --max-size --scoring --jury "
        "--effort --require-models --on-bad-rows --json"
    )
    shown = done("run", "--help").stdout

    assert [option for option in relied.split() if option not in shown] == []


def test_help_documents_the_exit_codes() -> None:
    shown = done("--help").stdout

    assert all(f"{code} " in shown for code in (0, 1, 2, 3, 4, 130))


def test_an_unknown_command_is_named() -> None:
    assert "'nonsense'" in fails("nonsense")
