"""Spark alone: what it reads and writes, what it refuses, and that settings of a session change nothing."""

import csv
import itertools
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.run_records import Dataset
from cartjury.tools.engine.engines import open_engine
from cartjury.tools.engine.protocol import Engine
from cartjury.tools.engine.spark_session import session
from cartjury.tools.engine.spark_source import digest, open_source
from cartjury.tools.load import load
from cartjury.tools.source import sha256_of
from tests import spark
from tests.carts import random_carts, write_csv

pytestmark = spark.needs_spark
CHARGED = ["", "'", "''", "\\", "\\n", "${spark.app.name}", "$", "a'b\\'c", '\u2014\t\n`"', "%_--/*"]


def loaded(source: str | Path, folder: Path, **given: Any) -> tuple[Engine, Dataset]:
    work = folder / "work"
    work.mkdir(exist_ok=True)
    options = spark.options(**given)
    engine = open_engine(options, work)
    return engine, engine.load(str(source), options, None, generated=False)


def stored(engine: Engine, dataset: Dataset, columns: str = "user_id") -> list[Any]:
    return sorted(row[0] for row in engine.aggregate(f"SELECT {columns} FROM {engine.rows(dataset)}"))


def partitioned(folder: Path) -> Path:
    """Carts in folders as Spark writes them, with the marks that it leaves."""
    frame = random_carts(90)
    for i in range(3):
        spark.write_parquet(folder / "carts" / f"shop={i}" / f"part {i}%20[x].parquet", frame[30 * i : 30 * i + 30])
    (folder / "carts" / "_SUCCESS").touch()
    (folder / "carts" / "shop=0" / "._hidden.crc").write_bytes(b"no carts")
    return folder / "carts"


def test_texts_and_numbers_come_back_as_they_were_written(tmp_path: Path) -> None:
    engine = open_engine(spark.options(), tmp_path)
    numbers = [0.1, -0.1, 5e-324, 1.7976931348623157e308, 1e22, 123456789.12345679, 1e-5, 0.30000000000000004]
    asked = [*map(engine.sql.text, CHARGED), *map(engine.sql.number, numbers)]
    assert engine.aggregate(f"SELECT {', '.join(asked)}") == [(*CHARGED, *numbers)]


def test_settings_of_a_users_session_change_nothing_and_stay(tmp_path: Path) -> None:
    from pyspark.sql import SparkSession

    spark.options()
    mine = SparkSession.builder.getOrCreate()
    settings = {
        "spark.sql.ansi.enabled": "false",
        "spark.sql.session.timeZone": "Pacific/Auckland",
        "spark.sql.caseSensitive": "false",
        "spark.sql.parser.escapedStringLiterals": "true",
    }
    before = {name: mine.conf.get(name) for name in settings}
    try:
        for name, value in settings.items():
            mine.conf.set(name, value)
        test_texts_and_numbers_come_back_as_they_were_written(tmp_path)
        frame = random_carts(20, days=0)
        frame["cart_abandoned_date"] = pd.Timestamp("2026-11-23T23:30:00Z")
        frame["last_order_date"] = None
        path = tmp_path / "late.parquet"
        frame.astype({"cart_abandoned_date": "datetime64[us, UTC]", "last_order_date": "str"}).to_parquet(path)
        engine, dataset = loaded(path, tmp_path)
        assert {str(day) for day in stored(engine, dataset, "cart_abandoned_date")} == {"2026-11-23"}
        assert {name: mine.conf.get(name) for name in settings} == settings
    finally:
        for name, value in before.items():
            mine.conf.set(name, value)


def test_a_sum_beyond_64_bits_is_exact(tmp_path: Path) -> None:
    engine = open_engine(spark.options(), tmp_path)
    ((total,),) = engine.aggregate(
        f"SELECT {engine.sql.total('x')} FROM (SELECT 9223372036854775807L AS x FROM range(5))"
    )
    assert int(total) == 5 * (2**63 - 1)


def test_a_partitioned_folder_and_a_pattern_are_read_without_marks_and_hidden_files(tmp_path: Path) -> None:
    folder = partitioned(tmp_path)
    engine, dataset = loaded(folder, tmp_path, keep_columns=["shop"])
    assert stored(engine, dataset) == random_carts(90)["user_id"].tolist()
    assert set(stored(engine, dataset, "shop")) == {0, 1, 2}
    other, some = loaded(f"{folder}/shop=[01]/*.parquet", tmp_path)
    assert stored(other, some) == random_carts(90)["user_id"].tolist()[:60]


def test_a_source_hashes_to_the_same_as_on_duckdb(tmp_path: Path) -> None:
    folder = partitioned(tmp_path)
    single = next(folder.rglob("part 0*.parquet"))
    spark.start()

    def hashes(source: Path) -> tuple[str, str]:
        place = session(None, tmp_path / "log")
        here = load(source, tmp_path, Options(), None).sha256
        return digest(place, open_source(place, str(source)))[0], here

    for source in (folder, single, folder / "shop=1", folder / "shop=[2]" / "*.parquet"):
        there, here = hashes(source)
        assert there == here
    before = hashes(folder)
    spark.write_parquet(single, random_carts(31)[:30].assign(avg_order_value=7.0))
    assert hashes(folder)[0] != before[0]
    assert hashes(single)[0] == sha256_of(single)


