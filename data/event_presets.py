"""Presets of event logs: which column plays which role, how times are written, what events are called."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from cartjury.data.base import Record

Role = Literal[
    "user", "time", "event", "session", "item", "order", "price", "quantity", "revenue", "margin", "cost", "discount"
]
Kind = Literal["view", "cart", "remove", "purchase"]

ROLES: tuple[Role, ...] = Role.__args__  # type: ignore[attr-defined] # Literal shows its values nowhere else
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined] # the same
REQUIRED: tuple[Role, ...] = ("user", "time", "event")
PROFIT: tuple[Role, ...] = ("margin", "cost", "discount")
TIME_FORMATS = ("iso", "date", "epoch_s", "epoch_ms", "epoch_us")
CUSTOM = "custom"


class Preset(Record):
    """The layout of one kind of log; `event_presets.toml` says what its parts mean.

    Attributes:
        title: what the log is, for messages.
        time: how times are written.
        columns: names that the column of a role may have.
        events: event names by kind.
        lacks: output columns that cannot be filled, and why.
    """

    title: str
    time: str
    columns: Mapping[Role, tuple[str, ...]]
    events: Mapping[Kind, tuple[str, ...]]
    lacks: Mapping[str, str] = Field(default_factory=dict)


@cache
def presets() -> dict[str, Preset]:
    """Read data/event_presets.toml; `custom` is the preset that says nothing."""
    raw = tomllib.loads((files("cartjury.data") / "event_presets.toml").read_text(encoding="utf-8"))
    known = {name: Preset.model_validate(entry) for name, entry in raw.items()}
    return {**known, CUSTOM: Preset(title="a log that --map and --event describe", time="iso", columns={}, events={})}
