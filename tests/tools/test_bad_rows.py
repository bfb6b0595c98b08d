"""What a user is told of bad rows, and what a quarantine leaves."""

import random
from pathlib import Path

import pyarrow as pa
import pytest

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from tests.carts import cart, carts, csv_text, loaded, rejected, stored, write_arrow, write_csv, write_text

HEADER = ",".join(COLUMN_NAMES) + "\n"


def line(user: str, aov: str = "5") -> str:
    return f"{user},2026-11-20,,{aov},3,2,0.62,0.41\n"


def told(path: Path) -> list[str]:
    """The lines of the error between its headline and its hint."""
    with pytest.raises(InputError) as caught:
        loaded(path)
    return str(caught.value).splitlines()[1:-1]


def test_a_message_names_row_column_and_value(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [*carts("1", "abc"), cart(user_id="u3", engagement_score="7", num_cart_items="")])
    with pytest.raises(InputError) as caught:
        loaded(path)
    assert str(caught.value).splitlines() == [
        "carts.csv: 2 bad rows",
        "row 2, column avg_order_value: 'abc' is not a number",
        "row 3, column num_cart_items: is empty",
        "row 3, column engagement_score: '7' is not between 0 and 1",
        "row 1 is the first below the header; --on-bad-rows quarantine leaves bad rows out",
    ]


def test_the_first_twenty_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    found = told(write_csv(tmp_path, carts("1", *["abc"] * 1523)))
    assert [text.split(",")[0] for text in found[:-1]] == [f"row {i}" for i in range(2, 22)]
    assert found[-1] == "and 1,503 more"


def test_exactly_twenty_need_no_count(tmp_path: Path) -> None:
    assert len(told(write_csv(tmp_path, carts("1", *["abc"] * 20)))) == 20


def test_a_long_value_is_cut_short(tmp_path: Path) -> None:
    (text,) = told(write_csv(tmp_path, carts("x" * 1_000_000)))
    assert len(text) < 150
    assert "x..." in text.replace("'", "")


def test_torn_lines_are_rows_and_later_rows_are_numbered_behind_them(tmp_path: Path) -> None:
    text = HEADER + line("a") + "torn,1\n" + line("b") + line("c", "5,6,7") + line("d", "x") + line("a")
    assert told(write_text(tmp_path, text)) == [
        "row 2: 'torn,1' has too few columns (2, the header has 8)",
        "row 4: 'c,2026-11-20,,5,6,7,3,2,0.62,0.41' has too many columns (10, the header has 8)",
        "row 5, column avg_order_value: 'x' is not a number",
        "row 6, column user_id: 'a' is also in row 1",
    ]


def test_a_twin_below_a_torn_line_is_numbered_as_it_stands_in_the_file(tmp_path: Path) -> None:
    text = HEADER + "torn\n" + line("a") + "torn\n" + line("a")
    assert told(write_text(tmp_path, text))[-1] == "row 4, column user_id: 'a' is also in row 2"


def test_blank_lines_are_not_counted_as_rows(tmp_path: Path) -> None:
    text = HEADER + line("a") + "\n\n" + line("b") + "\ntorn\n\n" + line("c", "x")
    expected = [
        "row 3: 'torn' has too few columns (1, the header has 8)",
        "row 4, column avg_order_value: 'x' is not a number",
    ]
    assert told(write_text(tmp_path, text)) == expected
    assert told(write_text(tmp_path, text.replace("\n", "\r\n"))) == expected


def test_a_line_end_inside_quotes_starts_no_row(tmp_path: Path) -> None:
    text = HEADER + line('"two\n\nlines"') + line("b", "x") + "torn\n" + line('"a\nb"', "y")
    assert [t.split(":")[0].split(",")[0] for t in told(write_text(tmp_path, text))] == ["row 2", "row 3", "row 4"]


def test_rows_are_numbered_right_in_a_file_that_is_read_by_many_threads(tmp_path: Path) -> None:
    dice, lines, bad = random.Random(7), [], []
    for i in range(120_000):
        kind = dice.random()
        if kind < 0.0004:
            lines.append("\n")
            continue
        number = 1 + len(lines) - lines.count("\n") if kind < 0.0012 else 0
        if number:
            bad.append(number)
        lines.append("torn\n" if kind < 0.0008 else line(f"u{i}", "x") if number else line(f'"u\n{i}"'))
    path = write_text(tmp_path, HEADER + "".join(lines))
    loaded(path, on_bad_rows="quarantine")
    assert [int(r["row"]) for r in rejected(path)] == bad
    assert len(bad) > 50


def test_bytes_that_are_no_utf8_are_a_bad_row_in_a_file_of_utf8(tmp_path: Path) -> None:
    text = (HEADER + line("\u00e9")).encode() + line("b\u00fc").encode("latin-1") + line("c").encode()
    path = write_text(tmp_path, text)
    assert "is not readable (invalid encoding" in told(path)[0]
    assert stored(loaded(path, on_bad_rows="quarantine"))["user_id"].tolist() == ["\u00e9", "c"]


