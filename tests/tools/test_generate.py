"""Generated users: the same for everybody who names the same seed and day, and shaped as promised."""

import csv
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cartjury.data.errors import InputError
from cartjury.tools import generate
from cartjury.tools.distributions import NO_DATE, Column
from cartjury.tools.generate import BLOCK_ROWS, blocks, generate_frame, write_mock

AS_OF = date(2026, 1, 31)
COLUMNS = [
    "user_id",
    "cart_abandoned_date",
    "last_order_date",
    "avg_order_value",
    "sessions_last_30d",
    "num_cart_items",
    "engagement_score",
    "profitability_score",
]
TYPES = ["VARCHAR", "DATE", "DATE", "DOUBLE", "INTEGER", "INTEGER", "DOUBLE", "DOUBLE"]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return generate_frame(25_000, 42, AS_OF)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    for suffix in (".csv", ".csv.gz", ".parquet"):
        write_mock(folder / f"users{suffix}", n_users=25_000, seed=42, as_of=AS_OF)
    return folder


def spearman(frame: pd.DataFrame, one: str, other: str) -> float:
    return float(stats.spearmanr(frame[one], frame[other]).statistic)


def cart_ages(frame: pd.DataFrame) -> pd.Series:
    return (pd.Timestamp(AS_OF) - frame["cart_abandoned_date"]).dt.days


def cell_sizes(frame: pd.DataFrame) -> pd.Series:
    universe = frame[cart_ages(frame) <= 7]
    value, engagement, profit = (universe[c] for c in ("avg_order_value", "engagement_score", "profitability_score"))
    tiers = (value >= np.quantile(value, 0.4)).astype(int) + (value >= np.quantile(value, 0.8))
    return universe.groupby(
        [tiers, engagement >= np.quantile(engagement, 0.6), profit >= np.quantile(profit, 0.6)]
    ).size()


# The same users for everybody


@pytest.mark.parametrize("n_users", [1, 999, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 40_000])
def test_the_first_users_do_not_depend_on_how_many_follow(n_users: int, frame: pd.DataFrame) -> None:
    shorter = generate_frame(n_users, 42, AS_OF)
    common = min(n_users, len(frame))

    assert len(shorter) == n_users
    pd.testing.assert_frame_equal(frame.head(common), shorter.head(common), check_exact=True)


def test_blocks_are_small_and_numbered_without_gaps() -> None:
    parts = list(blocks(2 * BLOCK_ROWS + 5, 1, AS_OF))

    assert [len(part["user_number"]) for part in parts] == [BLOCK_ROWS, BLOCK_ROWS, 5]
    assert {len(column) for column in parts[-1].values()} == {5}
    assert np.concatenate([part["user_number"] for part in parts]).tolist() == list(range(1, 2 * BLOCK_ROWS + 6))


def test_blocks_of_one_seed_differ_from_each_other() -> None:
    first, second = blocks(2 * BLOCK_ROWS, 1, AS_OF)

    assert np.mean(first["avg_order_value"] == second["avg_order_value"]) < 0.01


def test_another_seed_gives_other_users(frame: pd.DataFrame) -> None:
    assert np.mean(frame["avg_order_value"] == generate_frame(25_000, 43, AS_OF)["avg_order_value"]) < 0.01


def test_another_day_moves_the_dates_and_nothing_else(frame: pd.DataFrame) -> None:
    later = generate_frame(25_000, 42, AS_OF + timedelta(days=100))
    for column in ("cart_abandoned_date", "last_order_date"):
        later[column] -= pd.Timedelta(days=100)

    pd.testing.assert_frame_equal(frame, later, check_exact=True)


def test_a_seed_keeps_its_users_from_release_to_release(frame: pd.DataFrame) -> None:
    fifth = ("U00000005", "2026-01-31", "2025-12-07", 45.62, 4, 1, 0.3807, 0.1857)
    row = frame.iloc[4]

    assert fifth == (row.iloc[0], str(row.iloc[1].date()), str(row.iloc[2].date()), *row.iloc[3:])


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_the_same_call_writes_the_same_bytes(suffix: str, written: Path, tmp_path: Path) -> None:
    again = tmp_path / f"again{suffix}"
    write_mock(again, n_users=25_000, seed=42, as_of=AS_OF)

    assert (written / f"users{suffix}").read_bytes() == again.read_bytes()


# The files


def test_the_csv_reads_back_as_the_frame(written: Path, frame: pd.DataFrame) -> None:
    dates = ["cart_abandoned_date", "last_order_date"]

    pd.testing.assert_frame_equal(frame, pd.read_csv(written / "users.csv", parse_dates=dates), check_exact=True)


