"""The two CSVs that people open: the users with their segments, and the strategy."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.jury_records import JuryRecord
from cartjury.data.records import BUCKET_COLUMNS, Dimension, SegmentPlan
from cartjury.data.run_records import METRICS, FileEntry, SegmentScore, Universe
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.duck import spreadsheet_safe
from cartjury.tools.engine.relation import level_number
from cartjury.tools.engine.sql import Sql
from cartjury.tools.jury_files import name_model

STRATEGY_COLUMNS = (
    "Segment Name",
    "Rules Applied",
    "Size",
    "Conv_Pot",
    "Lift_vs_Control",
    "Profitability",
    "Strategic_Fit",
    "Overall_Score",
    "Valid",
    "segment_id",
    "rule_in_words",
    "share",
    "lift_basis",
    "named_by",
    "name_model",
    *(f"scaled_{m}" for m in METRICS),
    *(f"contribution_{m}" for m in METRICS),
    "notes",
)
RISKY = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula
PLACES = 12  # decimals; far finer than any difference that matters, and free of binary noise


def write_users(
    path: Path, carts: Carts, plan: SegmentPlan, keep_columns: Sequence[str] = ()
) -> Mapping[str, FileEntry]:
    """Write the universe, one row a user, with levels, segment id and segment name.

    Args:
        path: its ending says the format; a CSV is made safe for spreadsheets.
        carts: the users; they keep the input's order, where the engine knows one.
        plan: the segments.
        keep_columns: further columns of the input to carry along.

    Returns:
        What the engine wrote elsewhere instead, by URL.
    """
    columns = ", ".join(_user_columns(carts.sql, plan, keep_columns, safe=path.suffix == ".csv"))
    labelled = f"(SELECT *, {carts.engine.assign(plan)} AS segment FROM {carts.users(plan.filter)})"
    return carts.engine.write(f"SELECT {columns} FROM {labelled}", path)


def _user_columns(sql: Sql, plan: SegmentPlan, keep_columns: Sequence[str], *, safe: bool) -> list[str]:
    used = {d.column: d for d in plan.dimensions}
    columns = [sql.quoted(c) for c in COLUMN_NAMES if c != "user_id"]
    columns.insert(0, f"{spreadsheet_safe('user_id') if safe else 'user_id'} AS user_id")
    columns += [_bucket(sql, used.get(c), name) for c, name in BUCKET_COLUMNS.items()]
    columns += [_bucket(sql, d, d.bucket_column) for d in plan.dimensions if d.column not in BUCKET_COLUMNS]
    ids = [sql.text(s.id) for s in plan.segments]
    names = [sql.text(_safe(s.name) if safe else s.name) for s in plan.segments]
    columns += [f"{sql.pick(ids, 'segment')} AS segment_id", f"{sql.pick(names, 'segment')} AS segment_name"]
    kept = [sql.quoted(c) for c in keep_columns if c not in COLUMN_NAMES]
    return [*columns, *(f"{spreadsheet_safe(sql.as_text(c)) if safe else c} AS {c}" for c in kept)]


def _bucket(sql: Sql, dimension: Dimension | None, name: str) -> str:
    if dimension is None:
        return f"'All' AS {sql.quoted(name)}"
    levels = sql.pick([sql.text(level) for level in dimension.level_names], f"{level_number(sql, dimension)} + 1")
    return f"{levels} AS {sql.quoted(name)}"


def strategy_csv(
    plan: SegmentPlan,
    scores: Sequence[SegmentScore],
    words: Mapping[str, str],
    universe: Universe,
    jury: JuryRecord | None = None,
) -> str:
    """Write the scores as CSV text, best overall score first; segments without users have no row.

    Which model a name is from stands in the jury's record; without one that is left empty.
    """
    verdicts = {v.segment_id: v for v in jury.verdicts} if jury else {}
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(STRATEGY_COLUMNS)
    for score in scores:
        segment = plan.segment(score.segment_id)
        numbers = [score.conversion, score.lift, score.profitability, score.strategic_fit, score.overall]
        row = [
            *(segment.name, segment.rule, score.size, *map(_number, numbers), "Yes" if score.valid else "No"),
            *(segment.id, words[segment.id], _number(score.size / universe.size), score.lift_basis, segment.named_by),
            name_model(segment, verdicts),
            *(_number(score.scaled[m]) for m in METRICS),
            *(_number(score.contributions[m]) for m in METRICS),
            "; ".join(score.notes),
        ]
        writer.writerow([_safe(cell) if isinstance(cell, str) else cell for cell in row])
    return buffer.getvalue()


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text
