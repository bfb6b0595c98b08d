"""The two CSVs that people open: the users with their segments, and the strategy."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.jury_records import JuryRecord
from cartjury.data.options import Options
from cartjury.data.records import BUCKET_COLUMNS, Dimension, SegmentPlan
from cartjury.data.run_records import METRICS, Dataset, SegmentScore, Universe
from cartjury.tools.engine.duck import connect, literal, quoted, spreadsheet_safe
from cartjury.tools.engine.relation import level_number, segment_number, users
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


def write_users(path: Path, dataset: Dataset, universe: Universe, plan: SegmentPlan, options: Options) -> None:
    """Write the universe, one row a user in the input's order, with levels, segment id and segment name."""
    safe = options.users_format == "csv"
    written = (
        f"COPY (SELECT {', '.join(_user_columns(plan, options, safe=safe))} FROM (SELECT *, {segment_number(plan)} "
        f"AS segment FROM {users(dataset, universe, plan.filter)})) TO {literal(str(path))} "
    )
    with connect(Path(dataset.path).parent, options.memory_limit) as connection:
        connection.execute(written + ("(FORMAT csv, HEADER)" if safe else "(FORMAT parquet)"))


def _user_columns(plan: SegmentPlan, options: Options, *, safe: bool) -> list[str]:
    used = {d.column: d for d in plan.dimensions}
    columns = [quoted(c) for c in COLUMN_NAMES if c != "user_id"]
    columns.insert(0, f"{spreadsheet_safe('user_id') if safe else 'user_id'} AS user_id")
    columns += [_bucket(used.get(c), name) for c, name in BUCKET_COLUMNS.items()]
    columns += [_bucket(d, d.bucket_column) for d in plan.dimensions if d.column not in BUCKET_COLUMNS]
    ids = "[" + ", ".join(literal(s.id) for s in plan.segments) + "]"
    names = "[" + ", ".join(literal(_safe(s.name) if safe else s.name) for s in plan.segments) + "]"
    columns += [f"{ids}[segment] AS segment_id", f"{names}[segment] AS segment_name"]
    kept = [c for c in options.keep_columns if c not in COLUMN_NAMES]
    text = [spreadsheet_safe(f"CAST({quoted(c)} AS VARCHAR)") if safe else quoted(c) for c in kept]
    return [*columns, *(f"{t} AS {quoted(c)}" for t, c in zip(text, kept, strict=True))]


def _bucket(dimension: Dimension | None, name: str) -> str:
    if dimension is None:
        return f"'All' AS {quoted(name)}"
    levels = "[" + ", ".join(literal(level) for level in dimension.level_names) + "]"
    return f"{levels}[{level_number(dimension)} + 1] AS {quoted(name)}"


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
