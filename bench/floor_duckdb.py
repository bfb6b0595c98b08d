"""The least that any program of this job must do: read, check, filter and write. Nothing is cut, scored or proven.

Usage: python bench/floor_duckdb.py INPUT OUTDIR

The same contract as in baseline_pandas.py, as aggregates, straight in DuckDB with declared types. Exit code 2
and no output where the input breaks it.
"""

import csv
import gzip
import sys
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import duckdb

DATES = ["cart_abandoned_date", "last_order_date"]
COUNTS = ["sessions_last_30d", "num_cart_items"]
MEASURES = ["avg_order_value", "engagement_score", "profitability_score"]
COLUMNS = ["user_id", *DATES, "avg_order_value", *COUNTS, "engagement_score", "profitability_score"]
REQUIRED = ["user_id", "cart_abandoned_date", "sessions_last_30d", "num_cart_items"]
# A count is read as DOUBLE first: BIGINT would round 2.5.
TYPES = dict.fromkeys(DATES, "DATE") | dict.fromkeys([*COUNTS, *MEASURES], "DOUBLE")
WINDOW_DAYS = 7
# The users file has five more columns. Here they are constants of the usual length: written, but not worked out.
LABELS = (
    "'Medium' AS aov_bucket, 'High' AS engagement_bucket, 'High' AS profitability_bucket, "
    "'S01' AS segment_id, 'Premium_Active_Valuable' AS segment_name"
)


def stop(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(2)


def check_columns(found: list[str]) -> None:
    missing = [column for column in COLUMNS if column not in found]
    if missing:
        stop(f"missing columns: {', '.join(missing)}")


def csv_source(path: Path) -> str:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    check_columns(header)
    declared = {column: TYPES.get(column, "VARCHAR") for column in header}
    return f"read_csv('{path}', header=true, auto_detect=false, delim=',', quote='\"', escape='\"', columns={declared})"


def load(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make `carts`: CSV is parsed once into a table, Parquet is cheaper to scan twice."""
    if path.suffix == ".parquet":
        source, kind = f"read_parquet('{path}')", "VIEW"
        check_columns([row[0] for row in db.execute(f"DESCRIBE FROM {source}").fetchall()])
    else:
        source, kind = csv_source(path), "TABLE"
    db.execute(f"CREATE TEMP {kind} carts AS SELECT {', '.join(map(typed, COLUMNS))} FROM {source}")


def typed(column: str) -> str:
    if column in COUNTS:
        return f"CASE WHEN {column} = floor({column}) THEN {column}::BIGINT END AS {column}"
    if column in MEASURES:
        # NaN is a missing value. A WHERE on isnan is wrong on Parquet (duckdb#25521), a CASE is right.
        return f"CASE WHEN isnan({column}::DOUBLE) THEN NULL ELSE {column}::DOUBLE END AS {column}"
    return f"{column}::{TYPES.get(column, 'VARCHAR')} AS {column}"


def check(db: duckdb.DuckDBPyConnection) -> None:
    """Count every breach of the contract in one pass."""
    rules = {f"{column} is empty or not whole": f"{column} IS NULL" for column in REQUIRED}
    rules |= {f"{column} is negative": f"{column} < 0" for column in COUNTS + MEASURES}
    rules |= {f"{column} is infinite": f"isinf({column})" for column in MEASURES}
    rules |= {f"{column} is above 1": f"{column} > 1" for column in MEASURES if column.endswith("_score")}
    rules |= {f"{column} is over 1e12": f"{column} > 1e12" for column in ["avg_order_value", *COUNTS]}
    rules |= {
        f"{column} is outside the years 1900 to 9998": f"{column} < DATE '1900-01-01' OR {column} > DATE '9998-12-31'"
        for column in DATES
    }
    spaces = (" ", "\u00a0")
    ends = [f"{test}(user_id, '{space}')" for test in ("starts_with", "ends_with") for space in spaces]
    rules["user_id is blank, or begins or ends with a space"] = " OR ".join(["user_id = ''", *ends])
    counts = [f"count(*) FILTER (WHERE {rule})" for rule in rules.values()]
    # The hashes of 64 bits are told apart exactly; that two ids share one is not to be expected, and would be refused.
    duplicates = "count(user_id) - count(DISTINCT hash(user_id))"
    found = db.execute(f"SELECT {', '.join([*counts, duplicates])} FROM carts").fetchone() or ()
    problems = [f"{what} in {n} rows" for what, n in zip([*rules, "user_id occurs again"], found, strict=True) if n]
    if problems:
        stop("\n".join(problems))


def write_universe(db: duckdb.DuckDBPyConnection, outdir: Path) -> None:
    newest, rows = db.execute("SELECT max(cart_abandoned_date), count(*) FROM carts").fetchone() or (None, 0)
    if newest is None:
        stop("there are no rows")
    inside = (
        f"FROM carts WHERE cart_abandoned_date BETWEEN DATE '{newest - timedelta(WINDOW_DAYS)}' AND DATE '{newest}'"
    )
    size = (db.execute(f"SELECT count(*) {inside}").fetchone() or (0,))[0]
    if size * 1000 < rows:
        stop(f"the newest date {newest} looks wrong: under 0.1 % of the rows fall into its window")
    outdir.mkdir(parents=True, exist_ok=True)
    db.execute(f"COPY (SELECT *, {LABELS} {inside}) TO '{outdir / 'cart_abandoners.csv'}' (HEADER, DELIMITER ',')")


def main() -> None:
    path, outdir = Path(sys.argv[1]), Path(sys.argv[2])
    db = duckdb.connect()
    db.execute("SET enable_progress_bar = false")
    try:
        load(db, path)
        check(db)
    except duckdb.Error as error:
        stop(str(error))
    write_universe(db, outdir)


if __name__ == "__main__":
    main()
