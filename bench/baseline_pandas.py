"""The job as a straightforward pandas script: the yardstick the program is measured against.

Usage: python bench/baseline_pandas.py INPUT OUTDIR [--as-of DATE]

Reads and checks INPUT (.csv, .csv.gz or .parquet), takes the users of the last 7 days, cuts them into AOV x
Engagement x Profit cells, scores the cells, checks that they are MECE on the data and writes
cart_abandoners.csv and mece_strategy.csv. A fixed name made from the levels stands for the jury's; nothing
is merged or split. Exit code 2 and no output where the input breaks the contract.
"""

import argparse
import itertools
import sys
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd

NUMBERS = ["avg_order_value", "sessions_last_30d", "num_cart_items", "engagement_score", "profitability_score"]
DATES = ["cart_abandoned_date", "last_order_date"]
COLUMNS = ["user_id", *DATES, *NUMBERS]
COUNTS = ["sessions_last_30d", "num_cart_items"]
OLDEST, NEWEST = pd.Timestamp("1900-01-01"), pd.Timestamp("9998-12-31")
REQUIRED = ["user_id", "cart_abandoned_date", "sessions_last_30d", "num_cart_items"]
DIMENSIONS = {
    "AOV": ("avg_order_value", "aov_bucket", [0.4, 0.8]),
    "Engagement": ("engagement_score", "engagement_bucket", [0.6]),
    "Profit": ("profitability_score", "profitability_bucket", [0.6]),
}
WINDOW_DAYS, BINS = 7, 10_000
WEIGHTS = [0.3, 0.2, 0.1, 0.3, 0.1]


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        df = pd.read_parquet(path)
    else:
        df = pd.read_csv(path, dtype={"user_id": str}, keep_default_na=False, na_values=["", "NaN", "nan"])
    missing = [column for column in COLUMNS if column not in df]
    if missing:
        stop(f"missing columns: {', '.join(missing)}")
    return df[COLUMNS]


def check(df: pd.DataFrame, as_of: str | None) -> pd.DataFrame:
    """Convert the columns and stop with every breach of the contract."""
    problems: list[str] = []

    def bad(column: str, mask: pd.Series, reason: str) -> None:
        if mask.any():
            rows = [f"row {i + 1}: {value!r}" for i, value in df.loc[mask, column].head(20).items()]
            problems.append(f"{column} {reason} in {mask.sum()} rows: {', '.join(rows)}")

    clean = df.copy()
    for column in DATES:
        clean[column] = pd.to_datetime(df[column], format="ISO8601", errors="coerce").dt.normalize()
        bad(column, clean[column].isna() & df[column].notna(), "is no date")
        if as_of:
            bad(column, clean[column] > pd.Timestamp(as_of) + pd.Timedelta(days=1), "is after as_of")
        bad(column, (clean[column] < OLDEST) | (clean[column] > NEWEST), "is outside the years 1900 to 9998")
    for column in NUMBERS:
        clean[column] = pd.to_numeric(df[column], errors="coerce")
        bad(column, clean[column].isna() & df[column].notna(), "is no number")
        bad(column, np.isinf(clean[column]), "is infinite")
        bad(column, clean[column] < 0, "is negative")
        bad(column, clean[column] > 1e12, "is too large")
        if column.endswith("_score"):
            bad(column, clean[column] > 1, "is above 1")
    for column in COUNTS:
        bad(column, clean[column] % 1 > 0, "is no whole number")
    for column in REQUIRED:
        bad(column, df[column].isna(), "is empty")
    clean["user_id"] = df["user_id"].astype("str")
    stripped = clean["user_id"].str.strip()
    bad("user_id", stripped == "", "is blank")
    bad("user_id", stripped != clean["user_id"], "begins or ends with a space")
    bad("user_id", clean["user_id"].duplicated() & df["user_id"].notna(), "occurs again")
    if problems:
        stop("\n".join(problems))
    return clean


