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
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartjury.data.contract import COLUMN_NAMES, CONTRACT
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.records import Comparison, SegmentPlan
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.duck import PARQUET, connect, literal
from cartjury.tools.source import check_header
from cartjury.tools.tables import write_users

SHOWN = 60  # characters of a bad value that a message shows
# pandas' nullable types by the kind of their values
MASKED = {"i": pd.Int64Dtype(), "u": pd.UInt64Dtype(), "f": pd.Float64Dtype()}


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
    cut, filtered = [d.column for d in options.dimensions], [c.column for c in options.filter]
    asked = dict.fromkeys([*COLUMN_NAMES, *cut, *filtered, *options.keep_columns])
    wanted = [c for c in asked if c in names]
    twice = [c for c in wanted if names.count(c) > 1]
    if twice:
        raise InputError(f"{path.name}: the column {', '.join(twice)} occurs twice; keep one of them")
    columns = {c: _column(path.name, c, frame.iloc[:, names.index(c)]) for c in wanted}
    _copy(pd.DataFrame(columns), path)


def read_users(carts: Carts, plan: SegmentPlan, options: Options, work: Path) -> pd.DataFrame:
    """Return what the users file holds: input columns, levels, segment_id and segment_name, in the input's order.

    Returns:
        Texts as str, dates as datetime64[us], counts as int64, other numbers as float64; missing ones are NaT and NaN.
    """
    path = work / "users.parquet"
    write_users(path, carts, plan, options.keep_columns)
    with connect(work, options.memory_limit) as connection:
        rows = connection.execute(f"SELECT * FROM read_parquet({literal(str(path))})")
        texts = [column[0] for column in rows.description if str(column[1]) == "VARCHAR"]
        frame: pd.DataFrame = rows.df()
    path.unlink()
    counts = [c.name for c in CONTRACT if c.kind == "count"]
    return frame.astype({**dict.fromkeys(texts, "str"), **dict.fromkeys(counts, "int64")})


def positions(path: Path, carts: Carts, conditions: Sequence[Comparison]) -> NDArray[np.int64]:
    """Say which rows of a Parquet file are the users of the universe.

    Args:
        path: a file with their user_id; where an id occurs twice, its first row counts.
        carts: who is in.
        conditions: the filter on the universe.

    Returns:
        Positions from 0, in the file's order.
    """
    found = carts.engine.aggregate(
        f"SELECT min(file_row_number) FROM read_parquet({literal(str(path))}, file_row_number = true) "
        f"WHERE CAST(user_id AS VARCHAR) IN (SELECT user_id FROM {carts.users(conditions)}) "
        f"GROUP BY user_id ORDER BY 1"
    )
    return np.array([row for (row,) in found], dtype=np.int64)


def _copy(columns: pd.DataFrame, path: Path) -> None:
    with connect(path.parent) as connection:
        # No sampling: a column of objects holds texts only, whatever its first thousand values look like.
        connection.execute("SET pandas_analyze_sample = 0")
        try:
            connection.register("columns_of_frame", columns)
            connection.execute(f"COPY (SELECT * FROM columns_of_frame) TO {literal(str(path))} ({PARQUET})")
        except (duckdb.Error, UnicodeError) as error:
            raise InputError(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from error


def _column(frame: str, name: str, values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Bring a column into one of few types: numbers, timestamps without zone, or objects that are str or None."""
    values, dtype = values.reset_index(drop=True), values.dtype
    if values.isna().all():  # pandas makes an empty column of any kind a column of NaN
        return pd.Series([None] * len(values), dtype=object)
    if name == "user_id" and dtype.kind == "f":
        raise InputError(
            f"{frame}: user_id holds decimal numbers ({dtype}), in which long ids lose digits: read it as text, for "
            "example pd.read_csv(path, dtype={'user_id': str})"
        )
    if isinstance(dtype, pd.DatetimeTZDtype):
        return pd.Series(values.dt.tz_convert("UTC").dt.tz_localize(None))
    if isinstance(dtype, np.dtype) and dtype.kind in "iufbM":
        return values
    if dtype.kind in MASKED:  # also of Arrow or sparse arrays
        return pd.Series(values, dtype=MASKED[dtype.kind])
    objects = values.astype(object)
    if pd.api.types.infer_dtype(objects, skipna=True) in {"string", "empty"}:
        return objects.where(objects.notna(), None)
    as_text = [_text(v) for v in objects]
    if name == "user_id":
        _check_ids(frame, objects)
    return pd.Series(as_text, dtype=object)


def _text(value: Any) -> str | None:
    """Write a value as a CSV would hold it; what is no text, number or date is refused by the loader, with its row."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return repr(float(value)) if isinstance(value, float) else str(value)


def _check_ids(frame: str, values: "pd.Series[Any]") -> None:
    """Refuse ids that are neither text nor whole numbers: their text would be one of several possible.

    Raises:
        InputError: it names the first of them.
    """
    for row, value in enumerate(values, start=1):
        fits = isinstance(value, str | int | np.integer) and not isinstance(value, bool)
        if not fits and _text(value) is not None:
            raise InputError(
                f"{frame}: row {row:,}, column user_id: {str(value)[:SHOWN]!r} is of type {type(value).__name__}; "
                "write ids as text, other types lose digits"
            )