def test_all_formats_hold_the_same_rows_in_the_same_order(written: Path) -> None:
    types = dict(zip(COLUMNS, TYPES, strict=True))
    plain, packed = (
        duckdb.read_csv(str(written / name), dtype=types).fetchall() for name in ("users.csv", "users.csv.gz")
    )
    parquet = duckdb.read_parquet(str(written / "users.parquet")).fetchall()

    assert len(plain) == 25_000
    assert plain == packed == parquet


def test_parquet_has_the_columns_of_the_input_and_their_types(written: Path) -> None:
    relation = duckdb.read_parquet(str(written / "users.parquet"))

    assert (relation.columns, [str(kind) for kind in relation.types]) == (COLUMNS, TYPES)


def test_csv_numbers_are_short_and_missing_values_are_empty(tmp_path: Path) -> None:
    write_mock(tmp_path / "users.csv", n_users=2_000, seed=5, as_of=AS_OF, missing_aov=1.0)
    with (tmp_path / "users.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    unknown = [row for row in rows if not row["last_order_date"]]

    assert max(len(row["engagement_score"]) for row in rows) <= len("0.1234")
    assert max(len(row["avg_order_value"].partition(".")[2]) for row in rows) == 2
    assert 0 < len(unknown) < len(rows)
    assert {row["avg_order_value"] for row in unknown} == {""}


def test_user_ids_are_unique_and_padded(frame: pd.DataFrame) -> None:
    assert frame["user_id"].is_unique
    assert [frame["user_id"].iloc[0], frame["user_id"].iloc[-1]] == ["U00000001", "U00025000"]


def test_an_existing_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "it's a file.csv"
    target.write_text("old")
    write_mock(target, n_users=3, seed=1, as_of=AS_OF)

    assert [target] == list(tmp_path.iterdir())
    assert len(target.read_text().splitlines()) == 4


def test_a_failure_midway_keeps_the_old_file_and_leaves_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> Iterator[dict[str, Column]]:
        yield from blocks(10, 1, AS_OF)
        raise OSError("disk full")

    monkeypatch.setattr(generate, "blocks", broken)
    target = tmp_path / "users.csv"
    target.write_text("old")
    with pytest.raises(OSError, match="disk full"):
        write_mock(target, n_users=20, seed=1, as_of=AS_OF)

    assert [target] == list(tmp_path.iterdir())
    assert target.read_text() == "old"


def test_writing_needs_neither_pandas_nor_pyarrow(tmp_path: Path) -> None:
    program = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from cartjury.tools.generate import write_mock\n"
        f"write_mock(Path({str(tmp_path / 'u.parquet')!r}), n_users=20_000, seed=1, as_of=date(2026, 1, 31))\n"
        "print(sorted({'pandas', 'pyarrow', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


# What the users look like


def test_four_carts_in_five_fall_into_the_week_and_the_rest_into_the_month(frame: pd.DataFrame) -> None:
    ages = cart_ages(frame)

    assert (ages.min(), 20 < ages.max() <= 30) == (0, True)
    assert 0.80 < np.mean(ages <= 7) < 0.85
    assert ages.value_counts().sort_index().head(8).is_monotonic_decreasing


@pytest.mark.parametrize("seed", range(20))
def test_even_a_single_user_abandoned_on_the_day_itself(seed: int) -> None:
    assert generate_frame(1, seed, AS_OF)["cart_abandoned_date"].tolist() == [pd.Timestamp(AS_OF)]


def test_nobody_ordered_after_the_cart(frame: pd.DataFrame) -> None:
    gaps = (frame["cart_abandoned_date"] - frame["last_order_date"]).dt.days.dropna()

    assert gaps.min() >= 0
    assert 35 < gaps.median() < 60


def test_three_in_ten_never_ordered_and_they_are_less_engaged_and_less_profitable(frame: pd.DataFrame) -> None:
    never = frame["last_order_date"].isna()
    means = frame.groupby(never)[["engagement_score", "profitability_score"]].mean()

    assert 0.28 < never.mean() < 0.32
    assert (means.loc[False] - means.loc[True]).min() > 0.08


def test_order_values_are_skewed_money_that_everybody_has(frame: pd.DataFrame) -> None:
    value = frame["avg_order_value"]

    assert value.notna().all()
    assert value.min() > 0
    assert 57 < value.median() < 63
    assert value.mean() > 1.2 * value.median()
    assert (value == value.round(2)).all()


def test_order_values_follow_their_log_normal(frame: pd.DataFrame) -> None:
    fit = stats.kstest(frame["avg_order_value"], stats.lognorm(s=0.75, scale=60.0).cdf)

    assert fit.statistic < 0.012


@pytest.mark.parametrize(("column", "a", "b"), [("engagement_score", 2.0, 3.0), ("profitability_score", 2.2, 2.8)])
def test_scores_follow_their_beta(frame: pd.DataFrame, column: str, a: float, b: float) -> None:
    scores = frame[column]

    assert scores.between(0, 1).all()
    assert (scores == scores.round(4)).all()
    assert stats.kstest(scores, stats.beta(a, b).cdf).statistic < 0.012


@pytest.mark.parametrize(("column", "shape", "mean"), [("sessions_last_30d", 1.6, 4.5), ("num_cart_items", 1.1, 1.6)])
def test_counts_follow_their_negative_binomial(frame: pd.DataFrame, column: str, shape: float, mean: float) -> None:
    expected = stats.nbinom(shape, shape / (shape + mean)).pmf(np.arange(6))
    actual = frame[column].value_counts(normalize=True).sort_index()

    assert frame[column].min() == 1
    assert frame[column].skew() > 1
    np.testing.assert_allclose(actual.loc[1:6], expected, atol=0.012)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("avg_order_value", "profitability_score", 0.49, 0.58),
        ("engagement_score", "sessions_last_30d", 0.57, 0.65),
        ("engagement_score", "profitability_score", 0.15, 0.25),
        ("avg_order_value", "engagement_score", 0.20, 0.30),
        ("avg_order_value", "num_cart_items", 0.20, 0.30),
        ("num_cart_items", "engagement_score", -0.03, 0.03),
    ],
)
def test_columns_are_correlated_as_documented(
    frame: pd.DataFrame, one: str, other: str, low: float, high: float
) -> None:
    assert low < spearman(frame, one, other) < high


