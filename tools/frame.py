"""Data frames in and out of the engine: a frame passes the same checks as a file, and users come back as a frame.

    frame -> columns as text, numbers or timestamps -> Parquet -> tools/load.py
    checked rows and a plan -> users with their segments -> frame

What a frame holds is never guessed: values that are neither clearly text nor clearly numbers are written as text,
so that the loader judges them, and names the row, as it would in a CSV.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.records import Comparison, SegmentPlan
from cartjury.data.run_records import Dataset, Universe
from cartjury.tools.engine.duck import PARQUET, connect, literal, quoted
from cartjury.tools.engine.relation import users
from cartjury.tools.source import check_header
from cartjury.tools.tables import write_users

SHOWN = 60  # characters of a bad value that a message shows
Rows = pd.Series  # of one column, in pandas-stubs' words: any type of value


def write_frame(frame: pd.DataFrame, path: Path, options: Options) -> None:
    """Write the columns that a run needs of a frame as Parquet, in the frame's order, for `load` to check.

    Missing values (None, NaN, NaT, NA) become NULL; timestamps with a zone become UTC, as they do in files.

    Args:
        frame: the eight columns of the contract; further ones only matter where the options name them.
        path: the target; messages call the frame by its name.
        options: `dimensions`, `filter` and `keep_columns` name further columns.

    Raises:
        InputError: a column is missing or there twice, or ids are decimal numbers or other objects.
    """
    names = [str(c) for c in frame.columns]
    if "user_id" in frame.index.names and "user_id" not in names:
        raise InputError(f"{path.name}: user_id is the index, not a column: give frame.reset_index()")
    check_header(path.name, names)
    further = [c.column for c in (*options.dimensions, *options.filter)] + list(options.keep_columns)
    wanted = [c for c in dict.fromkeys([*COLUMN_NAMES, *further]) if c in names]
    twice = [c for c in wanted if names.count(c) > 1]
    if twice:
        raise InputError(f"{path.name}: the column {', '.join(twice)} occurs twice; keep one of them")
    table = pd.DataFrame({c: _column(frame.iloc[:, names.index(c)], c).to_list_or_array for c in ()})
    columns = {c: _column(frame.iloc[:, names.index(c)], c) for c in wanted}
    _copy(pd.DataFrame(columns), path)


def read_users(
    dataset: Dataset, universe: Universe, plan: SegmentPlan, options: Options, work: Path
) -> pd.DataFrame:
    """Return what the users file holds: input columns, levels, segment_id and segment_name, in the input's order.

    Returns:
        Texts as str, dates as datetime64[us], whole numbers int64, other numbers float64; missing ones NaT and NaN.
    """
    path = work / "users.parquet"
    write_users(path, dataset, universe, plan, options.model_copy(update={"users_format": "parquet"}))
    with connect(work, options.memory_limit) as connection:
        rows = connection.execute(f"SELECT * FROM read_parquet({literal(str(path))})")
        texts = [column[0] for column in rows.description if str(column[1]) == "VARCHAR"]
        frame: pd.DataFrame = rows.df()
    path.unlink()
    return frame.astype(dict.fromkeys(texts, "str"))


def positions(path: Path, dataset: Dataset, universe: Universe, conditions: Sequence[Comparison]) -> list[int]:
    """Say which rows of a Parquet file are the users of the universe.

    Args:
        path: a file with their user_id; where an id occurs twice, its first row counts.
        dataset: the checked rows.
        universe: who is in.
        conditions: the filter on the universe.

    Returns:
        Positions from 0, in the file's order.
    """
    with connect(Path(dataset.path).parent) as connection:
        found = connection.execute(
            f"SELECT min(file_row_number) FROM read_parquet({literal(str(path))}, file_row_number = true) "
            f"WHERE CAST(user_id AS VARCHAR) IN (SELECT user_id FROM {users(dataset, universe, conditions)}) "
            f"GROUP BY user_id ORDER BY 1"
        ).fetchnumpy()
    (column,) = found.values()
    return list(column.tolist())
