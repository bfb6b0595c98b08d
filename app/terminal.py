"""What the terminal shows: errors, progress, and the table of segments."""

import functools
import sys
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, ParamSpec

import typer

from cartjury.data.errors import CartjuryError

P = ParamSpec("P")


class Exit(IntEnum):
    """Exit codes, as the README documents them."""

    DONE = 0
    MISSED = 1
    BAD_INPUT = 2
    INTERRUPTED = 130


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Turn expected errors into a message and an exit code, never a traceback."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except CartjuryError as error:
            say(f"error: {error}")
            raise typer.Exit(Exit.BAD_INPUT) from error
        except KeyboardInterrupt as error:
            say("interrupted")
            raise typer.Exit(Exit.INTERRUPTED) from error
        except BrokenPipeError as error:  # the reader of our stdout has left, as `head` does
            sys.stderr.close()
            raise typer.Exit(Exit.DONE) from error

    return wrapped


def say(text: str) -> None:
    """Tell the user something that is not data."""
    typer.echo(text, err=True)


class Progress:
    """Shows the running node on stderr: one changing line on a terminal, a line a node elsewhere."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def __call__(self, node: str) -> None:
        """Show that a node has started."""
        if self._live:
            typer.echo(f"\r\033[K{node} ...", err=True, nl=False)
        else:
            say(f"{node} ...")

    def done(self) -> None:
        """Wipe the changing line."""
        if self._live:
            typer.echo("\r\033[K", err=True, nl=False)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], numeric: Sequence[str]) -> None:
    """Print a table to stdout; on a narrow terminal names and rules fold rather than vanish."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in numeric else "left", overflow="fold")
    for row in rows:
        # Text, not markup: a name such as [red] is shown, not obeyed.
        table.add_row(*(Text(str(cell)) for cell in row))
    # A pipe has no width: nothing is folded there, so every row stays on its line.
    console = Console(width=None if sys.stdout.isatty() else 1000, highlight=False)
    with console.capture() as drawn:
        console.print(table)
    typer.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()))
