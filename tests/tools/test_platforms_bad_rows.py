"""Bad rows: named by row and column, left out on request, and never a half-written file."""

import csv
from pathlib import Path

import pytest

from cartjury.data.errors import InputError
from tests.tools.platform_exports import checkout, checkouts, flow, flows, id_of, imported, order, orders, said

ANN, BEN, CAT = "ann@example.com", "ben@example.com", "cat@example.com"
DAY = "2026-11-20T10:00:00Z"


def refused(*files: Path) -> str:
    """The message of an import that fails, and leaves nothing but the files that were there."""
    before = sorted(p.name for p in files[0].parent.iterdir())
    with pytest.raises(InputError) as error:
        imported(*files)
    assert sorted(p.name for p in files[0].parent.iterdir() if p.name != "test.key") == before
    return str(error.value)


def listed(folder: Path) -> list[dict[str, str]]:
    with (folder / "carts.csv.rejected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_bad_value_is_named_by_file_row_column_and_value(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, DAY), checkout(2, BEN, DAY, total_line_items_price="4,50"))

    message = refused(file)

    assert message.startswith("1 bad row\n")
    assert "checkouts.csv: row 2, column total_line_items_price: '4,50' is no amount in the form 1234.50" in message
    assert "--on-bad-rows quarantine" in message


def test_a_column_that_is_read_for_two_things_has_its_fault_once(tmp_path: Path) -> None:
    message = refused(checkouts(tmp_path, checkout(1, ANN, DAY, total_line_items_price="4,50")))
    assert message.count("column total_line_items_price") == 1


def test_only_the_first_twenty_are_shown(tmp_path: Path) -> None:
    message = refused(checkouts(tmp_path, *(checkout(i, ANN, "45998.46") for i in range(15))))

    assert message.count("spreadsheets number it") == 20
    assert "and 10 more" in message  # created_at and updated_at of fifteen rows


def test_a_bad_address_is_named_by_its_row_only(tmp_path: Path) -> None:
    message = refused(checkouts(tmp_path, checkout(1, ANN, DAY), checkout(2, "ben at example", DAY)))

    assert "row 2, column email: is no e-mail address" in message
    assert "ben" not in message


@pytest.mark.parametrize("value", ["Ann Smith", "ann@example.com", "12 Long Street", "+49 30 1234567", "030/1234567"])
def test_a_value_that_may_be_personal_is_not_shown_even_where_it_has_slipped_into_another_column(
    tmp_path: Path, value: str
) -> None:
    message = refused(checkouts(tmp_path, checkout(1, BEN, DAY, customer_id="7", updated_at=value)))

    assert "row 1, column updated_at: '(a value that is not shown: it may be personal)'" in message
    assert value not in message


def test_a_torn_line_is_named_by_its_row_and_later_rows_keep_their_numbers(tmp_path: Path) -> None:
    file = checkouts(tmp_path, *(checkout(i, ANN, DAY) for i in range(4)), checkout(5, BEN, "nonsense"))
    lines = file.read_text().split("\n")
    lines[2] = "2,ann@example.com"
    lines[3] += ",more"
    file.write_text("\n".join([*lines[:2], "", *lines[2:]]))

    message = refused(file)

    assert "checkouts.csv: row 2: has too few columns" in message
    assert "checkouts.csv: row 3: has too many columns" in message
    assert "checkouts.csv: row 5, column updated_at" in message
    assert "ann@" not in message


def test_a_quote_that_is_never_closed_is_refused_also_in_quarantine(tmp_path: Path) -> None:
    file = checkouts(tmp_path, *(checkout(i, ANN, DAY, token=f"token{i}") for i in range(1, 5)))
    file.write_text(file.read_text(encoding="utf-8").replace("token2", '"token2'), encoding="utf-8")

    with pytest.raises(InputError, match="a quote that is opened in row 2 is not closed") as error:
        imported(file, on_bad_rows="quarantine")
    assert ANN not in str(error.value)


def test_an_empty_date_or_key_is_a_bad_row(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, ""), {**checkout(2, BEN, DAY), "id": ""})

    message = refused(file)

    assert "row 1, column created_at: is empty" in message
    assert "row 2, column id: is empty" in message


def test_a_row_with_two_faults_counts_once(tmp_path: Path) -> None:
    message = refused(flows(tmp_path, flow(1, "nobody", "45998", cart_contents="x")))

    assert message.startswith("1 bad row\n")
    assert message.count("row 1, column") == 3


def test_in_quarantine_bad_rows_are_listed_without_personal_values_and_the_rest_is_written(tmp_path: Path) -> None:
    file = checkouts(
        tmp_path,
        checkout(1, ANN, DAY),
        checkout(2, "ben at example", DAY),
        checkout(3, CAT, DAY, total_discounts="=1+1", updated_at="Cat Smith"),
    )

    carts, report = imported(file, on_bad_rows="quarantine")

    assert list(carts) == [id_of(ANN)]
    assert [(r["file"], r["row"], r["columns"]) for r in listed(tmp_path)] == [
        ("checkouts.csv", "2", "email"),
        ("checkouts.csv", "3", "updated_at; total_discounts"),
    ]
    assert "ben" not in str(listed(tmp_path))
    assert "Smith" not in str(listed(tmp_path))
    assert report.bad_rows == 2
    assert "carts.csv.rejected.csv" in said(report, "2 bad rows were left out")
    assert set(report.files) == {"carts.csv", "carts.csv.rejected.csv"}


def test_a_bad_line_takes_its_whole_order_with_it(tmp_path: Path) -> None:
    file = checkouts(tmp_path, checkout(1, ANN, DAY))
    beside = orders(
        tmp_path,
        order("#1", ANN, "2026-10-01 10:00:00 +0000"),
        {"Name": "#1", "Refunded Amount": "twenty"},
        order("#2", ANN, "2026-09-01 10:00:00 +0000", Total="10.00"),
    )

    carts, _ = imported(file, beside, on_bad_rows="quarantine")

    assert carts[id_of(ANN)]["avg_order_value"] == "10.0"
    assert carts[id_of(ANN)]["last_order_date"] == "2026-09-01"


def test_a_list_of_bad_rows_of_an_earlier_import_does_not_stay(tmp_path: Path) -> None:
    bad = checkout(2, "ben at example", DAY)
    imported(checkouts(tmp_path, checkout(1, ANN, DAY), bad), on_bad_rows="quarantine")

    imported(checkouts(tmp_path, checkout(1, ANN, DAY)))

    assert not (tmp_path / "carts.csv.rejected.csv").exists()
