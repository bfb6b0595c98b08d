"""`cartjury import platform` as it is typed, and what `cartjury run` makes of the outcome."""

import json
import re
import shlex
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests import program
from tests.app.shell import done, fails, manifest, rows
from tests.tools.platform_exports import checkout, checkouts, flow, flows, order, orders, profiles, serialised

DOCS = Path(__file__).parents[2] / "docs" / "platforms.md"
NEWEST = date(2026, 11, 23)


@pytest.fixture
def shop(empty_folder: Path) -> Path:
    """The exports of a shop with 400 people who left a cart, of whom two in three have ordered before."""
    people = [f"person{i}@example.com" for i in range(400)]
    days = [(NEWEST - timedelta(days=i % 6)).isoformat() for i in range(400)]
    checkouts(
        empty_folder,
        *(
            checkout(i, who, f"{days[i]}T10:00:00Z", total_line_items_price=f"{20 + i % 90}.00")
            for i, who in enumerate(people)
        ),
    )
    orders(
        empty_folder,
        *(
            order(
                f"#{i}",
                who,
                f"2026-0{1 + i % 9}-10 10:00:00 +0100",
                Total=f"{30 + i % 70}.00",
                Discount_Amount=f"{i % 20}",
            )
            for i, who in enumerate(people)
            if i % 3
        ),
    )
    profiles(
        empty_folder,
        *(
            {"Email": who, "Klaviyo ID": f"01X{i}", "Last Open": f"2026-10-{1 + i % 28:02d} 10:00:00"}
            for i, who in enumerate(people)
        ),
    )
    return empty_folder


def test_the_counts_are_the_output_and_the_rest_is_said(shop: Path) -> None:
    result = done("import", "platform", "checkouts.csv")

    assert [line.split() for line in result.stdout.splitlines()] == [
        ["Outcome", "Checkouts"],
        ["written", "as", "carts", "400"],
        ["all", "checkouts", "400"],
    ]
    notices = [line for line in result.stderr.splitlines() if line.startswith("note: ")]
    assert notices[0] == (
        "note: checkouts.csv is a Shopify abandoned checkouts export (API or Fivetran shape), recognised by its header"
    )
    assert "next: cartjury run carts.csv --as-of 2026-11-23" in result.stderr


def test_as_json_the_output_is_the_manifest(shop: Path) -> None:
    result = done("import", "platform", "checkouts.csv", "--json")

    assert result.stdout == Path("carts.csv.import.json").read_text(encoding="utf-8")
    report = json.loads(result.stdout)
    assert sum(report["outcomes"].values()) == 400
    assert report["sources"][0]["sha256"]
    assert set(report["mapping"]) >= {"user_id", "avg_order_value", "profitability_score"}


