"""What `cartjury import events` does once its options are read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from cartjury.app.progress import UNKNOWN, Progress
from cartjury.app.terminal import say, show_table
from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import percent
from cartjury.tools.events.importing import import_events
from cartjury.tools.events.record import ImportRecord, Wishes

WANTED = {
    "bots": "say exclude or keep",
    "on_bad_rows": "say fail or quarantine",
    "memory_limit": "say a size such as 500MB",
    "delimiter": "say one character, or tab",
}


def import_log(log: str, out: Path, asked: Mapping[str, Any], *, as_json: bool) -> None:
    """Make carts of a log, and say what became of its users and what to type next.

    Raises:
        InputError: bad input, or an option with a value that it cannot have.
    """
    wishes = checked({**asked, "delimiter": "\t" if asked["delimiter"] in {"tab", r"\t"} else asked["delimiter"]})
    with Progress(percent, UNKNOWN) as progress:
        record = import_events(log, out, wishes, progress)
    if as_json:
        typer.echo(record.to_json(), nl=False)
    else:
        show_outcomes(record)
    for notice in record.notices:
        say(f"note: {notice}")
    say(f"wrote {record.kept:,} users as of {record.as_of} to {out}")
    say(f"next: {record.next_command}")


def checked(asked: Mapping[str, Any]) -> Wishes:
    """Check the values of the options.

    Raises:
        InputError: one cannot be so; it names the option.
    """
    try:
        return Wishes.model_validate(asked)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        why = WANTED.get(name, first["msg"])
        raise InputError(f"--{name.replace('_', '-')} {first['input']}: {why}") from error


def show_outcomes(record: ImportRecord) -> None:
    """Print how many users there are by outcome, and which of them are in the carts file."""
    kept = {"abandoned"}
    kept |= {"too_early"} if record.wishes.include_censored else set()
    kept |= {f"{outcome}_suspect_bot" for outcome in kept} if record.wishes.bots == "keep" else set()
    rows = [(outcome, f"{count:,}", "yes" if outcome in kept else "no") for outcome, count in record.users.items()]
    show_table(("outcome", "users", "in the file"), rows, ("users",))
