"""Inputs of many files: folders, partitioned ones too, and patterns; and addresses that cannot be reached."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.tools.load import load
from cartjury.tools.reading.parts import files_of, joined_digest
from tests.carts import loaded, stored, write_arrow, write_csv


def part(folder: Path, name: str, *ids: str, **columns: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_arrow(path.parent, {"user_id": pa.array(ids), **columns}, path.name)


@pytest.fixture
def carts(tmp_path: Path) -> Path:
    """A folder of two parts, with what other programs leave beside them."""
    part(tmp_path, "carts/b.parquet", "u3")
    part(tmp_path, "carts/a/part-0.parquet", "u1", "u2")
    (tmp_path / "carts/_SUCCESS").touch()
    (tmp_path / "carts/.part-0.parquet.crc").write_bytes(b"x")
    return tmp_path / "carts"


def test_the_parts_of_a_folder_are_read_in_the_order_of_their_names(carts: Path) -> None:
    found = loaded(carts)

    assert stored(found)["user_id"].tolist() == ["u1", "u2", "u3"]
    assert (found.source, found.rows) == ("carts", 3)
    assert found.notices[0] == "carts is 2 files; rows are numbered through them in the order of their names"


@pytest.mark.parametrize(("pattern", "ids"), [("**/*.parquet", ["u1", "u2", "u3"]), ("[b].parquet", ["u3"])])
def test_a_pattern_names_files(carts: Path, tmp_path: Path, pattern: str, ids: list[str]) -> None:
    found = load(carts / pattern, tmp_path, Options(), None)

    assert stored(found)["user_id"].tolist() == ids


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    path = part(tmp_path, "carts[1].parquet", "u1")

    assert stored(loaded(path))["user_id"].tolist() == ["u1"]


def test_a_part_of_the_path_can_be_a_column(tmp_path: Path) -> None:
    for day, user in (("2026-11-19", "u1"), ("2026-11-20", "u2")):
        whole = pq.read_table(part(tmp_path, "whole.parquet", user)).drop_columns(["cart_abandoned_date"])
        folder = tmp_path / "carts" / f"cart_abandoned_date={day}"
        folder.mkdir(parents=True)
        pq.write_table(whole, folder / "0.parquet")

    assert stored(loaded(tmp_path / "carts"))["cart_abandoned_date"].tolist() == [
        date(2026, 11, 19),
        date(2026, 11, 20),
    ]


def test_bad_rows_are_numbered_through_all_files(carts: Path) -> None:
    part(carts, "c.parquet", "u4", "u5", engagement_score=pa.array([0.5, 7.0]))

    with pytest.raises(InputError, match=r"row 5, column engagement_score: '7\.0' is not between 0 and 1"):
        loaded(carts)


def test_an_id_in_two_files_is_there_twice(carts: Path) -> None:
    part(carts, "c.parquet", "u1")

    with pytest.raises(InputError, match="row 4, column user_id: 'u1' is also in row 1"):
        loaded(carts)


def test_a_part_that_lacks_a_column_is_refused(carts: Path) -> None:
    pq.write_table(pq.read_table(part(carts, "c.parquet", "u4")).drop_columns(["num_cart_items"]), carts / "c.parquet")

    with pytest.raises(InputError, match="num_cart_items"):
        loaded(carts)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("none/*.parquet", "there is no file none/.*parquet"),
        ("empty", r"the folder empty holds no file that ends in \.parquet"),
        ("*.csv", r"\*\.csv is more than one file, and a\.csv is no Parquet: give CSV one by one"),
        ("s3://bucket/carts.parquet", r"DuckDB needs its extension httpfs for this; install it once: python -c"),
        ("ftp://host/carts.parquet", "ftp is no kind of address that can be read; known are http, https"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, said: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    for name in ("a.csv", "b.csv"):
        write_csv(tmp_path, []).rename(tmp_path / name)
    (tmp_path / "work").mkdir()

    with pytest.raises(InputError, match=said):
        load(place, tmp_path / "work", Options(), None)


def test_a_folder_is_known_by_the_names_and_contents_of_its_files(carts: Path, tmp_path: Path) -> None:
    before = loaded(carts).sha256
    carts.rename(tmp_path / "moved")
    moved = loaded(tmp_path / "moved").sha256
    part(tmp_path, "moved/b.parquet", "u9")

    assert (moved == before, loaded(tmp_path / "moved").sha256 == before) == (True, False)


def test_the_digest_does_not_depend_on_where_the_files_lie() -> None:
    assert joined_digest({"/x/carts/a": "1", "/x/carts/b/c": "2"}) == joined_digest({"s3:/y/a": "1", "s3:/y/b/c": "2"})
    assert joined_digest({"/x/carts/a": "1"}) == joined_digest({"/y/a": "1"}) != joined_digest({"/y/b": "1"})
    assert joined_digest({"/x/a": "1", "/x/b": "2"}) != joined_digest({"/x/a": "2", "/x/b": "1"})


def test_files_come_in_the_order_of_their_names(carts: Path) -> None:
    assert [p.relative_to(carts).as_posix() for p in files_of(str(carts), [".parquet"])] == [
        "a/part-0.parquet",
        "b.parquet",
    ]
