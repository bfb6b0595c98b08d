"""Do all sides do the same job? python bench/check.py [--rows 25000] [--sides cartjury,pandas]

On a table as CSV and as Parquet, every side must give each user the levels, segment id and values that the
straightforward pandas script gives; every broken file must be refused by every side with exit code 2 and without
output. The floor cuts no segments, so its users and values are compared, not its labels. Exit code 1 where not.
"""

import argparse
import contextlib
import csv
import io
import runpy
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from unittest import mock

from sides import FLOOR, NAIVE, SIDES, command, why_absent

LABELS = slice(8, None)  # of a row of the users file: what the floor does not work out
# One breach of the contract each: column -> text in one row.
BREACHES = {
    "user_id": ["", " U1", "U1\u00a0", "U00000001"],
    "cart_abandoned_date": ["", "2026-02-30", "1899-12-31", "soon"],
    "last_order_date": ["2025-13-01"],
    "avg_order_value": ["-1", "1e13", "inf", "abc"],
    "sessions_last_30d": ["", "2.5", "-1"],
    "num_cart_items": ["many"],
    "engagement_score": ["1.5", "-0.1"],
    "profitability_score": ["1.01", "x"],
}
IN_PARQUET = {"user_id", "engagement_score", "avg_order_value"}  # columns whose breaches a typed file can hold too
TYPES = {
    **dict.fromkeys(["cart_abandoned_date", "last_order_date"], "DATE"),
    **dict.fromkeys(["sessions_last_30d", "num_cart_items"], "BIGINT"),
    **dict.fromkeys(["avg_order_value", "engagement_score", "profitability_score"], "DOUBLE"),
}
Row = tuple[str | float | None, ...]


def run(name: str, source: Path, outdir: Path) -> int:
    """Run a side in this process, which saves most of its imports, and return its exit code."""
    _, script, *args = command(name, source, outdir)
    told = io.StringIO()
    with mock.patch.object(sys, "argv", [script, *args]), contextlib.redirect_stderr(told):
        try:
            runpy.run_path(script, run_name="__main__")
        except SystemExit as stopped:
            return int(stopped.code or 0)
    return 0


def users(outdir: Path) -> dict[str, Row]:
    """Read a users file: user_id -> values in the file's order, numbers as numbers; a folder's parts have no order."""
    parts = outdir / "cart_abandoners.parquet"
    if parts.is_dir():
        return parts_of(parts)
    with (outdir / "cart_abandoners.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return {row[0]: tuple(map(value, row)) for row in [header, *rows]}


def parts_of(folder: Path) -> dict[str, Row]:
    """Read the part files of users as their CSV would be read, by user_id."""
    import duckdb

    found = duckdb.execute("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(?)", [f"{folder}/*.parquet"])
    header = [column[0] for column in found.description or ()]
    return {row[0]: tuple(value(cell or "") for cell in row) for row in [header, *sorted(found.fetchall())]}


def value(text: str) -> str | float | None:
    try:
        return float(text)
    except ValueError:
        return text or None


def differences(found: dict[str, Row], expected: dict[str, Row], *, labels: bool, ordered: bool = True) -> list[str]:
    """Name the users that are not the same, the first three."""
    if list(found) != list(expected) and (ordered or sorted(found) != sorted(expected)):
        return [f"{len(found)} users in another order or number than {len(expected)}"]
    kept = slice(None) if labels else slice(0, LABELS.start)
    wrong = [user for user, row in expected.items() if found[user][kept] != row[kept]]
    return [f"{len(wrong)} users differ"] * bool(wrong) + [f"{found[u]} is not {expected[u]}" for u in wrong[:3]]


def agreement(names: Sequence[str], folder: Path, rows: int) -> Iterator[str]:
    """Yield where a side does not agree with the straightforward script."""
    from cartjury.tools.generate import write_mock

    for suffix in ("csv", "parquet"):
        source = folder / f"carts.{suffix}"
        write_mock(source, n_users=rows, seed=42, as_of=date(2026, 3, 10), missing_aov=0.05)
        found = {}
        able = [name for name in names if suffix in SIDES[name].formats]
        for name in (NAIVE, *able):
            code = run(name, source, folder / f"{name} {suffix}")
            if code:
                yield f"{name}, {suffix}: exit code {code} on a clean file"
            else:
                found[name] = users(folder / f"{name} {suffix}")
        for name in able:
            if name in found and NAIVE in found:
                ordered = "--engine" not in SIDES[name].further  # other engines write parts, in no order
                told = differences(found[name], found[NAIVE], labels=name != FLOOR, ordered=ordered)
                yield from (f"{name}, {suffix}: {line}" for line in told)


def broken_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write small files, each with one breach of the contract, and yield what is wrong and the file."""
    import duckdb

    from cartjury.tools.generate import write_mock

    clean = folder / "clean.csv"
    write_mock(clean, n_users=200, seed=1, as_of=date(2026, 3, 10))
    with clean.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    cases = [(column, text) for column, texts in BREACHES.items() for text in texts]
    for number, (column, text) in enumerate(cases):
        path, place = folder / f"broken_{number}.csv", header.index(column)
        broken = [
            [text if i == place else cell for i, cell in enumerate(row)] if n == 99 else row
            for n, row in enumerate(rows)
        ]
        write(path, [header, *broken])
        yield f"{column} = {text!r} (csv)", path
        if column in IN_PARQUET and text != "abc":
            declared = {c: TYPES.get(c, "VARCHAR") for c in header}
            columns = f"(SELECT * REPLACE (CAST({column} AS {declared[column]}) AS {column}) FROM read_csv('{path}', "
            reader = f"header = true, auto_detect = false, columns = {declared | {column: 'VARCHAR'}}))"
            duckdb.execute(f"COPY {columns}{reader} TO '{path.with_suffix('.parquet')}' (FORMAT parquet)")
            yield f"{column} = {text!r} (parquet)", path.with_suffix(".parquet")
    write(folder / "short.csv", [header[:-1], *(row[:-1] for row in rows)])
    yield "a missing column", folder / "short.csv"


def write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def refusals(names: Sequence[str], folder: Path) -> Iterator[str]:
    """Yield which side does not refuse which broken file."""
    for number, (what, path) in enumerate(broken_files(folder)):
        for name in (n for n in names if path.suffix[1:] in SIDES[n].formats):
            outdir = folder / f"refused {name} {number}"
            code = run(name, path, outdir)
            if code != 2:
                yield f"{name}: exit code {code}, not 2, for {what}"
            if [*outdir.glob("cart_abandoners*")]:
                yield f"{name}: wrote users for {what}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=25_000)
    parser.add_argument("--sides", help="names by comma; by default all scripts that can run here")
    args = parser.parse_args()
    scripts = [name for name, side in SIDES.items() if side.command.endswith(".py") and name != "cartjury limited"]
    chosen = args.sides.split(",") if args.sides else [name for name in scripts if not why_absent(name)]
    with tempfile.TemporaryDirectory(prefix="cartjury-check-") as name:
        wrong = [*agreement([c for c in chosen if c != NAIVE], Path(name), args.rows), *refusals(chosen, Path(name))]
    print("\n".join(wrong) or f"all agree on {args.rows:,} users and refuse every broken file: {', '.join(chosen)}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