def test_the_commands_of_the_docs_work(shop: Path) -> None:
    (block,) = re.findall(r"```bash\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    commands = [shlex.split(line) for line in block.splitlines()]

    for command in commands:
        done(*command[1:])

    assert [command[0] for command in commands] == ["cartjury"] * 4
    assert manifest("results")["users"] == 400


def test_the_next_command_segments_the_carts_with_all_three_dimensions(shop: Path) -> None:
    said = done("import", "platform", "orders.csv", "--checkouts", "checkouts.csv", "--profiles", "profiles.csv").stderr
    (command,) = re.findall("next: cartjury (.*)", said)

    result = done(*shlex.split(command), "--out", "results", "--keep-columns", "cart_value")

    assert manifest("results")["mece_proven"]
    assert "is not used" not in result.stderr
    users = rows("results/cart_abandoners.csv")
    assert {u["aov_bucket"] for u in users} == {"Low", "Medium", "High", "Unknown"}
    assert {u["engagement_bucket"] for u in users} == {"Low", "High"}


def test_dimensions_that_the_import_says_will_be_dropped_are_those_that_a_run_drops(shop: Path) -> None:
    said = done("import", "platform", "checkouts.csv").stderr
    dropped = set(re.findall(r"the (\w+) dimension will be dropped", said))

    warned = done("run", "carts.csv", "--out", "results").stderr

    assert dropped == {"AOV", "Engagement"}
    assert dropped <= set(re.findall(r"warning: (\w+) is not used", warned))


def test_the_same_address_has_the_same_id_in_the_next_import(shop: Path) -> None:
    first = done("import", "platform", "checkouts.csv", "--out", "a.csv").stderr
    second = done("import", "platform", "checkouts.csv", "--out", "b.csv").stderr

    assert "note: .cartjury.key was made" in first
    assert ".cartjury.key" not in second
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()


def test_an_import_that_fails_writes_nothing_and_makes_no_key(shop: Path) -> None:
    before = sorted(p.name for p in shop.iterdir())

    message = fails("import", "platform", "orders.csv")

    assert "cartjury import platform CHECKOUTS_FILE --orders orders.csv" in message
    assert sorted(p.name for p in shop.iterdir()) == before


def test_carts_of_an_earlier_import_stay_when_a_later_one_fails(shop: Path) -> None:
    done("import", "platform", "checkouts.csv")
    before = {p.name: p.read_bytes() for p in shop.iterdir()}
    checkouts(shop, checkout(1, "no address", "2026-11-23T10:00:00Z"))

    fails("import", "platform", "checkouts.csv")

    assert {p.name: p.read_bytes() for p in shop.iterdir() if p.name != "checkouts.csv"} == {
        name: content for name, content in before.items() if name != "checkouts.csv"
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("no_such.csv",), "there is no file no_such.csv"),
        (("checkouts.csv", "--out", "checkouts.csv"), "would overwrite checkouts.csv"),
        (("checkouts.csv", "--out", "carts.xlsx"), "must end in .csv or .parquet"),
        (("checkouts.csv", "--out", "nowhere/carts.csv"), "there is no folder nowhere"),
        (("checkouts.csv", "--timezone", "Mars/Base"), "--timezone Mars/Base is no time zone"),
        (("checkouts.csv", "--as-of", "2020-01-01"), "leaves no carts to work with as of 2020-01-01: 400 after as_of"),
    ],
)
def test_a_mistake_is_answered_with_what_is_wrong(shop: Path, words: tuple[str, ...], message: str) -> None:
    assert message in fails("import", "platform", *words)


def test_nothing_personal_is_printed_or_written_by_the_program(empty_folder: Path) -> None:
    canary = "cAnArY"
    flows(
        empty_folder,
        *(
            flow(i, f"{canary}{i}@example.com", "2026-11-20 10:00:00", other_fields=canary, cart_contents=serialised(i))
            for i in range(1, 50)
        ),
        flow(99, f"{canary} at example", "2026-11-20 10:00:00", other_fields=canary),
    )

    failed = program.run("import", "platform", "cartflows.csv", folder=empty_folder)
    kept = program.run("import", "platform", "cartflows.csv", "--on-bad-rows", "quarantine", folder=empty_folder)

    assert (failed.code, kept.code) == (2, 0)
    assert "row 50, column email: is no e-mail address" in failed.err
    written = [
        p.read_text(errors="replace") for p in empty_folder.rglob("*") if p.is_file() and p.name != "cartflows.csv"
    ]
    for text in (failed.out, failed.err, kept.out, kept.err, *written):
        assert canary.lower() not in text.lower()
    assert len(rows(str(empty_folder / "carts.csv"))) == 49


def test_help_names_the_platforms_and_every_option(empty_folder: Path) -> None:
    text = " ".join(done("import", "platform", "--help").stdout.split())

    assert "Shopify, WooCommerce CartFlows or Klaviyo" in text
    for option in ("--checkouts", "--orders", "--profiles", "--as-of", "--out", "--timezone", "--key-file"):
        assert option in text
