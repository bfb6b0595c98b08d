"""What checking costs: reading carts with all checks against the same reading without, clean and with bad rows.

    python bench/load.py [--rows 10000000] [--format parquet|csv] [--rounds 2]

plain          a typed COPY to Parquet, nothing checked
plain_ids      the same, and whether an id repeats
ours           the checked load of the clean file
fail_N         the same with N bad rows in the file: told, exit code 2
quarantine_N   the same: left out and listed
commas         the checked load of the same rows with ; between fields and decimal commas (CSV only)

Every job is a process of its own; rounds alternate their order, and ratios are paired within a round, as in
bench/pipeline.py, whose tools this uses. CPU is the figure to trust on a shared machine.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from pipeline import Cost, alternate, generate, measured, show_medians, show_ratio

BAD = (1, 10_000)
TYPES = ["VARCHAR", "DATE", "DATE", "DOUBLE", "BIGINT", "BIGINT", "DOUBLE", "DOUBLE"]


def job(name: str, source: Path, work: Path) -> None:
    """Run one job in this process."""
    if name.startswith("plain"):
        plain(source, work, ids=name == "plain_ids")
        return
    from cartjury.data.errors import InputError
    from cartjury.data.options import Options
    from cartjury.tools.load import load

    mode = "quarantine" if name.startswith("quarantine") else "fail"
    try:
        load(source, work, Options(on_bad_rows=mode), None)
    except InputError:
        if not name.startswith("fail_"):
            raise
    else:
        if name.startswith("fail_"):
            sys.exit("no bad row was found")


def plain(source: Path, work: Path, *, ids: bool) -> None:
    import duckdb

    from cartjury.data.contract import COLUMN_NAMES

    columns = ", ".join(f"'{c}': '{t}'" for c, t in zip(COLUMN_NAMES, TYPES, strict=True))
    csv = f"read_csv('{source}', columns = {{{columns}}}, auto_detect = false, header = true)"
    relation = csv if source.suffix == ".csv" else f"read_parquet('{source}')"
    target = work / "rows.parquet"
    with duckdb.connect(config={"temp_directory": str(work)}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"COPY (SELECT * FROM {relation}) TO '{target}' (FORMAT parquet, DICTIONARY_SIZE_LIMIT 200)")
        if ids:
            repeated = "SELECT hash(user_id) AS h FROM rows GROUP BY h HAVING count(*) > 1"
            rows = f"WITH rows AS (SELECT user_id FROM read_parquet('{target}')) SELECT count(*) FROM ({repeated})"
            connection.execute(rows).fetchall()


def with_bad_rows(source: Path, bad: int, rows: int) -> Path:
    """Copy a file, an order value in every nth row made bad: a word in CSV, a negative number in Parquet."""
    import duckdb

    target = source.with_name(f"{source.stem}_{bad}{source.suffix}")
    every, at = rows // bad, rows // bad // 2
    if source.suffix == ".parquet":
        value = f"CASE WHEN file_row_number % {every} = {at} THEN -5 ELSE avg_order_value END"
        select = f"SELECT * EXCLUDE (file_row_number) REPLACE ({value} AS avg_order_value)"
        duckdb.execute(f"COPY ({select} FROM read_parquet('{source}', file_row_number = true)) TO '{target}'")
        return target
    with source.open() as lines, target.open("w") as out:
        out.write(next(lines))
        for number, line in enumerate(lines):
            cells = line.split(",")
            out.write(",".join([*cells[:3], "abc", *cells[4:]]) if number % every == at else line)
    return target


def with_commas(source: Path) -> Path:
    target = source.with_name(f"{source.stem}_commas.csv")
    with source.open() as lines, target.open("w") as out:
        for line in lines:
            out.write(line.replace(",", ";").replace(".", ","))
    return target


def run(name: str, source: Path) -> Cost:
    with tempfile.TemporaryDirectory(dir=source.parent) as work:
        return measured([sys.executable, str(Path(__file__).resolve()), "--job", name, str(source), work])


def compare(folder: Path, args: argparse.Namespace) -> None:
    clean = generate(folder, args.rows, args.format)
    files = {"plain": clean, "plain_ids": clean, "ours": clean}
    for bad in BAD:
        files |= dict.fromkeys((f"fail_{bad}", f"quarantine_{bad}"), with_bad_rows(clean, bad, args.rows))
    if args.format == "csv":
        files["commas"] = with_commas(clean)
    jobs: dict[str, Callable[[], Cost]] = {n: (lambda n=n, f=f: run(n, f)) for n, f in files.items()}
    rounds = alternate(jobs, args.rounds)
    print(f"{args.rows:,} rows, {args.format}, medians of {args.rounds} rounds")
    show_medians(rounds, jobs)
    for above, below in (("ours", "plain"), ("ours", "plain_ids"), *((name, "ours") for name in list(files)[3:])):
        show_ratio(rounds, above, below, "cpu")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the checks of the input cost.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--format", choices=("parquet", "csv"), default="csv")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--job", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        job(args.job[0], Path(args.job[1]), Path(args.job[2]))
        return
    with tempfile.TemporaryDirectory(prefix="cartjury-bench-") as name:
        compare(Path(name), args)


if __name__ == "__main__":
    main()
