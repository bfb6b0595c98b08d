"""`cartjury import events` as it is typed: what it prints, what it leaves, and that `run` takes what it makes."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests import program
from tests.app.shell import call, done, fails, rows
from tests.test_readme import ROOT, shell
from tests.tools.event_logs import rees46

DOCS = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")


def shop(folder: Path, users: int = 60) -> Path:
    """A log in which every third user bought, and the last one has a cart that is too young."""
    carts = [f"{18 + u % 3} 10:{u:02}:00,cart,A,{u}.5,u{u:02},s" for u in range(users)]
    orders = [f"{18 + u % 3} 11:{u:02}:00,purchase,A,{u}.5,u{u:02},s" for u in range(0, users, 3)]
    return rees46(folder, *carts, *orders, "23 00:00:00,cart,A,1,young,s")


def test_the_outcomes_are_a_table_and_the_next_command_is_said(empty_folder: Path) -> None:
    result = done("import", "events", shop(empty_folder), "--preset", "rees46")

    table = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert table["abandoned"] == ["40", "yes"]
    assert table["converted"] == ["20", "no"]
    assert table["too_early"] == ["1", "no"]
    assert result.stderr.splitlines()[-1] == "next: cartjury run carts.parquet --as-of 2026-11-23"


@pytest.mark.parametrize("written", ["tab", r"\t"])
def test_a_tab_may_be_named_as_a_delimiter(empty_folder: Path, written: str) -> None:
    log = shop(empty_folder)
    log.write_text(log.read_text().replace(",", "\t"))

    result = done("import", "events", log, "--preset", "rees46", "--delimiter", written)

    assert "wrote 40 users" in result.stderr


def test_the_record_on_disk_is_what_json_prints(empty_folder: Path) -> None:
    result = done("import", "events", shop(empty_folder), "--preset", "rees46", "--json", "--out", "c.csv")

    record = json.loads(result.stdout)
    assert record == json.loads(Path("c.csv.import.json").read_text())
    assert record["kept"] == len(rows("c.csv")) == 40
    assert record["rows"]["read"] == sum(n for what, n in record["rows"].items() if what != "read")
    assert [source["name"] for source in record["sources"]] == ["log.csv"]
    assert "profitability_score" in record["formulas"]


def test_the_next_command_segments_the_carts(empty_folder: Path) -> None:
    imported = done("import", "events", shop(empty_folder), "--preset", "rees46", "--out", "my carts.parquet")
    command = imported.stderr.splitlines()[-1].removeprefix("next: cartjury ")

    ran = shell(f"cartjury {command} --out results", empty_folder)

    assert ran.returncode == 0, ran.stderr
    assert "Profit is not used: no user has a value of profitability_score" in ran.stderr
    assert "40 users" in ran.stderr + ran.stdout


def test_a_window_that_holds_the_carts_is_proposed_where_most_are_old(empty_folder: Path) -> None:
    log = rees46(empty_folder, *(f"0{d} 10:00:00,cart,A,1,u{d},s" for d in range(1, 6)), "23 00:00:00,cart,A,1,v,s")

    said = done("import", "events", log, "--preset", "rees46", "--out", "c.csv").stderr

    assert "0 of 5 carts are of the last 7 days" in said
    assert "next: cartjury run c.csv --as-of 2026-11-23 --window-days 30" in said


def test_a_bad_row_is_an_error_and_nothing_is_written(empty_folder: Path) -> None:
    log = rees46(empty_folder, "20 10:00:00,cart,A,x,u,s")

    assert "row 1, column price: 'x' is not a number" in fails("import", "events", log, "--preset", "rees46")
    assert [p.name for p in empty_folder.iterdir()] == ["log.csv"]


def test_an_import_that_fails_leaves_the_one_before_it(empty_folder: Path) -> None:
    done("import", "events", shop(empty_folder), "--preset", "rees46")
    before = {p.name: p.read_bytes() for p in empty_folder.iterdir() if p.name.startswith("carts")}
    bad = rees46(empty_folder, "20 10:00:00,cart,A,x,u,s", name="bad.csv")

    fails("import", "events", bad, "--preset", "rees46")

    assert {p.name: p.read_bytes() for p in empty_folder.iterdir() if p.name.startswith("carts")} == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--preset rees47", "did you mean rees46?"),
        ("--preset rees46 --bots some", "--bots some: say exclude or keep"),
        ("--preset rees46 --memory-limit much", "say a size such as 500MB"),
        ("--preset rees46 --abandon-after soon", "say a length of time such as 24h"),
        ("--preset rees46 --as-of soon", "say a day such as 2026-11-23"),
        ("--preset rees46 --out carts.xlsx", "the name must end in .parquet, .csv or .csv.gz"),
        ("--preset rees46 --out nowhere/carts.csv", "its folder does not exist"),
        ("--preset rees46 --out log.csv", "choose another --out"),
        ("--preset rees46 --map color=x", "the roles are user, time, event"),
        ("--preset rees46 --map session=no_such", "there is no column no_such (session)"),
        ("--preset rees46 --event add=x", "the kinds are view, cart, remove, purchase"),
        ("--preset rees46 --map margin=price --map cost=price", "profitability comes from a single column"),
        ("--preset custom", "--map user=COLUMN --map time=COLUMN --map event=COLUMN"),
    ],
)
def test_a_mistake_is_answered_by_what_to_say(empty_folder: Path, words: str, said: str) -> None:
    assert said in fails("import", "events", shop(empty_folder), *words.split())


def test_the_group_says_what_it_holds(empty_folder: Path) -> None:
    assert "events" in call("import", "--help").stdout


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    big = tmp_path / "big.csv"
    row = "2026-11-20 10:00:00,view,{0},1,u{0},s{0}\n"
    with big.open("w") as file:
        file.write("event_time,event_type,product_id,price,user_id,user_session\n")
        for block in range(60):
            file.writelines(row.format(block * 20_000 + i) for i in range(20_000))
    with program.start("import", "events", "big.csv", "--preset", "rees46", folder=tmp_path) as process:
        while not any(tmp_path.glob(".carts*/*")):  # in the middle of the work
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert (process.returncode, "Traceback" in said) == (130, False), said
    assert sorted(p.name for p in tmp_path.iterdir()) == [".guard", "big.csv"]


def test_the_commands_of_the_docs_run_in_order(tmp_path: Path) -> None:
    blocks = DOCS.split("```bash\n")[1:]

    for block in (text.partition("```")[0] for text in blocks):
        ran: subprocess.CompletedProcess[str] = shell(block, tmp_path)
        assert ran.returncode == 0, ran.stderr

    assert (tmp_path / "carts.parquet.import.json").is_file()
    assert (tmp_path / "clicks.parquet").is_file()