@pytest.mark.parametrize("seed", [42, 0, 1])
def test_all_twelve_cells_hold_more_than_the_default_minimum(seed: int) -> None:
    sizes = cell_sizes(generate_frame(25_000, seed, AS_OF))

    assert len(sizes) == 12
    assert sizes.min() >= 540


# Missing order values


def test_missing_order_values_hit_that_share_of_the_users_without_orders_only() -> None:
    users = generate_frame(25_000, 42, AS_OF, missing_aov=0.4)
    without = users["last_order_date"].isna()

    assert 0.37 < users.loc[without, "avg_order_value"].isna().mean() < 0.43
    assert users.loc[~without, "avg_order_value"].notna().all()


def test_a_larger_share_of_missing_values_changes_nothing_but_blanks_more(frame: pd.DataFrame) -> None:
    some, all_ = (generate_frame(25_000, 42, AS_OF, missing_aov=share) for share in (0.4, 1.0))
    blank = some["avg_order_value"].isna()

    assert all_["avg_order_value"].isna().equals(frame["last_order_date"].isna())
    assert not (blank & all_["avg_order_value"].notna()).any()
    pd.testing.assert_frame_equal(frame[~blank], some[~blank], check_exact=True)
    pd.testing.assert_frame_equal(frame.drop(columns="avg_order_value"), all_.drop(columns="avg_order_value"))


def test_missing_order_values_are_null_in_parquet(tmp_path: Path) -> None:
    write_mock(tmp_path / "users.parquet", n_users=1_000, seed=1, as_of=AS_OF, missing_aov=1.0)
    nulls, without = (
        duckdb.read_parquet(str(tmp_path / "users.parquet"))
        .aggregate("count(*) - count(avg_order_value), count(*) - count(last_order_date)")
        .fetchall()[0]
    )

    assert without > 250
    assert nulls == without


def test_users_without_orders_carry_the_documented_marker_in_the_blocks() -> None:
    (block,) = blocks(1_000, 1, date(1970, 1, 1))

    assert 0.25 < np.mean(block["last_order_date"] == NO_DATE) < 0.35
    assert block["cart_abandoned_date"].max() == 0


# Bad arguments


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_users": 0}, "at least 1, not 0"),
        ({"n_users": -5}, "at least 1, not -5"),
        ({"missing_aov": -0.1}, "between 0 and 1, not -0.1"),
        ({"missing_aov": 1.5}, "between 0 and 1, not 1.5"),
        ({"missing_aov": float("nan")}, "between 0 and 1, not nan"),
        ({"seed": -1}, "seed must lie between 0"),
        ({"seed": 2**64}, "seed must lie between 0"),
    ],
)
def test_an_argument_out_of_range_is_named(change: dict[str, float], message: str) -> None:
    arguments = {"n_users": 10, "seed": 1, "as_of": AS_OF, "missing_aov": 0.0} | change
    with pytest.raises(InputError, match=message):
        blocks(**arguments)


@pytest.mark.parametrize("name", ["users.xlsx", "users", "users.gz", "csv"])
def test_an_unknown_suffix_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must end in \.parquet, \.csv or \.csv\.gz"):
        write_mock(tmp_path / name, n_users=10, seed=1, as_of=AS_OF)


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder does not exist"):
        write_mock(tmp_path / "nowhere" / "users.csv", n_users=10, seed=1, as_of=AS_OF)


def test_the_largest_seed_works() -> None:
    assert len(generate_frame(10, 2**64 - 1, AS_OF)) == 10
