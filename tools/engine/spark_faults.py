"""Bad rows as Spark tells them: the first for the user, or all of them beside the good ones."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cartjury.data.contract import Column
from cartjury.tools.checks import REASONS
from cartjury.tools.engine.duck import connect, literal, spreadsheet_safe
from cartjury.tools.engine.spark_checks import stored
from cartjury.tools.engine.spark_session import told
from cartjury.tools.engine.spark_source import PART
from cartjury.tools.engine.spark_sql import SPARK
from cartjury.tools.fault_words import SHOWN, counted, in_words, with_rest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DUPLICATE = "of several rows with this user_id the one with the newest cart stays"


class Read(NamedTuple):
    """Which columns a run reads: of numbers and dates with their kinds, and texts that are carried as they are."""

    columns: tuple[Column, ...]
    texts: tuple[str, ...]


def _faults(judged: str, read: Read) -> str:
    """SQL relation of the bad rows: their part file, and an array of what is wrong with each."""
    reasons = ", ".join(f"{code}, {SPARK.text(reason)}" for code, reason in REASONS.items())
    faults = [
        f"named_struct('position', {i}, 'name', {SPARK.text(c.name)}, 'reason', map({reasons})[problems[{i}]], "
        f"'value', CAST(raw_{i} AS STRING))"
        for i, c in enumerate(read.columns)
    ]
    repeated = (
        "named_struct('position', -1, 'name', 'user_id', 'reason', concat('is in ', times, ' rows'), 'value', user_id)"
    )
    repeats = f"CASE WHEN nth > 1 THEN array({repeated}) ELSE array() END"
    return (
        f"(SELECT {PART} AS file, concat({repeats}, filter(array({', '.join(faults)}), f -> f.reason IS NOT NULL)) "
        f"AS faults FROM {judged} WHERE is_bad OR nth > 1)"
    )


def message(spark: "SparkSession", judged: str, read: Read, name: str, bad: int) -> tuple[str, tuple[str, ...]]:
    """Return the error of a source with bad rows: a headline, and the first faults by file, column and value."""
    faults = f"(SELECT file, inline(faults) FROM {_faults(judged, read)})"
    with told():
        ((total,),) = spark.sql(f"SELECT count(*) FROM {faults}").collect()
        shown = f"SELECT file, name, reason, value FROM {faults} ORDER BY file, position, value, reason LIMIT {SHOWN}"
        found = spark.sql(shown).collect()
    lines = [in_words(*fault) for fault in found]
    hint = f"--on-bad-rows quarantine leaves bad rows out; {DUPLICATE}"
    return f"{name}: {counted(bad)}", (*with_rest(lines, total), hint)


def quarantine(spark: "SparkSession", judged: str, read: Read, shared: str) -> str:
    """Write the rows that are good to one folder, and what is wrong with the others to another."""
    rows, rejected = f"{shared}/rows.parquet", f"{shared}/rejected_rows.parquet"
    kept = ", ".join([*map(stored, read.columns), *map(SPARK.quoted, read.texts)])
    with told():
        spark.sql(f"SELECT {kept} FROM {judged} WHERE NOT is_bad AND nth = 1").write.parquet(rows, mode="overwrite")
        spark.sql(
            "SELECT file, concat_ws('; ', transform(faults, f -> concat(f.name, ' ', f.reason))) AS reasons, "
            "concat_ws('; ', faults.name) AS columns, concat_ws('; ', faults.value) AS values "
            f"FROM {_faults(judged, read)}"
        ).write.parquet(rejected, mode="overwrite")
    return rows


def collected(shared: str, work: Path) -> bool:
    """Put the rejected rows of this machine's disk into one CSV; elsewhere they stay where they are."""
    if not shared.startswith("file://") or Path(shared.removeprefix("file://")) != work.absolute():
        return False
    found = f"read_parquet({literal(f'{work}/rejected_rows.parquet/*.parquet')})"
    value = f"{spreadsheet_safe('values')} AS values"
    with connect(work) as connection:
        connection.execute(
            f"COPY (SELECT file, reasons, columns, {value} FROM {found} ORDER BY ALL) "
            f"TO {literal(str(work / 'rejected_rows.csv'))} (HEADER)"
        )
    return True
