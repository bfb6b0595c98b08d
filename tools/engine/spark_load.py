"""Check carts with Spark: one pass over the source says whether it is clean, and nothing is copied if it is.

source -> [typed columns, raw values, part file, is_bad] -> counts -> clean: the source itself, typed as it is read
                                                                -> bad: the first faults, or a copy without bad rows
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cartjury.data.contract import CONTRACT
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.run_records import Dataset
from cartjury.tools.columns import further_numbers, further_texts
from cartjury.tools.engine import spark_source
from cartjury.tools.engine.spark_checks import check_column
from cartjury.tools.engine.spark_faults import DUPLICATE, Read, collected, message, quarantine
from cartjury.tools.engine.spark_session import told
from cartjury.tools.engine.spark_source import PART, Source
from cartjury.tools.engine.spark_sql import SPARK
from cartjury.tools.source import check_header

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

RAW = "cartjury_raw"


def columns_read(types: Mapping[str, str], options: Options) -> Read:
    """Return the columns that a run reads.

    Raises:
        InputError: a column is missing, or cannot be read as what it is to hold.
    """
    columns = (*CONTRACT, *further_numbers(types, options))
    texts = tuple(t for t in further_texts(types, options) if t not in {c.name for c in columns})
    for condition in options.filter:
        kind = types.get(condition.column, "string") if condition.column in texts else "string"
        if isinstance(condition.value, str) and kind.startswith(("double", "float", "decimal", "timestamp")):
            raise InputError(f"the filter on {condition.column} compares a text with a column of the type {kind}")
    return Read(columns, texts)


class Found(NamedTuple):
    """A pass over the source: its rows, those that break the contract, and those that repeat an id."""

    rows: int
    bad: int
    repeated: int


class Verdict(NamedTuple):
    """All rows as they were judged: SQL of them, how many there are, are bad, and repeat an id."""

    judged: str
    rows: int
    bad: int
    repeated: int


def load(
    spark: "SparkSession",
    source: str,
    options: Options,
    as_of: date | None,
    work: Path,
    shared: str,
    *,
    generated: bool,
) -> Dataset:
    """Check a source against the contract.

    Args:
        spark: the session.
        source: Parquet file, folder, pattern or URL.
        options: `on_bad_rows`, `keep_columns`, `dimensions` and `filter` matter here.
        as_of: where given, dates more than a day after it are bad.
        work: folder of this machine for working files.
        shared: folder that Spark writes to, if rows are left out.
        generated: whether the rows are mock data.

    Raises:
        InputError: unreadable source, broken header, or bad rows: the first 20 and how many more.
    """
    opened = spark_source.open_source(spark, source)
    name = Path(source).name
    check_header(name, list(opened.types))
    read = columns_read(opened.types, options)
    verdict = _verdict(spark, opened, read, as_of)
    _refuse(spark, verdict, read, name, options)
    place, said = _without_bad(spark, verdict, read, opened.place, shared, work)
    sha, whole = spark_source.digest(spark, opened)
    if not whole:
        said.append(f"the sha256 of {name} is made of names, lengths and times: its files are too large to hash")
    if spark_source.part_files(spark, opened.place) != opened.files:
        raise InputError(f"{name} was changed while it was read: start the run again")
    spark_source.remember(place, spark_source.part_files(spark, place), work)
    return Dataset(
        source="generated" if generated else name,
        generated=generated,
        sha256=sha,
        path=place.removeprefix("file://"),
        rows=verdict.rows - verdict.bad,
        rejected=verdict.bad,
        notices=tuple(said),
    )


def _verdict(spark: "SparkSession", source: Source, read: Read, as_of: date | None) -> Verdict:
    """Check all rows; only where ids repeat they are numbered, which sorts them."""
    judged = _judged(source, read, as_of)
    found = _count(spark, judged)
    if not found.repeated:
        return Verdict(judged, *found)
    numbered = _numbered(judged, read)
    return Verdict(numbered, found.rows, _bad(spark, numbered), found.repeated)


def _refuse(spark: "SparkSession", verdict: Verdict, read: Read, name: str, options: Options) -> None:
    """Refuse bad rows that are not to be left out, and a source without good ones.

    Raises:
        InputError: see above.
    """
    if not verdict.rows:
        raise InputError(f"{name} has no rows")
    if verdict.bad and options.on_bad_rows == "fail":
        raise InputError(*message(spark, verdict.judged, read, name, verdict.bad))
    if verdict.bad == verdict.rows:
        raise InputError(f"{name} has no usable rows: all were rejected")


def _without_bad(
    spark: "SparkSession", verdict: Verdict, read: Read, place: str, shared: str, work: Path
) -> tuple[str, list[str]]:
    """Return where the good rows are, the source itself if all are, and what to tell of the others."""
    if not verdict.bad:
        return place, []
    place = quarantine(spark, verdict.judged, read, shared)
    where = "rejected_rows.csv" if collected(shared, work) else f"{shared}/rejected_rows.parquet"
    said = f"{verdict.bad:,} bad rows were left out and written to {where}"
    return place, [said, *([DUPLICATE] if verdict.repeated else [])]


def _judged(source: Source, read: Read, as_of: date | None) -> str:
    """SQL relation of the source: typed values, raw ones, the part file, the reasons' codes and whether it is bad."""
    needed = [SPARK.quoted(c) for c in (*(c.name for c in read.columns), *read.texts)]
    with told():
        source.frame.selectExpr(*needed, f"_metadata.file_name AS {PART}").createOrReplaceTempView(RAW)
    checks = [check_column(c, source.types[c.name], f"raw_{i}", as_of) for i, c in enumerate(read.columns)]
    inner = [
        *(f"{check.value} AS {SPARK.quoted(c.name)}" for c, check in zip(read.columns, checks, strict=True)),
        *(f"{SPARK.quoted(c.name)} AS raw_{i}" for i, c in enumerate(read.columns)),
        *map(SPARK.quoted, read.texts),
        PART,
    ]
    is_bad = " OR ".join(check.is_bad for check in checks)
    codes = ", ".join(check.problem for check in checks)
    return (
        f"(SELECT *, {is_bad} AS is_bad, array({codes}) AS problems, 1 AS nth, 1 AS times "
        f"FROM (SELECT {', '.join(inner)} FROM {RAW}))"
    )


