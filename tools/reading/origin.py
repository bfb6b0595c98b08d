"""Which export or log a header is from, where it is none of carts: what to type instead."""

import shlex
from collections.abc import Sequence

from cartjury.data.event_presets import CUSTOM, REQUIRED, presets
from cartjury.tools.platforms.table import advice, recognise


def origin(file: str, found: Sequence[str]) -> str | None:
    """Say what a file with this header is, and the command that makes carts of it; None: nothing that is known."""
    platform = recognise(found)
    if platform:
        return advice(platform, file)
    names = {name.strip().casefold() for name in found}
    for preset, layout in presets().items():
        roles = (layout.columns.get(role, ()) for role in REQUIRED)
        if preset != CUSTOM and all(any(c.casefold() in names for c in columns) for columns in roles):
            command = f"cartjury import events {shlex.quote(file)} --preset {preset}"
            return f"this looks like a log of events ({layout.title}); turn it into carts with: {command}"
    return None