def test_a_source_that_changes_after_its_check_is_refused(tmp_path: Path) -> None:
    path = spark.write_parquet(tmp_path / "carts.parquet", random_carts(30))
    engine, dataset = loaded(path, tmp_path)
    os.utime(path, (1, 1))
    with pytest.raises(InputError, match=r"carts.parquet was changed since its rows were checked"):
        engine.write(f"SELECT user_id FROM {engine.rows(dataset)}", tmp_path / "users.parquet")


@pytest.mark.parametrize("name", ["carts.csv", "carts"])
def test_a_csv_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path, []).rename(tmp_path / name)
    with pytest.raises(InputError, match=f"{name} is no Parquet.*leave out --engine spark, or convert"):
        loaded(path, tmp_path)


@pytest.mark.parametrize(
    ("source", "said"),
    [("missing.parquet", "Spark sees no file .*missing.parquet"), ("s3a://nowhere/carts", "Spark: .*S3AFileSystem")],
)
def test_what_cannot_be_read_is_said_in_a_line(source: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said) as error:
        loaded(source if ":" in source else tmp_path / source, tmp_path)
    assert len(str(error.value).splitlines()) == 1


def test_a_part_without_a_column_is_refused(tmp_path: Path) -> None:
    frame = random_carts(40)
    spark.write_parquet(tmp_path / "carts" / "a.parquet", frame[:20])
    spark.write_parquet(tmp_path / "carts" / "b.parquet", frame[20:])
    table = pq.read_table(tmp_path / "carts" / "b.parquet").drop_columns(["avg_order_value"])
    pq.write_table(table, tmp_path / "carts" / "b.parquet")
    with pytest.raises(InputError, match=r"b.parquet has no column avg_order_value"):
        loaded(tmp_path / "carts", tmp_path)


def test_of_repeated_ids_the_newest_cart_stays_wherever_it_lies(tmp_path: Path) -> None:
    frame = random_carts(6, days=0)
    frame["user_id"] = ["a", "a", "a", "b", "b", "c"]
    frame["cart_abandoned_date"] = ["2026-11-20", "2026-11-22", "2026-11-21", "2026-11-23", "2026-11-23", "2026-11-19"]
    frame["avg_order_value"] = [1.0, 2.0, 3.0, 5.0, 4.0, 6.0]
    kept = []
    for i, order in enumerate(itertools.islice(itertools.permutations(range(6)), 0, 720, 719)):
        path = spark.write_parquet(tmp_path / f"{i}.parquet", frame.iloc[list(order)])
        engine, dataset = loaded(path, tmp_path, on_bad_rows="quarantine")
        kept.append(stored(engine, dataset, "avg_order_value"))
        assert (dataset.rows, dataset.rejected) == (3, 3)
    assert kept == [[2.0, 4.0, 6.0]] * len(kept)


def test_a_quarantine_lists_bad_rows_without_personal_columns(tmp_path: Path) -> None:
    frame = random_carts(20).assign(email="someone@example.org")
    frame.loc[3, "avg_order_value"] = -5
    frame.loc[4, ["engagement_score", "num_cart_items"]] = (2.0, -1)
    engine, dataset = loaded(spark.write_parquet(tmp_path / "carts.parquet", frame), tmp_path, on_bad_rows="quarantine")
    assert len(stored(engine, dataset)) == dataset.rows == 18
    text = (tmp_path / "work" / "rejected_rows.csv").read_text()
    assert "example.org" not in text
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["columns"] for row in rows] == ["avg_order_value", "num_cart_items; engagement_score"]
    assert rows[0]["reasons"] == "avg_order_value is negative"
    assert {row["file"] for row in rows} == {"carts.parquet"}


def test_users_are_parts_whose_names_and_bytes_are_the_same_each_time(tmp_path: Path) -> None:
    engine, dataset = loaded(partitioned(tmp_path), tmp_path)
    written = []
    for name in ("one.parquet", "other.parquet"):
        assert engine.write(f"SELECT * FROM {engine.rows(dataset)}", tmp_path / name) == {}
        written.append({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()})
    assert written[0] == written[1]
    assert all(name == f"part-{i:05}.parquet" for i, name in enumerate(sorted(written[0])))
    assert len(pq.read_table(tmp_path / "one.parquet")) == dataset.rows


def test_only_the_columns_that_are_needed_are_read(tmp_path: Path) -> None:
    frame = random_carts(20).assign(email="someone@example.org", User_ID="x", segment=1)
    engine, dataset = loaded(spark.write_parquet(tmp_path / "carts.parquet", frame), tmp_path)
    with pytest.raises(InputError, match="UNRESOLVED_COLUMN"):
        engine.aggregate(f"SELECT email FROM {engine.rows(dataset)}")