def _count(spark: "SparkSession", judged: str) -> Found:
    # Hashes are enough to see that no id repeats, and take far less memory than the ids.
    known = "user_id IS NOT NULL AND trim(user_id) != ''"
    query = (
        f"SELECT count(*), count_if(is_bad), count_if({known}), "
        f"count(DISTINCT CASE WHEN {known} THEN xxhash64(user_id) END) "
        f"FROM {judged}"
    )
    with told():
        ((rows, bad, ids, distinct),) = spark.sql(query).collect()
    return Found(rows, bad, ids - distinct)


def _numbered(judged: str, read: Read) -> str:
    """Number the rows of each id by their values alone, so that which one stays depends on no files and no order."""
    rest = [SPARK.quoted(c) for c in (*(c.name for c in read.columns), *read.texts)]
    order = ", ".join(["is_bad", "cart_abandoned_date DESC", *rest])
    blank = "user_id IS NULL OR trim(user_id) = ''"
    return (
        f"(SELECT * EXCEPT (nth, times), CASE WHEN {blank} THEN 1 ELSE row_number() OVER same END AS nth, "
        f"CASE WHEN {blank} THEN 1 ELSE count(*) OVER (PARTITION BY user_id) END AS times "
        f"FROM {judged} WINDOW same AS (PARTITION BY user_id ORDER BY {order}))"
    )


def _bad(spark: "SparkSession", judged: str) -> int:
    with told():
        ((bad,),) = spark.sql(f"SELECT count(*) FROM {judged} WHERE is_bad OR nth > 1").collect()
    return int(bad)
