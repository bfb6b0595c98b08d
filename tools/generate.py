"""Made-up cart abandoners, from 1 to 50 million, in constant memory.

    random words (Philox, keyed by seed and block) -> distributions.columns -> blocks -> a file, or a data frame

A user's row depends on the seed, the day and the user's own number, never on how many users there are: every block is
computed whole and cut afterwards. Only the raw words of the generator are used, because those are the part of numpy's
random numbers that stays the same from version to version. `distributions` says what the users look like.

The first user always abandons on `as_of` itself, so that `as_of` is the newest date of every generated file and a run
without `--as-of` finds it.
"""

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from cartjury.data.errors import InputError
from cartjury.tools.distributions import NO_DATE, WORDS_PER_USER, Column, columns
from cartjury.tools.engine.duck import quiet

if TYPE_CHECKING:
    import pandas as pd

BLOCK_ROWS = 16_384
"""Users that share a generator key. Part of what a seed means: another number gives other users."""

_STAGING_TABLE = """CREATE TABLE staged (
    user_number BIGINT, cart_abandoned_date INTEGER, last_order_date INTEGER, avg_order_value DOUBLE,
    sessions_last_30d INTEGER, num_cart_items INTEGER, engagement_score DOUBLE, profitability_score DOUBLE)"""
_ROWS = f"""SELECT
    printf('U%08d', user_number) AS user_id,
    DATE '1970-01-01' + cart_abandoned_date AS cart_abandoned_date,
    CASE WHEN last_order_date <> {NO_DATE} THEN DATE '1970-01-01' + last_order_date END AS last_order_date,
    CASE WHEN NOT isnan(avg_order_value) THEN avg_order_value END AS avg_order_value,
    sessions_last_30d, num_cart_items, engagement_score, profitability_score
    FROM staged"""
_COPY_OPTIONS = {
    ".csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip",
    ".csv": "FORMAT csv, HEADER, COMPRESSION none",
    ".parquet": "FORMAT parquet",
}


def blocks(n_users: int, seed: int, as_of: date, missing_aov: float = 0.0) -> Iterator[dict[str, Column]]:
    """Users 1 to n_users in order, as arrays of at most BLOCK_ROWS values.

    Args:
        n_users: how many, at least 1. The first users of a larger number are the same users.
        seed: 0 to 2**64 - 1.
        as_of: the newest day on which a cart was abandoned; the dates reach back 30 days from it.
        missing_aov: share (0-1) of the users WITHOUT order history whose avg_order_value is missing. With 0 everybody
            has one (without orders it stands for the shop's estimate from what was viewed); with 1 nobody without
            orders has, which is about 30 % of all users. Users with orders always have one. The missing users of a
            share are also missing with every larger share, and nothing else changes.

    Returns:
        Blocks with user_number (int64, from 1), cart_abandoned_date and last_order_date (int32 days since 1970-01-01,
        `distributions.NO_DATE` for none), avg_order_value (float64, NaN for missing), sessions_last_30d and
        num_cart_items (int32, at least 1), engagement_score and profitability_score (float64, 0-1).

    Raises:
        InputError: an argument is out of its range.
    """
    if n_users < 1:
        raise InputError(f"the number of users must be at least 1, not {n_users}")
    if not 0 <= seed < 2**64:
        raise InputError(f"the seed must lie between 0 and 2**64 - 1, not {seed}")
    if not 0.0 <= missing_aov <= 1.0:
        raise InputError(f"the share of missing order values must lie between 0 and 1, not {missing_aov}")
    day = as_of.toordinal() - date(1970, 1, 1).toordinal()
    return (_block(first, n_users, seed, day, missing_aov) for first in range(0, n_users, BLOCK_ROWS))


