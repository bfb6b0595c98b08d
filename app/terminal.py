"""What the terminal shows: errors, and the table of segments."""

import contextlib
import functools
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any, ParamSpec

import typer

from cartjury.data.errors import CartjuryError, ModelError

P = ParamSpec("P")
STARVED = ("can't start new thread", "failed to map segment")  # what Python says where a limit is reached
WIPE = "\r\033[K"  # back to the start of the line, and clear it


class Exit(IntEnum):
    """Exit codes, as the README documents them."""

    DONE = 0
    MISSED = 1
    BAD_INPUT = 2
    MODEL_FAILED = 3
    WAITING = 4
    INTERRUPTED = 130


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Turn expected errors into a message and an exit code, never a traceback."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except CartjuryError as error:
            say(f"error: {error}")
            raise typer.Exit(Exit.MODEL_FAILED if isinstance(error, ModelError) else Exit.BAD_INPUT) from error
        except KeyboardInterrupt as error:
            say("interrupted")
            raise typer.Exit(Exit.INTERRUPTED) from error
        except BrokenPipeError as error:  # the reader of our output has left, as `head` does
            _drop_output()
            raise typer.Exit(Exit.DONE) from error
        except (MemoryError, RuntimeError, ImportError) as error:
            if not isinstance(error, MemoryError) and not any(sign in str(error) for sign in STARVED):
                raise
            say("error: this process may not have as much memory as it needs: raise its limit (ulimit -v)")
            raise typer.Exit(Exit.BAD_INPUT) from error
        except OSError as error:
            say(f"error: {error.strerror or error}{f': {error.filename}' if error.filename else ''}")
            raise typer.Exit(Exit.BAD_INPUT) from error

    return wrapped


def _drop_output() -> None:
    """Send the rest nowhere: Python flushes when it ends, and would complain of the closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # no stream of the system, as in tests
            os.dup2(nowhere, stream.fileno())


@contextmanager
def leaving_at_once(hint: str, scratch: Path) -> Iterator[None]:
    """Let ctrl-C end the program at once, whatever its threads are busy with.

    Only for work that survives it: every node of a run is saved when it ends.

    Args:
        hint: how to go on.
        scratch: folder of what the engine could not hold in memory; it is of no use to anybody else.
    """

    def leave(*_: object) -> None:
        shutil.rmtree(scratch, ignore_errors=True)
        # Past Python's buffers: the signal may come in the middle of a write to them.
        wipe = WIPE if sys.stderr.isatty() else ""
        with contextlib.suppress(OSError):
            os.write(2, f"{wipe}interrupted: {hint}\n".encode())
        os._exit(Exit.INTERRUPTED)

    before = signal.signal(signal.SIGINT, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def say(text: str) -> None:
    """Tell the user something that is not data."""
    typer.echo(text, err=True)


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
    with console.capture() as drawn:  # printed by us: rich ends the program with 1 where a pipe is closed
        console.print(table)
    typer.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()))