def stop(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(2)


def take_universe(df: pd.DataFrame, as_of: str | None) -> pd.DataFrame:
    today = pd.Timestamp(as_of) if as_of else df["cart_abandoned_date"].max()
    days = (today - df["cart_abandoned_date"]).dt.days
    universe: pd.DataFrame = df[(days >= 0) & (days <= WINDOW_DAYS)].copy()
    if universe.empty:
        stop(f"nobody abandoned a cart within {WINDOW_DAYS} days before {today}")
    if not as_of and len(universe) < len(df) / 1000:
        stop(f"the newest date {today} looks wrong: under 0.1 % of the rows fall into its window")
    universe["days"] = days
    return universe


def round_cut(values: pd.Series, cut: float) -> float:
    """The coarsest of 100, 50, 20, 10, ... that moves at most 0.5 % of the users and empties no level."""
    if cut == 0 or np.isnan(cut):
        return cut
    power = int(np.floor(np.log10(abs(cut)))) + 1
    for exponent in range(power, power - 12, -1):
        for factor in (1, 0.5, 0.2):
            step = factor * 10.0**exponent
            rounded = round(round(cut / step) * step, 12)
            moved = ((values >= min(cut, rounded)) & (values < max(cut, rounded))).sum()
            if moved <= 0.005 * len(values) and 0 < (values < rounded).sum() < len(values):
                return rounded
    return cut


def add_buckets(universe: pd.DataFrame) -> dict[str, list[str]]:
    """Add the bucket columns; return the levels that are crossed, by dimension."""
    crossed = {}
    for name, (column, bucket, quantiles) in DIMENSIONS.items():
        values = universe[column]
        known = values.dropna()
        cuts = [round_cut(known, cut) for cut in known.quantile(quantiles)]
        labels = ["Low", "Medium", "High"] if len(cuts) == 2 else ["Low", "High"]
        above = [values >= cut for cut in reversed(cuts)]
        universe[bucket] = np.select([values.isna(), *above], ["Unknown", *reversed(labels[1:])], labels[0])
        labels = labels[::-1]
        crossed[name] = [*labels, "Unknown"] if values.isna().mean() >= 0.05 else labels
    return crossed


def add_segments(universe: pd.DataFrame, crossed: dict[str, list[str]]) -> pd.DataFrame:
    """Add segment_id and segment_name; return the segments with names and rules."""
    masks, rows = [], []
    for cell in itertools.product(*crossed.values()):
        mask = pd.Series(data=True, index=universe.index)
        for (_, bucket, _), level in zip(DIMENSIONS.values(), cell, strict=True):
            mask &= universe[bucket] == level
        masks.append(mask)
        rows.append(("_".join(cell), " & ".join(f"{d}_{level}" for d, level in zip(DIMENSIONS, cell, strict=True))))
    rest = pd.Series(data=False, index=universe.index)
    for name, levels in crossed.items():
        if "Unknown" not in levels:
            rest |= universe[DIMENSIONS[name][1]] == "Unknown"
    masks.append(rest)
    rows.append(("Rest", "ELSE"))
    if (np.sum(masks, axis=0) != 1).any():
        stop("the segments are not MECE")
    segments = pd.DataFrame(rows, columns=["Segment Name", "Rules Applied"])
    segments.index = pd.Index([f"S{i:02}" for i in range(1, len(rows) + 1)], name="segment_id")
    universe["segment_id"] = np.select(masks, list(segments.index), "")
    universe["segment_name"] = universe["segment_id"].map(segments["Segment Name"])
    return segments


def rank(values: pd.Series) -> pd.Series:
    known = values.dropna()
    bins = np.minimum((known * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    ranks = (np.cumsum(counts) - counts / 2) / max(len(known), 1)
    return pd.Series(ranks[bins], index=known.index).reindex(values.index)


def score(universe: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Profile and score every segment that has users, best first."""
    users = universe[[*NUMBERS, "days"]].copy()
    users["conversion"] = universe["engagement_score"].fillna(0) * (1 / (1 + universe["days"]))
    users["conversion_rank"] = rank(users["conversion"])
    users["profitability_rank"] = rank(users["profitability_score"])
    by_segment = users.groupby(universe["segment_id"])
    means, size, known = by_segment.mean(), by_segment.size(), by_segment[NUMBERS].count()
    overall = users["conversion"].mean()
    lift = means["conversion"] / overall if overall > 0 else means["conversion"] * 0 + 1
    profit = means["profitability_rank"].fillna(0.5)
    fit = (means["conversion_rank"] + profit) / 2
    parts = [means["conversion_rank"], lift / (1 + lift), size / size.max(), profit, fit]
    table = segments.loc[size.index].assign(
        Size=size, Conv_Pot=means["conversion"], Lift_vs_Control=lift, Profitability=means["profitability_score"]
    )
    table["Strategic_Fit"] = fit
    table["Overall_Score"] = sum(weight * part for weight, part in zip(WEIGHTS, parts, strict=True))
    minimum = max(1, min(500, len(universe) * 2 // 100))
    maximum = 20_000 if len(universe) <= 240_000 else len(universe)
    table["Valid"] = np.where(size.between(minimum, maximum), "Yes", "No")
    profile = means[[*NUMBERS, "days"]].add_prefix("mean_").join(known.add_prefix("known_"))
    return table.join(profile).reset_index().sort_values("Overall_Score", ascending=False)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("input", type=Path)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--as-of")
    args = parser.parse_args()
    universe = take_universe(check(read(args.input), args.as_of), args.as_of)
    segments = add_segments(universe, add_buckets(universe))
    table = score(universe, segments)
    # A spreadsheet would run a text that starts with one of these.
    formula = universe["user_id"].str[0].isin(list("=+-@\t\r"))
    universe.loc[formula, "user_id"] = "'" + universe.loc[formula, "user_id"]
    args.outdir.mkdir(parents=True, exist_ok=True)
    universe.drop(columns="days").to_csv(args.outdir / "cart_abandoners.csv", index=False)
    table.to_csv(args.outdir / "mece_strategy.csv", index=False)


if __name__ == "__main__":
    main()
