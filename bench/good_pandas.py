"""The job as a pandas script by somebody who knows pandas well: python bench/good_pandas.py INPUT OUTDIR

Only the needed columns are read, by pyarrow on all cores, with declared types. The checks are minima and maxima of
Arrow columns, levels and segments are small integers, aggregates are bincounts, quantiles a partial sort, texts are
taken from tiny arrays, and Arrow writes the CSV. The same contract, segments and users file as every other side.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import job
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

TYPES = {
    "user_id": pa.string(),
    **dict.fromkeys(job.DATES, pa.date32()),
    **dict.fromkeys(job.NUMBERS, pa.float64()),
    **dict.fromkeys(job.COUNTS, pa.int64()),
}
ARROW = {pa.string(): pd.ArrowDtype(pa.string()), pa.date32(): pd.ArrowDtype(pa.date32())}


def read(path: Path) -> pa.Table:
    try:
        if path.suffix == ".parquet":
            table = pq.read_table(path, columns=job.COLUMNS)
        else:
            options = pyarrow.csv.ConvertOptions(
                column_types=TYPES,
                include_columns=job.COLUMNS,
                null_values=["", "NaN", "nan"],
                strings_can_be_null=True,
            )
            table = pyarrow.csv.read_csv(path, convert_options=options)
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        job.stop(str(error))
    missing = [column for column in job.COLUMNS if column not in table.column_names]
    if missing:
        job.stop(f"missing columns: {', '.join(missing)}")
    try:
        return table.select(job.COLUMNS).cast(pa.schema(TYPES))
    except pa.ArrowInvalid as error:
        job.stop(str(error))


def check(table: pa.Table) -> None:
    """Stop with every breach of the contract."""
    problems = [f"{column} is empty" for column in job.REQUIRED if table[column].null_count]
    for column in job.NUMBERS:
        found = pc.min_max(table[column]).as_py()
        if found["min"] is not None and not 0 <= found["min"] <= found["max"] <= job.LARGEST[column]:
            problems.append(f"{column} goes from {found['min']} to {found['max']}")
    for column in job.DATES:
        found = pc.min_max(table[column]).as_py()
        if found["min"] and not job.OLDEST <= str(found["min"]) <= str(found["max"]) <= job.NEWEST:
            problems.append(f"{column} goes from {found['min']} to {found['max']}")
    ids = table["user_id"]
    if pc.min(pc.binary_length(ids)).as_py() == 0:
        problems.append("user_id is blank")
    if any(pc.any(test(ids, space)).as_py() for test in (pc.starts_with, pc.ends_with) for space in job.SPACES):
        problems.append("user_id begins or ends with a space")
    if pc.count_distinct(ids).as_py() != len(ids) - ids.null_count:
        problems.append("user_id occurs again")
    if problems:
        job.stop(*problems)


def take_universe(table: pa.Table) -> pd.DataFrame:
    day = table["cart_abandoned_date"].cast(pa.int32()).to_numpy()
    newest = day.max() if len(day) else 0
    inside = day >= newest - job.WINDOW_DAYS
    job.check_newest(int(inside.sum()), len(day), np.datetime64(int(newest), "D"))
    universe = table.filter(pa.array(inside))
    frame: pd.DataFrame = universe.to_pandas(types_mapper=ARROW.get, split_blocks=True, self_destruct=True)
    return frame.assign(days=newest - day[inside])


def cut(values: np.ndarray, quantiles: Sequence[float]) -> list[float]:
    known = values[~np.isnan(values)]

    def below(cuts: Sequence[float]) -> list[int]:
        return [int(np.count_nonzero(known < at)) for at in cuts]

    return [job.round_cut(float(at), len(known), below) for at in np.quantile(known, quantiles)]


def add_segments(universe: pd.DataFrame) -> job.Segments:
    """Add the bucket columns and the number of the segment; return the segments."""
    cell, names, missing = np.zeros(len(universe), np.int16), [], []
    for column, bucket, quantiles in job.DIMENSIONS.values():
        values = universe[column].to_numpy()
        cuts = cut(values, quantiles)
        unknown = np.isnan(values)
        code = 1 + sum((values >= at).astype(np.int8) for at in cuts)
        code[unknown] = 0
        universe[bucket] = pd.Categorical.from_codes(code, job.levels(cuts))
        cell = cell * len(job.levels(cuts)) + code
        names.append(job.levels(cuts))
        missing.append(unknown.mean())
    found = job.segments(names, missing)
    universe["segment"] = np.array(found.of_cell, np.int8)[cell]
    return found


def rank(values: np.ndarray) -> np.ndarray:
    known = ~np.isnan(values)
    bins = np.minimum((values[known] * job.BINS).astype(np.int32), job.BINS - 1)
    counts = np.bincount(bins, minlength=job.BINS)
    ranks = np.full(len(values), np.nan)
    ranks[known] = ((np.cumsum(counts) - counts / 2) / max(int(known.sum()), 1))[bins]
    return ranks


def score(universe: pd.DataFrame, found: job.Segments) -> pd.DataFrame:
    """Profile and score every segment that has users, best first."""
    segment = universe["segment"].to_numpy()
    size = np.bincount(segment, minlength=len(found.ids))

    def mean(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        known = ~np.isnan(values)
        count = np.bincount(segment[known], minlength=len(size))
        with np.errstate(invalid="ignore"):
            return np.bincount(segment[known], values[known], minlength=len(size)) / count, count

    conversion = np.nan_to_num(universe["engagement_score"].to_numpy()) / (1 + universe["days"].to_numpy())
    means = {column: mean(universe[column].to_numpy().astype(float)) for column in [*job.NUMBERS, "days"]}
    converts, conversion_rank = mean(conversion)[0], mean(rank(conversion))[0]
    profit = np.nan_to_num(mean(rank(universe["profitability_score"].to_numpy()))[0], nan=0.5)
    lift = converts / conversion.mean() if conversion.any() else np.ones(len(size))
    fit = (conversion_rank + profit) / 2
    parts = [conversion_rank, lift / (1 + lift), size / size.max(), profit, fit]
    smallest, largest = job.limits(len(universe))
    table = pd.DataFrame(
        {
            "segment_id": found.ids,
            "Segment Name": found.names,
            "Rules Applied": found.rules,
            "Size": size,
            "Conv_Pot": converts,
            "Lift_vs_Control": lift,
            "Profitability": means["profitability_score"][0],
            "Strategic_Fit": fit,
            "Overall_Score": sum(weight * part for weight, part in zip(job.WEIGHTS, parts, strict=True)),
            "Valid": np.where((size >= smallest) & (size <= largest), "Yes", "No"),
            **{f"mean_{column}": values for column, (values, _) in means.items()},
            **{f"known_{column}": count for column, (_, count) in means.items()},
        }
    )
    return table[size > 0].sort_values("Overall_Score", ascending=False)


def write_users(universe: pd.DataFrame, found: job.Segments, path: Path) -> None:
    ids = pa.chunked_array(universe["user_id"].array.__arrow_array__())
    risky = pc.is_in(pc.utf8_slice_codeunits(ids, 0, 1), pa.array(job.FORMULA))
    if pc.any(risky).as_py():
        ids = pc.if_else(risky, pc.binary_join_element_wise("'", ids, ""), ids)
    written = {"user_id": ids, **{c: pa.array(universe[c], from_pandas=True) for c in job.COLUMNS[1:]}}
    for _, bucket, _ in job.DIMENSIONS.values():
        level = universe[bucket].cat
        written[bucket] = pa.array(level.categories).take(pa.array(level.codes))
    segment = pa.array(universe["segment"])
    written["segment_id"], written["segment_name"] = (
        pa.array(found.ids).take(segment),
        pa.array(found.names).take(segment),
    )
    pyarrow.csv.write_csv(pa.table(written), path)


def main(source: Path, outdir: Path) -> None:
    table = read(source)
    check(table)
    universe = take_universe(table)
    del table
    found = add_segments(universe)
    scores = score(universe, found)
    outdir.mkdir(parents=True, exist_ok=True)
    write_users(universe, found, outdir / "cart_abandoners.csv")
    scores.to_csv(outdir / "mece_strategy.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
