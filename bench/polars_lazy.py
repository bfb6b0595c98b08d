"""The job in polars, lazily and streaming, by somebody who knows it well: python bench/polars_lazy.py INPUT OUTDIR

Parquet is scanned again for every question; CSV is parsed once, with declared types, into a frame. Every question is
one streaming pass over the columns it needs. The same contract, segments and users file as every other side.
"""

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from functools import reduce
from pathlib import Path

import job
import polars as pl

TYPES = {
    "user_id": pl.String,
    **dict.fromkeys(job.DATES, pl.Date),
    **dict.fromkeys(job.NUMBERS, pl.Float64),
    **dict.fromkeys(job.COUNTS, pl.Int64),
}


def scan(path: Path) -> pl.LazyFrame:
    if path.suffix == ".parquet":
        source = pl.scan_parquet(path)
        header = source.collect_schema().names()
    else:
        header = pl.read_csv(path, n_rows=0, infer_schema=False).columns
        types = {column: TYPES.get(column, pl.String) for column in header}
        source = pl.scan_csv(path, schema=types, null_values=["", "NaN", "nan"])
    missing = [column for column in job.COLUMNS if column not in header]
    if missing:
        job.stop(f"missing columns: {', '.join(missing)}")
    rows = source.select(pl.col(column).cast(kind) for column, kind in TYPES.items()).with_columns(
        pl.col(column).fill_nan(None) for column, kind in TYPES.items() if kind == pl.Float64
    )
    return rows if path.suffix == ".parquet" else rows.collect(engine="streaming").lazy()


def ask(rows: pl.LazyFrame, *asked: pl.Expr) -> dict[str, object]:
    """Return one row of aggregates."""
    return rows.select(*asked).collect(engine="streaming").row(0, named=True)


def check(rows: pl.LazyFrame) -> tuple[int, date]:
    """Stop with every breach of the contract; else return the number of rows and the newest date."""
    user = pl.col("user_id")
    spaced = [test(space) for test in (user.str.starts_with, user.str.ends_with) for space in job.SPACES]
    ranges = {column: (0, job.LARGEST[column]) for column in job.NUMBERS}
    ranges |= {column: (date.fromisoformat(job.OLDEST), date.fromisoformat(job.NEWEST)) for column in job.DATES}
    found = ask(
        rows,
        pl.len(),
        *(pl.col(column).null_count().alias(f"{column} is empty") for column in job.REQUIRED),
        *(pl.col(column).min().alias(f"min {column}") for column in ranges),
        *(pl.col(column).max().alias(f"max {column}") for column in ranges),
        ((user.str.len_bytes() == 0) | reduce(pl.Expr.or_, spaced)).sum().alias("user_id is blank or padded"),
        (user.count() - user.drop_nulls().n_unique()).alias("user_id occurs again"),
    )
    counted = [key for key in found if "user_id" in key or key.endswith("is empty")]
    problems = [f"{key} in {found[key]} rows" for key in counted if found[key]]
    for column, (lowest, highest) in ranges.items():
        low, high = found[f"min {column}"], found[f"max {column}"]
        if low is not None and not lowest <= low <= high <= highest:
            problems.append(f"{column} goes from {low} to {high}")
    if problems:
        job.stop(*problems)
    return found["len"], found["max cart_abandoned_date"]


def cut(universe: pl.LazyFrame) -> tuple[list[list[float]], list[float]]:
    """Return the cuts and the share of missing values of every dimension."""
    asked = [pl.len()]
    for column, _, quantiles in job.DIMENSIONS.values():
        value = pl.col(column)
        asked.append(value.count().alias(f"{column} known"))
        asked += [value.quantile(q, "linear").alias(f"{column} {q}") for q in quantiles]
    found = ask(universe, *asked)
    cuts = []
    for column, _, quantiles in job.DIMENSIONS.values():

        def below(tried: Sequence[float], column: str = column) -> list[int]:
            counts = [(pl.col(column) < at).sum().alias(str(i)) for i, at in enumerate(tried)]
            return list(ask(universe, *counts).values())

        cuts.append([job.round_cut(found[f"{column} {q}"], found[f"{column} known"], below) for q in quantiles])
    return cuts, [1 - found[f"{column} known"] / found["len"] for column, _, _ in job.DIMENSIONS.values()]


def level(column: str, cuts: Sequence[float]) -> pl.Expr:
    """The number of the level, 0 for Unknown."""
    value = pl.col(column)
    above = reduce(pl.Expr.add, ((value >= at).cast(pl.UInt8) for at in cuts))
    return (above + 1).fill_null(0)


def rank(value: pl.Expr) -> pl.Expr:
    return (value * job.BINS).floor().cast(pl.Int32).clip(upper_bound=job.BINS - 1)


