"""What a log looks like: a preset, changed by what the user says of columns and event names."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast, get_args

from cartjury.data.errors import InputError
from cartjury.data.event_presets import (
    CUSTOM,
    KINDS,
    PROFIT,
    REQUIRED,
    ROLES,
    TIME_FORMATS,
    Kind,
    Preset,
    Role,
    presets,
)

REST = "*"  # an event name that stands for all that are not named
FORMATS: Mapping[str, tuple[str, ...]] = {
    "time": TIME_FORMATS,
    "margin": ("rate", "comma"),
    **dict.fromkeys(("price", "quantity", "revenue", "cost", "discount"), ("comma",)),
}


class LogFormat(NamedTuple):
    """How a log is to be read.

    Attributes:
        preset: its name.
        columns: names that the column of a role may have, the first found is taken.
        formats: how the values of a role are written, where that must be said.
        kinds: what an event is, by its name in lower case; `*` stands for all other names.
        said: roles whose column the user named; these must be found.
        lacks: output columns that cannot be filled, and why.
    """

    preset: str
    columns: Mapping[Role, tuple[str, ...]]
    formats: Mapping[Role, str]
    kinds: Mapping[str, Kind]
    said: frozenset[Role]
    lacks: Mapping[str, str]


def log_format(preset: str, columns: Sequence[str] = (), events: Sequence[str] = ()) -> LogFormat:
    """Put together what preset, `--map` and `--event` say.

    Args:
        preset: a name in event_presets.toml, or `custom`.
        columns: such as `time=ts:epoch_ms`; an empty column takes the role away.
        events: such as `cart=add_to_cart,basket`; `view=*` makes every other event a view.

    Raises:
        InputError: an unknown preset, role, format or kind, or a role that `custom` must name and does not.
    """
    base = _preset(preset)
    mapped: dict[Role, tuple[str, ...]] = dict(base.columns)
    formats: dict[Role, str] = {"time": base.time}
    said = set[Role]()
    for text in columns:
        role, column, written = _mapping(text)
        mapped[role] = (column,) if column else ()
        said |= {role} if column else set()
        formats |= {role: written} if written else {}
    kinds = {name.lower(): kind for kind, names in base.events.items() for name in names}
    for text in events:
        kinds |= _names(text)
    _complete(preset, mapped, kinds)
    return LogFormat(preset, mapped, formats, kinds, frozenset(said), base.lacks)


def _preset(name: str) -> Preset:
    known = presets()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f": did you mean {near[0]}?" if near else ""
        raise InputError(f"there is no preset {name!r}{hint} Known: {', '.join(known)}")
    return known[name]


def _mapping(text: str) -> tuple[Role, str, str | None]:
    role, equals, column = text.partition("=")
    role = role.strip().lower()
    if not equals or role not in ROLES:
        raise InputError(f"--map {text}: say role=Column; the roles are {', '.join(ROLES)}")
    written = None
    if role == "time" and (pattern := re.search(r":(?=%)", column)):
        column, written = column[: pattern.start()], column[pattern.end() :]
    elif (parts := column.rpartition(":"))[2] in FORMATS.get(role, ()):
        column, written = parts[0], parts[2]
    return role, column.strip(), written


def _names(text: str) -> dict[str, Kind]:
    kind, equals, names = text.partition("=")
    kind = kind.strip().lower()
    found = [name.strip().lower() for name in names.split(",") if name.strip()]
    if not equals or kind not in get_args(Kind) or not found:
        raise InputError(f"--event {text}: say kind=name,name; the kinds are {', '.join(KINDS)}")
    return dict.fromkeys(found, cast("Kind", kind))


def _complete(preset: str, columns: Mapping[Role, tuple[str, ...]], kinds: Mapping[str, Kind]) -> None:
    missing = [role for role in REQUIRED if not columns.get(role)]
    if missing == ["event"]:
        raise InputError(
            "no column says what an event was (--map event=...): a log of orders alone, such as grocery baskets, "
            "holds no cart events, and without them nobody can be seen to abandon a cart"
        )
    if missing:
        raise InputError(f"--preset {preset} needs {' '.join(f'--map {role}=COLUMN' for role in missing)}")
    for kind, what in {"cart": "puts something into a cart", "purchase": "buys"}.items():
        if kind not in kinds.values():
            raise InputError(f"--preset {CUSTOM} needs --event {kind}=NAME: what the event is called that {what}")
    profit = [role for role in PROFIT if columns.get(role)]
    if len(profit) > 1:
        raise InputError(f"map one of {' and '.join(profit)}: profitability comes from a single column")
