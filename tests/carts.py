"""Small cart files, and the deterministic part of the program run on them."""

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.options import Options
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Certificate, Dataset, SegmentProfile, SegmentScore, Universe
from cartjury.tools.bucket import fit_plan
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.engines import open_engine
from cartjury.tools.load import load
from cartjury.tools.profile import cell_counts, feature_histogram, profile_segments
from cartjury.tools.proof import prove
from cartjury.tools.score import score_segments
from cartjury.tools.size import apply_size_policy, default_policy
from cartjury.tools.tables import write_users
from cartjury.tools.universe import define_universe

AS_OF = date(2026, 11, 23)
# A folder with further carts, broken ones in nasty/ and real ones in open/; tests that read it are skipped without it.
SAMPLES = Path(os.environ.get("SAMPLE_CARTS", "no-such-folder"))
GOOD = {
    "user_id": "u1",
    "cart_abandoned_date": "2026-11-20",
    "last_order_date": "2026-10-01",
    "avg_order_value": "49.9",
    "sessions_last_30d": "3",
    "num_cart_items": "2",
    "engagement_score": "0.62",
    "profitability_score": "0.41",
}


class Segmented(NamedTuple):
    """What the deterministic part made of a file."""

    carts: Carts
    plan: SegmentPlan
    profiles: tuple[SegmentProfile, ...]
    scores: tuple[SegmentScore, ...]
    certificate: Certificate

    @property
    def dataset(self) -> Dataset:
        return self.carts.dataset

    @property
    def universe(self) -> Universe:
        return self.carts.universe


def cart(**changes: str) -> dict[str, str]:
    """A row that meets the contract, with some of its values replaced."""
    return {**GOOD, **changes}


def carts(*values: str, column: str = "avg_order_value") -> list[dict[str, str]]:
    """Rows u1, u2, ... that differ in one column only."""
    return [cart(user_id=f"u{i}", **{column: value}) for i, value in enumerate(values, start=1)]


def csv_text(rows: Iterable[Mapping[str, str]], columns: Sequence[str] = COLUMN_NAMES) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def write_csv(folder: Path, rows: Iterable[Mapping[str, str]], columns: Sequence[str] = COLUMN_NAMES) -> Path:
    return write_text(folder, csv_text(rows, columns))


def write_text(folder: Path, text: str | bytes, name: str = "carts.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def write_arrow(folder: Path, columns: Mapping[str, Any], name: str = "carts.parquet") -> Path:
    """Write Parquet as pyarrow does, NaN beside NULL; columns that are not given hold good values."""
    rows = len(next(iter(columns.values())))
    days, whole = pa.array([date(2026, 11, 20)] * rows), pa.array([2] * rows)
    good = {"user_id": pa.array([f"u{i}" for i in range(1, rows + 1)])}
    good |= dict.fromkeys(("cart_abandoned_date", "last_order_date"), days)
    good |= {"avg_order_value": pa.array([50.0] * rows)}
    good |= dict.fromkeys(("sessions_last_30d", "num_cart_items"), whole)
    good |= {c: pa.array([0.5] * rows) for c in ("engagement_score", "profitability_score")}
    pq.write_table(pa.table({**good, **columns}), folder / name)
    return folder / name


def loaded(path: Path, as_of: date | None = None, **options: Any) -> Dataset:
    work = path.parent / f"{path.name}.work"
    work.mkdir(exist_ok=True)
    return load(path, work, Options.model_validate(options), as_of)


def stored(dataset: Dataset) -> pd.DataFrame:
    """The checked rows, as any other program would read them."""
    return pq.read_table(dataset.path).to_pandas()


def rejected(path: Path) -> list[dict[str, str]]:
    """What a quarantine wrote beside the working files of an input."""
    with (path.parent / f"{path.name}.work" / "rejected_rows.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def random_carts(n: int, seed: int = 0, *, days: int = 10, missing: float = 0.0) -> pd.DataFrame:
    """Made-up carts whose values have many ties; `missing` is the share of empty order values and scores."""
    dice = np.random.default_rng(seed)
    ages = dice.integers(0, days + 1, n)
    ages[0] = 0
    ordered = pd.Timestamp(AS_OF) - pd.to_timedelta(ages + dice.integers(0, 90, n), unit="D")
    frame = pd.DataFrame(
        {
            "user_id": [f"u{i:05d}" for i in range(n)],
            "cart_abandoned_date": (pd.Timestamp(AS_OF) - pd.to_timedelta(ages, unit="D")).strftime("%Y-%m-%d"),
            "last_order_date": np.where(dice.random(n) < 0.3, None, ordered.strftime("%Y-%m-%d")),
            "avg_order_value": dice.lognormal(4, 0.7, n).round(1),
            "sessions_last_30d": dice.integers(1, 9, n),
            "num_cart_items": dice.integers(1, 4, n),
            "engagement_score": dice.beta(2, 3, n).round(2),
            "profitability_score": dice.beta(2, 2, n).round(3),
        }
    )
    for column in ("avg_order_value", "engagement_score", "profitability_score"):
        frame.loc[dice.random(n) < missing, column] = np.nan
    return frame


def write_frame(folder: Path, frame: pd.DataFrame, name: str = "carts.csv") -> Path:
    frame.to_csv(folder / name, index=False)
    return folder / name


def carts_in(dataset: Dataset, as_of: date | None = None, **options: Any) -> Carts:
    """The users of the universe, on the engine that the options name."""
    chosen = Options.model_validate(options)
    engine = open_engine(chosen, Path(dataset.path).parent)
    return Carts(engine, dataset, define_universe(engine, dataset, chosen, as_of))


def segmented(path: Path, as_of: date | None = None, **options: Any) -> Segmented:
    """Run everything between load and certify."""
    chosen = Options.model_validate(options)
    carts = carts_in(loaded(path, as_of, **options), as_of, **options)
    policy = default_policy(carts.universe.size, chosen.min_size, chosen.max_size)
    first = fit_plan(carts, chosen, policy)
    counts = cell_counts(carts, first)
    plan = apply_size_policy(first, counts, lambda s, column: feature_histogram(carts, first, s, column))
    profiles = profile_segments(carts, plan)
    return Segmented(carts, plan, profiles, score_segments(plan, profiles), prove(carts, plan))


def users_of(found: Segmented, path: Path, **options: Any) -> pd.DataFrame:
    """The users file, every cell as text and empty cells as empty text."""
    write_users(path, found.carts, found.plan, options.get("keep_columns", ()))
    return pd.read_csv(path, dtype=str, keep_default_na=False)