def ranks(labelled: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """The mean percentile rank of a value's known bins, by segment."""
    counts = labelled.drop_nulls(name).group_by("segment", name).len()
    bins = counts.group_by(name).agg(pl.sum("len").alias("users")).sort(name)
    ranked = bins.select(name, ((pl.col("users").cum_sum() - pl.col("users") / 2) / pl.sum("users")).alias("rank"))
    mean = (pl.col("rank") * pl.col("len")).sum() / pl.sum("len")
    return counts.join(ranked, on=name).group_by("segment").agg(mean.alias(name))


def score(labelled: pl.LazyFrame, found: job.Segments) -> pl.DataFrame:
    """Profile and score every segment that has users, best first."""
    conversion = pl.col("engagement_score").fill_null(0) / (1 + pl.col("days"))
    users = labelled.with_columns(
        conversion=conversion, conversion_rank=rank(conversion), profit_rank=rank(pl.col("profitability_score"))
    )
    means = [pl.col(column).mean().alias(f"mean_{column}") for column in [*job.NUMBERS, "days", "conversion"]]
    known = [pl.col(column).count().alias(f"known_{column}") for column in job.NUMBERS]
    whole = users.group_by("segment").agg(pl.len().alias("size"), *means, *known)
    parts = pl.collect_all([whole, ranks(users, "conversion_rank"), ranks(users, "profit_rank")], engine="streaming")
    table = reduce(lambda one, other: one.join(other, on="segment", how="left"), parts)
    size, smallest_largest = pl.col("size"), job.limits(table["size"].sum())
    overall = (pl.col("mean_conversion") * size).sum() / size.sum()
    lift = pl.when(overall > 0).then(pl.col("mean_conversion") / overall).otherwise(1.0)
    profit = pl.col("profit_rank").fill_null(0.5)
    fit = (pl.col("conversion_rank") + profit) / 2
    scaled = [pl.col("conversion_rank"), lift / (1 + lift), size / size.max(), profit, fit]
    return table.select(
        pl.col("segment").replace_strict(range(len(found.ids)), found.ids).alias("segment_id"),
        pl.col("segment").replace_strict(range(len(found.ids)), found.names).alias("Segment Name"),
        pl.col("segment").replace_strict(range(len(found.ids)), found.rules).alias("Rules Applied"),
        size.alias("Size"),
        pl.col("mean_conversion").alias("Conv_Pot"),
        lift.alias("Lift_vs_Control"),
        pl.col("mean_profitability_score").alias("Profitability"),
        fit.alias("Strategic_Fit"),
        reduce(pl.Expr.add, (w * part for w, part in zip(job.WEIGHTS, scaled, strict=True))).alias("Overall_Score"),
        pl.when(size.is_between(*smallest_largest)).then(pl.lit("Yes")).otherwise(pl.lit("No")).alias("Valid"),
        pl.col("^(mean|known)_.*$"),
    ).sort("Overall_Score", descending=True)


def write_users(labelled: pl.LazyFrame, found: job.Segments, names: list[list[str]], path: Path) -> None:
    user = pl.col("user_id")
    risky = reduce(pl.Expr.or_, (user.str.starts_with(start) for start in job.FORMULA))
    texts = {bucket: level for (_, bucket, _), level in zip(job.DIMENSIONS.values(), names, strict=True)}
    labelled.select(
        pl.when(risky).then(pl.concat_str(pl.lit("'"), user)).otherwise(user).alias("user_id"),
        *job.COLUMNS[1:],
        *(pl.lit(pl.Series(level)).get(pl.col(bucket)).alias(bucket) for bucket, level in texts.items()),
        pl.lit(pl.Series(found.ids)).get(pl.col("segment")).alias("segment_id"),
        pl.lit(pl.Series(found.names)).get(pl.col("segment")).alias("segment_name"),
    ).sink_csv(path)


def main(source: Path, outdir: Path) -> None:
    try:
        rows = scan(source)
        count, newest = check(rows)
    except pl.exceptions.PolarsError as error:
        job.stop(str(error))
    day = pl.col("cart_abandoned_date")
    inside = day >= (newest or date.min + timedelta(job.WINDOW_DAYS)) - timedelta(job.WINDOW_DAYS)
    universe = rows.filter(inside).with_columns(days=(pl.lit(newest) - day).dt.total_days())
    job.check_newest(ask(universe, pl.len())["len"], count, newest)
    cuts, missing = cut(universe)
    names = [job.levels(at) for at in cuts]
    found = job.segments(names, missing)
    cell = pl.lit(0, pl.Int16)
    for (_, bucket, _), level_names in zip(job.DIMENSIONS.values(), names, strict=True):
        cell = cell * len(level_names) + pl.col(bucket)
    labelled = universe.with_columns(
        level(column, at).alias(bucket) for (column, bucket, _), at in zip(job.DIMENSIONS.values(), cuts, strict=True)
    ).with_columns(segment=pl.lit(pl.Series(found.of_cell, dtype=pl.UInt8)).get(cell))
    scores = score(labelled, found)
    outdir.mkdir(parents=True, exist_ok=True)
    write_users(labelled, found, names, outdir / "cart_abandoners.csv")
    scores.write_csv(outdir / "mece_strategy.csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