def _block(first: int, n_users: int, seed: int, day: int, missing_aov: float) -> dict[str, Column]:
    key = np.array([seed, first // BLOCK_ROWS], dtype=np.uint64)
    words = np.random.Philox(key=key).random_raw(BLOCK_ROWS * WORDS_PER_USER).reshape(BLOCK_ROWS, WORDS_PER_USER)
    whole = columns(words, day, missing_aov)
    if first == 0:
        whole["cart_abandoned_date"][0] = day
    rows = min(BLOCK_ROWS, n_users - first)
    return {"user_number": np.arange(first + 1, first + rows + 1), **{name: v[:rows] for name, v in whole.items()}}


def write_mock(path: Path, *, n_users: int, seed: int, as_of: date, missing_aov: float = 0.0) -> None:
    """Write made-up users as `.parquet`, `.csv` or `.csv.gz`, in the input's columns and in the order of their ids.

    The blocks are staged in a DuckDB file beside the target (about 13 bytes a user) and copied out from there: memory
    stays below 400 MB for any number of users, and neither pandas nor pyarrow is needed. The target appears whole or
    not at all; a file that was there is replaced. The same call gives the same bytes (with the same DuckDB version).

    Args:
        path: the target; its folder must exist.
        n_users: as in `blocks`, like seed, as_of and missing_aov.
        seed: 0 to 2**64 - 1.
        as_of: the newest day.
        missing_aov: share (0-1) of the users without orders.

    Raises:
        InputError: an argument is out of its range, the suffix is unknown, or the folder does not exist.
    """
    options = next((text for suffix, text in _COPY_OPTIONS.items() if path.name.lower().endswith(suffix)), None)
    if options is None:
        raise InputError(f"cannot write {path.name}: the name must end in .parquet, .csv or .csv.gz")
    if not path.parent.is_dir() or path.is_dir():
        raise InputError(f"cannot write {path}: its folder does not exist, or a folder has this name")
    users = blocks(n_users, seed, as_of, missing_aov)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        finished = Path(folder) / "users"
        _copy(users, Path(folder) / "staging.duckdb", finished, options)
        finished.replace(path)


def _copy(users: Iterator[dict[str, Column]], staging: Path, target: Path, options: str) -> None:
    # Two threads: the arrays come from one, and each further writer would hold a row group of its own in memory.
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": 2,
        "memory_limit": "192MB",
        "preserve_insertion_order": True,
    }
    quoted = str(target).replace("'", "''")
    with duckdb.connect(staging, config=config) as connection:
        quiet(connection)
        connection.execute("BEGIN")  # never committed: the staged rows are of no use after the copy
        connection.execute(_STAGING_TABLE)
        # DuckDB finds the local `block` by its name. Registering it would keep all blocks until the transaction ends.
        for block in users:  # noqa: B007 - used by the statement
            connection.execute("INSERT INTO staged BY NAME SELECT * FROM block")
        connection.execute(f"COPY ({_ROWS}) TO '{quoted}' ({options})")


def generate_frame(n_users: int, seed: int, as_of: date, missing_aov: float = 0.0) -> "pd.DataFrame":
    """The users that `write_mock` writes, as a pandas frame; arguments and errors as in `blocks`.

    Returns:
        One row a user (about 75 bytes), the eight input columns: user_id str, the dates datetime64[us] (NaT for none),
        the counts int64, the rest float64 (NaN for missing).
    """
    import pandas as pd  # here, because it is slow to import and nothing else needs it

    parts = list(blocks(n_users, seed, as_of, missing_aov))
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    numbers = whole.pop("user_number").tolist()
    for name in ("cart_abandoned_date", "last_order_date"):
        days = whole[name].astype("datetime64[D]")
        days[whole[name] == NO_DATE] = np.datetime64("NaT")
        whole[name] = days.astype("datetime64[us]")
    for name in ("sessions_last_30d", "num_cart_items"):
        whole[name] = whole[name].astype(np.int64)
    return pd.DataFrame({"user_id": pd.Series([f"U{number:08d}" for number in numbers], dtype="str"), **whole})