@pytest.mark.parametrize("on_bad_rows", ["fail", "quarantine"])
@pytest.mark.parametrize("rest", [3, 30_000, 1_200_000])  # the last is more than the engine reads at once
def test_a_quote_that_is_never_closed_swallows_no_row_silently(tmp_path: Path, on_bad_rows: str, rest: int) -> None:
    lines = "".join(line(f"c{i}") for i in range(rest))
    path = write_text(tmp_path, HEADER + line("a") + line('"b') + lines)
    with pytest.raises(InputError, match="a quote that is opened in row 2 is not closed"):
        loaded(path, on_bad_rows=on_bad_rows)


def test_a_quote_inside_one_line_is_a_fault_of_that_line(tmp_path: Path) -> None:
    path = write_text(tmp_path, HEADER + line("a") + line('"b"x') + line("c"))
    assert "has a quote that does not end its field" in told(path)[0]
    assert stored(loaded(path, on_bad_rows="quarantine"))["user_id"].tolist() == ["a", "c"]


def test_a_torn_line_of_a_file_with_further_columns_is_not_shown(tmp_path: Path) -> None:
    text = csv_text([{**cart(), "email": "a@b.c"}], (*COLUMN_NAMES, "email")) + "torn,secret@b.c\n"
    path = write_text(tmp_path, text)
    assert told(path) == ["row 2: has too few columns (2, the header has 9)"]
    loaded(path, on_bad_rows="quarantine")
    assert "secret" not in "".join(rejected(path)[0].values())


def test_an_id_that_occurs_twice_is_a_bad_row_at_its_second_place(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [cart(user_id=i) for i in ("a", "b", "A", "b", "b", "")])
    assert told(path) == [
        "row 4, column user_id: 'b' is also in row 2",
        "row 5, column user_id: 'b' is also in row 2",
        "row 6, column user_id: is empty",
    ]


def test_an_empty_id_does_not_hide_an_id_that_occurs_twice(tmp_path: Path) -> None:
    # One id too few among the distinct ones, one more for the missing: the counts alone agree.
    path = write_csv(tmp_path, [cart(user_id=i) for i in ("a", "b", "a", "")])
    assert told(path)[0] == "row 3, column user_id: 'a' is also in row 1"


def test_an_id_that_occurs_twice_in_parquet_is_a_bad_row_too(tmp_path: Path) -> None:
    path = write_arrow(tmp_path, {"user_id": pa.array(["a", "b", "a", None])})
    assert told(path) == ["row 3, column user_id: 'a' is also in row 1", "row 4, column user_id: is empty"]


def test_a_quarantine_keeps_the_bad_rows_with_their_reasons_and_goes_on_with_the_rest(tmp_path: Path) -> None:
    text = csv_text([*carts("1", "abc", "3", "4"), cart(user_id="u3", engagement_score="7")]) + "torn\n"
    path = write_text(tmp_path, text)
    found = loaded(path, on_bad_rows="quarantine")
    assert (found.rows, found.rejected) == (3, 3)
    assert found.notices == ("3 bad rows were left out and written to rejected_rows.csv",)
    assert stored(found)["avg_order_value"].tolist() == [1, 3, 4]
    keys = ("row", "reasons", "columns", "values")
    assert [tuple(r[k] for k in keys) for r in rejected(path)] == [
        ("2", "avg_order_value is not a number", "avg_order_value", "abc"),
        (
            "5",
            "user_id is also in row 3; engagement_score is not between 0 and 1",
            "user_id; engagement_score",
            "u3; 7",
        ),
        ("6", "has too few columns (1, the header has 8)", "the line", "torn"),
    ]


def test_a_quarantine_works_for_parquet(tmp_path: Path) -> None:
    values = pa.array([1.0, -2.0, None, float("inf")])
    path = write_arrow(tmp_path, {"avg_order_value": values})
    found = loaded(path, on_bad_rows="quarantine")
    assert stored(found)["user_id"].tolist() == ["u1", "u3"]
    assert [(r["row"], r["reasons"]) for r in rejected(path)] == [
        ("2", "avg_order_value is negative"),
        ("4", "avg_order_value is not finite"),
    ]


def test_a_quarantined_file_holds_nothing_that_a_spreadsheet_would_run(tmp_path: Path) -> None:
    path = write_csv(tmp_path, carts("=1+1", "@x", "-5", "+-3", "\t2x"))
    loaded_text = [r["values"] for r in (loaded_and_rejected(path))]
    assert loaded_text == ["'=1+1", "'@x", "'-5", "'+-3", "'\t2x"]


def loaded_and_rejected(path: Path) -> list[dict[str, str]]:
    with pytest.raises(InputError, match="no usable rows: all were rejected"):
        loaded(path, on_bad_rows="quarantine")
    return rejected(path)


def test_without_bad_rows_a_quarantine_writes_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path, carts("1", "2"))
    found = loaded(path, on_bad_rows="quarantine")
    assert (found.rejected, found.notices) == (0, ())
    assert not list(tmp_path.rglob("rejected_rows.csv"))


def test_a_score_up_to_ten_is_not_taken_for_a_percentage(tmp_path: Path) -> None:
    path = write_csv(tmp_path, carts("5", "9", "1.5", column="engagement_score"))

    with pytest.raises(InputError, match="engagement_score is not on a scale of 0 to 1: --scale engagement_score=10"):
        loaded(path)
