"""`cartjury chat`: refine a plan in the terminal.

    > merge S03 and S05
    (what it would do)
    apply? [y]es, [n]o, or say something else: y

Answers and previews go to stdout, what happens meanwhile to stderr. A line at a time can also be piped in.
"""

import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import typer

from cartjury.app.config import load_keys
from cartjury.app.runner import in_own_loop
from cartjury.app.terminal import WIPE, Exit, say, whoami
from cartjury.app.thread import Thread, open_thread
from cartjury.app.view import Event, View
from cartjury.data.errors import BusyError, InputError
from cartjury.data.model_table import load_table
from cartjury.data.revision_records import Decision, Preview
from cartjury.tools.preview_words import in_words

YES: Final = frozenset({"y", "yes", "ok", "okay", "yes please", "apply", "apply it", "approve", "do it", "go ahead"})
NO: Final = frozenset({"n", "no", "no thanks", "reject", "cancel"})
PATIENCE: Final = 3.0  # seconds that somebody else's turn is waited for
LEAVE: Final = frozenset({"exit", "quit", "bye", ":q"})
SHORT, SHOWN = 8, 12  # characters of a preview's id: at least, and as they are shown
ASK: Final = "apply? [y]es, [n]o, or say something else: "
Turn = Callable[[Thread], AsyncIterator[Event]]


class Decided(NamedTuple):
    """What the command line says of approval: of all that is said, or of the preview that waits."""

    yes: bool = False
    approve: str | None = None
    reject: str | None = None


def talk(folder: Path, said: Sequence[str], decided: Decided, *, by: str | None, as_json: bool) -> None:
    """Hold a conversation on the thread of a run.

    Args:
        folder: of the run.
        said: what to say; nothing: it is typed, or piped in.
        decided: on previews.
        by: who says it.
        as_json: print every event as a line of JSON.

    Raises:
        InputError: no such run, somebody else is at it, or a decision on another preview.
        typer.Exit: with code 4 where a preview still waits at the end.
    """
    if decided.approve is not None and decided.reject is not None:
        raise InputError("--approve and --reject cannot be combined: a preview is approved or turned down")
    load_keys(Path.cwd())
    terminal = Terminal(folder, by or whoami(), as_json=as_json)
    view = terminal.open()
    if view.preview and not said and decided == Decided():
        typer.echo(f"{in_words(view.preview)}\n")
    if decided.approve is not None or decided.reject is not None:
        view = terminal.decide(_on_waiting(view, decided))
    spoken = decided.approve is not None or decided.reject is not None or said
    for line in filter(str.strip, said) if spoken else terminal.lines():
        view = terminal.hear(line, view) if spoken else terminal.hear_out(line, view)
        if decided.yes and view.preview:
            view = terminal.decide(on_preview(view.preview, "approve"))
    if view.preview is not None:
        shown = view.preview.preview_id[:SHOWN]
        say(f"waiting for approval: cartjury chat {folder} --approve {shown}, or --reject WHY")
        raise typer.Exit(Exit.WAITING)


class Terminal:
    """A conversation: each turn opens the thread, and closes it again, so that others can take theirs."""

    def __init__(self, folder: Path, by: str, *, as_json: bool) -> None:
        self._folder, self._by, self._as_json = folder, by, as_json
        self._table = load_table(Path("cartjury.toml"))
        self._view = View(status="idle")
        self._wipe = WIPE if sys.stderr.isatty() and sys.stdout.isatty() else ""

    def open(self) -> View:
        """Finish what was cut off, and look at what stands; what cannot be finished is told, and left."""
        try:
            return self._take(lambda thread: thread.resume())
        except InputError as error:
            view = self._take(None)
            if view.history is None:
                raise
            say(f"error: the last turn could not be finished: {error}")
            return view

    def hear_out(self, line: str, view: View) -> View:
        """Take a line of a conversation, which goes on after an error."""
        try:
            return self.hear(line, view)
        except InputError as error:
            say(f"error: {error}")
            return self._take(None)

    def hear(self, line: str, view: View) -> View:
        """Take a line: a decision on a preview that was just shown, or something said."""
        word = line.strip().lower().rstrip(".!")
        if view.preview and word in YES | NO:
            kind = "approve" if word in YES else "reject"
            return self.decide(on_preview(view.preview, kind))
        return self._take(lambda thread: thread.say(line, self._by))

    def decide(self, decision: Decision) -> View:
        """Decide on the preview that waits."""
        return self._take(lambda thread: thread.decide(decision.model_copy(update={"by": self._by})))

    def lines(self) -> Iterator[str]:
        """What is typed or piped in, until its end or a word of leaving."""
        typed = sys.stdin.isatty()
        if typed:
            say('say what should be otherwise; "help" shows what can be said, "exit" leaves')
        while True:
            prompt = ASK if self._view.preview else "> "
            try:
                line = input(prompt) if typed else self._piped(prompt)
            except EOFError:
                return
            if line.strip().lower() in LEAVE:
                return
            if line.strip():
                yield line

    def _piped(self, prompt: str) -> str:
        """A line that was piped in, shown as if it had been typed.

        Raises:
            EOFError: there is none left.
        """
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        if line.strip() and not self._as_json:
            typer.echo(f"{prompt}{line.strip()}\n")
        return line

    def _take(self, turn: Turn | None) -> View:
        """Take a turn, or only look, when nobody else is at the thread."""

        async def taken() -> View:
            async with open_thread(self._folder, self._table) as thread:
                async for event in turn(thread) if turn else _nothing():
                    self._show(event)
                return await thread.look()

        until = time.monotonic() + PATIENCE
        while True:
            try:
                self._view = in_own_loop(taken)
            except BusyError:
                if time.monotonic() > until:
                    raise
                time.sleep(PATIENCE / 30)
            else:
                return self._view

    def _show(self, event: Event) -> None:
        if self._as_json:
            typer.echo(json.dumps(event.model_dump(mode="json")))
        elif event.kind == "message":
            typer.echo(f"{self._wipe}{event.data['content']}\n")
        elif event.kind == "note":
            say(event.data["text"])
        elif event.kind == "started" and self._wipe:
            typer.echo(f"{self._wipe}{event.data['node']} ...", err=True, nl=False)
        elif event.kind == "done" and self._wipe:
            typer.echo(self._wipe, err=True, nl=False)


async def _nothing() -> AsyncIterator[Event]:
    none: tuple[Event, ...] = ()
    for event in none:
        yield event


def _on_waiting(view: View, decided: Decided) -> Decision:
    """The decision that the command line holds, on the preview that waits.

    Raises:
        InputError: none waits, or it has another hash.
    """
    if view.preview is None:
        raise InputError("nothing waits for approval in this thread")
    if decided.approve is None:
        return on_preview(view.preview, "reject").model_copy(update={"message": decided.reject or ""})
    known = on_preview(view.preview, "approve")
    meant = len(decided.approve) >= SHORT and view.preview.preview_id.startswith(decided.approve)
    return known if meant else known.model_copy(update={"preview_id": decided.approve})


def on_preview(preview: Preview, kind: str) -> Decision:
    """A decision on what was shown, and on nothing else."""
    hashes = {"plan_hash": preview.plan_hash, "preview_id": preview.preview_id}
    return Decision.model_validate({"type": kind, **hashes})
