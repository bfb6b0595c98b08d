"""Numbers of other countries and programs: one style a column, and an error where two are possible."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import connect, literal
from cartjury.tools.reading.numbers import Mark, NumberStyle, number
from tests.carts import carts, csv_text, loaded, rejected, stored, write_csv, write_text

SCORELESS = {"engagement_score": "", "profitability_score": "1"}  # nothing that tells the decimal mark


def values(
    folder: Path, *texts: str, delimiter: str = ";", column: str = "avg_order_value", **options: Any
) -> list[float]:
    rows = [{**row, **SCORELESS, column: row[column]} for row in carts(*texts, column=column)]
    text = "\n".join(delimiter.join(r[c] for c in COLUMN_NAMES) for r in rows)
    path = write_text(folder, delimiter.join(COLUMN_NAMES) + "\n" + text + "\n")
    return [float(v) for v in stored(loaded(path, **options))[column]]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1.234,50", "12,00", "7"], [1234.5, 12, 7]),
        (["1,234.50", "12.00", "7"], [1234.5, 12, 7]),
        (["1 234,50", "12,00", "7"], [1234.5, 12, 7]),
        (["1\u00a0234,50", "12,00", "7\u202f000"], [1234.5, 12, 7000]),
        (["1'234.50", "12.00", "7\u2019000"], [1234.5, 12, 7000]),
        (["1,234,567.5", "1.5", "2"], [1234567.5, 1.5, 2]),
        (["1.234.567", "1", "2"], [1234567, 1, 2]),
        (["\u00a012.5", "3\u00a0", "4"], [12.5, 3, 4]),
        (["49,9", "1,234", "0,5"], [49.9, 1.234, 0.5]),
        (["$1,234.50", "$5", "$0.99"], [1234.5, 5, 0.99]),
        (["49,90 \u20ac", "5 \u20ac", "1.200,00 \u20ac"], [49.9, 5, 1200]),
        (["USD 49.90", "USD 5", "USD 1"], [49.9, 5, 1]),
    ],
)
def test_a_column_in_one_style_is_read_as_it_is_meant(tmp_path: Path, texts: list[str], expected: list[float]) -> None:
    assert values(tmp_path, *texts) == expected


def test_what_is_written_as_the_contract_says_is_not_converted(tmp_path: Path) -> None:
    # 1.234 would be 1234 with a decimal comma, but nothing in the file speaks for one.
    assert values(tmp_path, "1.234", "2.500") == [1.234, 2.5]


def test_the_comma_of_one_column_tells_what_the_point_of_another_is(tmp_path: Path) -> None:
    rows = [{**r, "engagement_score": "0,62", "profitability_score": "1"} for r in carts("1.234", "2.500")]
    found = loaded(write_text(tmp_path, csv_text(rows).replace('"', "").replace("0,62", '"0,62"')))
    assert stored(found)["avg_order_value"].tolist() == [1234, 2500]
    assert found.notices == (
        "avg_order_value: 2 values were read with a decimal comma",
        "engagement_score: 2 values were read with a decimal comma",
    )


def test_a_comma_that_may_be_either_is_an_error_that_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"in avg_order_value, '1,234' may mean 1234 or 1\.234\n.*--decimal"):
        values(tmp_path, "1,234", "2,500")
    assert values(tmp_path, "1,234", "2,500", decimal=",") == [1.234, 2.5]
    assert values(tmp_path, "1,234", "2,500", decimal=".") == [1234, 2500]


def test_a_decimal_comma_that_is_asked_for_also_reads_points_as_thousands(tmp_path: Path) -> None:
    assert values(tmp_path, "1.234", "2.500", decimal=",") == [1234, 2500]


def test_two_styles_in_one_column_are_bad_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 1, column avg_order_value: '1,5' is not a number"):
        values(tmp_path, "1,5", "2.5")


def test_one_bad_value_makes_the_style_a_matter_of_the_user(tmp_path: Path) -> None:
    texts = [*["12,50"] * 20, "abc"]
    with pytest.raises(InputError, match=r"21 bad rows(.|\n)*--decimal , reads it so"):
        values(tmp_path, *texts)
    with pytest.raises(InputError, match="1 bad row\nrow 21, column avg_order_value: 'abc' is not a number"):
        values(tmp_path, *texts, decimal=",")


@pytest.mark.parametrize("texts", [["$5", "\u20ac5"], ["$5", "5"], ["5 apples", "6 apples"], ["5%", "6%"]])
def test_currencies_are_never_mixed_and_other_words_never_dropped(tmp_path: Path, texts: list[str]) -> None:
    with pytest.raises(InputError, match="is not a number"):
        values(tmp_path, *texts)


def test_percent_signs_make_a_score(tmp_path: Path) -> None:
    assert values(tmp_path, "62 %", "18%", "5.5%", column="engagement_score") == [0.62, 0.18, 0.055]


def test_a_score_of_0_to_100_is_divided_where_that_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="looks like 0 to 100 instead of 0 to 1: --scale engagement_score=100"):
        values(tmp_path, "62", "18", "55", column="engagement_score")
    assert values(tmp_path, "62", "18", column="engagement_score", scale=["engagement_score=100"]) == [0.62, 0.18]


def test_words_for_nothing_are_empty_cells_and_counted(tmp_path: Path) -> None:
    found = loaded(write_csv(tmp_path, carts("NULL", "n/a", "5", "-", "nan", "\\N")))
    assert stored(found)["avg_order_value"].isna().tolist() == [True, True, False, True, True, True]
    assert found.notices == ("avg_order_value: 5 cells with NA, null or the like count as empty",)


def test_words_for_nothing_stay_empty_beside_bad_values(tmp_path: Path) -> None:
    path = write_csv(tmp_path, carts("NULL", "abc", "5"))
    assert stored(loaded(path, on_bad_rows="quarantine"))["user_id"].tolist() == ["u1", "u3"]
    assert [r["values"] for r in rejected(path)] == ["abc"]


def test_a_word_for_nothing_where_a_value_is_needed_is_a_bad_row(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 2, column num_cart_items: 'NULL' is empty"):
        loaded(write_csv(tmp_path, carts("1", "NULL", column="num_cart_items")))


def test_a_style_that_first_fails_late_in_the_file_is_still_found(tmp_path: Path) -> None:
    # The first thousand rows read in the contract's way; only the whole column shows what it is.
    texts = [*[f"{i % 9 + 1}.{i % 900 + 100}" for i in range(3000)], "12.345,5"]
    assert values(tmp_path, *texts)[-2:] == [float(texts[-2].replace(".", "")), 12345.5]


@given(st.decimals(0, 10**9, places=2), st.sampled_from([".", ","]), st.sampled_from(["", " ", "\u00a0", "'"]))
@settings(max_examples=60, deadline=None)
def test_any_number_survives_the_way_it_is_written(tmp_path_factory: Any, value: Any, mark: Mark, group: str) -> None:
    text = f"{value:,.2f}".replace(",", "G").replace(".", mark).replace("G", group)
    with connect(tmp_path_factory.getbasetemp()) as connection:
        query = f"SELECT {number('x', NumberStyle(mark))} FROM (SELECT {literal(text)} AS x)"
        assert connection.execute(query).fetchall() == [(float(value),)]


@pytest.mark.parametrize(
    ("column", "text", "odd", "mark", "value"),
    [
        ("avg_order_value", "$1,250.00", "-$3", ".", 1250),
        ("avg_order_value", "1.250,00 \u20ac", "$3", ",", 1250),
        ("engagement_score", "50%", "n.a.", ".", 0.5),
    ],
)
def test_one_cell_without_the_usual_sign_does_not_keep_the_others_from_being_read(
    tmp_path: Path, column: str, text: str, odd: str, mark: str, value: float
) -> None:
    texts = [text] * 30 + [odd]
    with pytest.raises(InputError, match=f"nearly all of {column} has .*: --decimal {mark} reads it so"):
        values(tmp_path, *texts, column=column)
    path = write_text(tmp_path, csv_text(carts(*texts, column=column)))
    assert set(stored(loaded(path, decimal=mark, on_bad_rows="quarantine"))[column]) == {value}
    assert [row["row"] for row in rejected(path)] == ["31"]
