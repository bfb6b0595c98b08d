"""Every column of every user is what plain loops over the rules make of it, on made-up and on real logs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from cartjury.data.event_presets import presets
from tests.carts import SAMPLES
from tests.tools.event_logs import CUSTOM, KINDS, as_log, imported, random_log, write_log
from tests.tools.event_oracle import Event, Rules, judged

COLUMNS = (
    "cart_abandoned_date",
    "last_order_date",
    "avg_order_value",
    "sessions_last_30d",
    "num_cart_items",
    "engagement_score",
    "profitability_score",
    "cart_value",
)
OPEN = SAMPLES / "open"
ALL = {"include_censored": True, "bots": "keep"}


def agree(log: Iterable[Event], path: Path, out: Path, rules: Rules, **wishes: Any) -> int:
    """Compare the import with the oracle, and return how many users were compared column by column."""
    record = imported(path, out=out, as_of=None, **ALL, **wishes)
    expected = judged(log, rules)
    counts: dict[str, int] = dict.fromkeys(record.users, 0)
    for user in expected.values():
        apart = user["bot"] and user["outcome"] in {"abandoned", "too_early"}
        counts[user["outcome"] + ("_suspect_bot" if apart else "")] += 1
    assert record.users == counts
    rows = pq.read_table(out).to_pylist()
    kept = {user: e for user, e in expected.items() if e["outcome"] in {"abandoned", "too_early"}}
    assert [row["user_id"] for row in rows] == sorted(kept)
    for row in rows:
        wanted = kept[row["user_id"]]
        assert row["censored"] == (wanted["outcome"] == "too_early")
        assert row["suspect_bot"] == wanted["bot"]
        for column in COLUMNS:
            value = wanted[column]
            if isinstance(value, float):
                value = pytest.approx(value, rel=1e-12)
            assert row[column] == value, (row["user_id"], column)
    return len(rows)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sessions", [True, False])
@pytest.mark.parametrize("items", [True, False])
def test_made_up_logs_give_what_the_rules_say(tmp_path: Path, seed: int, sessions: bool, items: bool) -> None:
    log = [e._replace(quantity=None) for e in random_log(seed, sessions=sessions, items=items)]
    columns = [c for c in CUSTOM if c != "quantity=quantity"]

    compared = agree(
        log,
        write_log(tmp_path, log),
        tmp_path / "carts.parquet",
        Rules(costs=True, bot_events=14),
        preset="custom",
        columns=columns,
        events=KINDS,
        bot_events=14,
    )

    assert compared > 10


@pytest.mark.parametrize("seed", range(4))
def test_quantities_and_transaction_ids_give_what_the_rules_say(tmp_path: Path, seed: int) -> None:
    log = random_log(seed, sessions=True, items=True, orders=True)

    compared = agree(
        log,
        write_log(tmp_path, log),
        tmp_path / "carts.parquet",
        Rules(costs=True, quantities=True),
        preset="custom",
        columns=CUSTOM,
        events=KINDS,
    )

    assert compared > 10


@pytest.mark.skipif(not OPEN.is_dir(), reason="needs the sample logs")
@pytest.mark.parametrize(
    ("preset", "pattern", "columns"),
    [
        (
            "rees46",
            "rees46*.csv.gz",
            {
                "user": "user_id",
                "when": "event_time",
                "kind": "event_type",
                "session": "user_session",
                "item": "product_id",
                "price": "price",
            },
        ),
        (
            "retentioneering",
            "retentioneering*.csv.gz",
            {"user": "user_id", "when": "timestamp", "kind": "event", "session": "session_id"},
        ),
    ],
)
def test_the_real_logs_give_what_the_rules_say(
    tmp_path: Path, preset: str, pattern: str, columns: dict[str, str]
) -> None:
    (path,) = OPEN.glob(pattern)
    frame = pd.read_csv(path, dtype=str)
    frame = frame[frame[columns["session"]].notna()]  # the last row of one of them is cut off
    kinds = {name: str(kind) for kind, names in presets()[preset].events.items() for name in names}

    log = as_log(frame, kinds, columns)
    compared = agree(log, path, tmp_path / "carts.parquet", Rules(), preset=preset, on_bad_rows="quarantine")

    assert compared in {53, 372}
