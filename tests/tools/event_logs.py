"""Small event logs, and what the import makes of them."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from cartjury.tools.events.importing import import_events
from cartjury.tools.events.record import ImportRecord, Wishes
from tests.tools.event_oracle import Event

NOW = "2026-11-23"
CUSTOM = (
    "user=user",
    "time=when",
    "event=kind",
    "session=session",
    "item=item",
    "price=price",
    "order=order",
    "quantity=quantity",
    "cost=cost",
)
KINDS = ("view=view", "cart=cart", "remove=remove", "purchase=purchase")
HEADER = ("event_time", "event_type", "product_id", "price", "user_id", "user_session")


def at(day: str, clock: str = "10:00:00") -> datetime:
    """A time in November 2026, such as at("20", "10:30:00")."""
    return datetime.fromisoformat(f"2026-11-{day}T{clock}").replace(tzinfo=UTC)


def rees46(folder: Path, *rows: str, name: str = "log.csv", header: Sequence[str] = HEADER) -> Path:
    """A log of the rees46 preset; rows such as "20 10:00:00,cart,A,10.00,ann,s1", in November 2026."""
    path = folder / name
    path.write_text("\n".join([",".join(header), *(f"2026-11-{row}" for row in rows)]) + "\n", encoding="utf-8")
    return path


def write_log(folder: Path, log: Iterable[Event], *, name: str = "log.csv") -> Path:
    """A log with a column for every role of `Event`."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(Event._fields)
    for row in log:
        values = row._replace(when=row.when.isoformat(), kind=row.kind or "wishlist")  # type: ignore[arg-type] # as text
        writer.writerow(["" if value is None else value for value in values])
    (folder / name).write_text(buffer.getvalue(), encoding="utf-8")
    return folder / name


def imported(log: Path | str, *, out: Path | None = None, preset: str = "rees46", **wishes: Any) -> ImportRecord:
    target = out or Path(str(log)).parent / "carts.parquet"
    return import_events(str(log), target, Wishes.model_validate({"preset": preset, "as_of": NOW, **wishes}))


def carts_of(log: Path, **wishes: Any) -> dict[str, dict[str, Any]]:
    """Carts by user, as any other program reads the file."""
    imported(log, **wishes)
    rows: list[dict[str, Any]] = pq.read_table(log.parent / "carts.parquet").to_pylist()
    return {row["user_id"]: row for row in rows}


def outcome_of(log: Path, **wishes: Any) -> str:
    """The outcome of the only user of a log who put something into a cart, kept or not."""
    from cartjury.data.errors import InputError

    try:
        users = imported(log, **wishes).users
    except InputError as error:  # nobody abandoned a cart: the message counts the users
        return str(error).partition("users: ")[2].split(" ")[0]
    (found,) = [outcome for outcome, count in users.items() if count]
    return found


def random_log(seed: int, users: int = 40, *, sessions: bool, items: bool, orders: bool = False) -> list[Event]:
    """A made-up log with many ties: same seconds, same prices, repeated rows, unknown events, values missing."""
    dice = np.random.default_rng(seed)
    start = datetime(2026, 10, 1, tzinfo=UTC).timestamp()
    rows = []
    for user in range(users):
        hasty = user % 8 == 0  # all of it within three hours
        span, step = (3 * 3600, 60) if hasty else (53 * 86400, 900)
        moments = start + 45 * 86400 * hasty + dice.choice(np.arange(0, span, step), dice.integers(1, 45))
        for moment in np.concatenate([moments, dice.choice(moments, 2)]):
            kind = dice.choice(["view", "cart", "remove", "purchase", ""], p=[0.35, 0.35, 0.12, 0.13, 0.05])
            price = None if dice.random() < 0.1 else round(float(dice.choice([0, 9.99, 20, 35.5])), 2)
            rows.append(
                Event(
                    f"u{user}",
                    datetime.fromtimestamp(float(moment), UTC),
                    str(kind) or None,
                    f"s{int(moment) // 86400 % 7}" if sessions and dice.random() < 0.9 else None,
                    f"i{dice.integers(4)}" if items and dice.random() < 0.9 else None,
                    price,
                    f"o{dice.integers(3)}" if orders and kind == "purchase" and dice.random() < 0.8 else None,
                    float(dice.integers(1, 4)) if orders and dice.random() < 0.8 else None,
                    None if price is None or dice.random() < 0.2 else round(price * float(dice.choice([0.4, 0.7])), 2),
                )
            )
    dice.shuffle(rows)  # type: ignore[arg-type] # a list is shuffled in place like an array
    return [Event(*row) for row in rows] + [Event(*rows[0])]


def as_log(frame: pd.DataFrame, kinds: dict[str, str], columns: dict[str, str]) -> list[Event]:
    """A real log for the oracle: `columns` gives the column of each field of Event, `kinds` the kind of each name."""
    texts = frame[list(columns.values())].astype(object).where(frame[list(columns.values())].notna(), None)
    rows = texts.rename(columns={v: k for k, v in columns.items()}).to_dict("records")
    return [
        Event(
            **{
                **{str(k): v for k, v in row.items()},
                "when": datetime.fromisoformat(str(row["when"]).replace(" UTC", "")).replace(tzinfo=UTC),
                "kind": kinds.get(str(row["kind"])),
                "name": str(row["kind"]),
                "price": float(row["price"]) if row.get("price") is not None else None,
            }
        )
        for row in rows
    ]
