"""Start the service on this machine, and stop it."""

import asyncio
import os
import re
import secrets
import socket
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

import typer
import uvicorn
from starlette.applications import Starlette

from cartjury.app.config import load_keys
from cartjury.app.serve.service import make_app
from cartjury.app.terminal import Exit, say
from cartjury.app.thread import Thread, open_thread
from cartjury.data.errors import InputError
from cartjury.data.model_table import load_table
from cartjury.graph.folders import data_roots
from cartjury.tools.preview_words import in_words

RUNS: Final = Path("runs")
LOOPBACK: Final = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6}
SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B?", re.IGNORECASE)
POWERS: Final = " KMGT"
GRACE: Final = 3  # seconds that open responses get at the end


def serve(host: str, port: int, roots: Sequence[Path], max_upload: str) -> None:
    """Serve until interrupted; the address with its token is printed first.

    Raises:
        InputError: an address of another machine, a port that is taken, no such folder, no size.
    """
    load_keys(Path.cwd())
    table, runs = load_table(Path("cartjury.toml")), RUNS.resolve()
    places = tuple(_existing(root) for root in roots) or data_roots()[:-1]
    readable = (*places, runs)

    def threads(folder: Path, *, new: bool = False) -> AbstractAsyncContextManager[Thread]:
        return open_thread(folder, table, readable, new=new)

    token, limit, listener = secrets.token_urlsafe(24), in_bytes(max_upload), listening(host, port)
    app = make_app(threads=threads, roots=places, runs=runs, token=token, words=in_words, max_upload=limit)
    name = f"[{host}]" if ":" in host else host
    typer.echo(f"http://{name}:{listener.getsockname()[1]}/?token={token}")
    sys.stdout.flush()
    asyncio.run(_until_stopped(app, listener))


async def _until_stopped(app: Starlette, listener: socket.socket) -> None:
    config = uvicorn.Config(
        app,
        access_log=False,  # addresses hold the token
        log_level="warning",
        ws="none",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    try:
        await uvicorn.Server(config).serve(sockets=[listener])
    finally:
        _leave(app.state.turns.cut_off)


def _leave(cut_off: Sequence[Path]) -> None:
    """Leave at once where turns were cut off: the threads of a busy engine would keep the process for long."""
    if cut_off:
        say(f"interrupted: cut off in {', '.join(folder.name for folder in cut_off)}; resume them to go on")
        sys.stderr.flush()
        os._exit(Exit.INTERRUPTED)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on this machine only.

    Args:
        host: one of its own names.
        port: 0 takes one that is free.

    Raises:
        InputError: another host, or the port cannot be had.
    """
    if host not in LOOPBACK:
        raise InputError(
            f"--host {host} would let other machines in, and whoever gets in may run and read everything: "
            f"only {', '.join(LOOPBACK)} can be served"
        )
    listener = socket.socket(LOOPBACK[host])
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1" if host == "localhost" else host, port))
        listener.listen()  # before the address is printed: who calls at once is kept waiting, and not turned away
    except OSError as error:
        listener.close()
        raise InputError(f"port {port} of {host} cannot be had ({error.strerror}): choose another --port") from error
    return listener


def in_bytes(size: str) -> int:
    """Return the bytes of a size such as 512MB or 2 GiB.

    Raises:
        InputError: it is none.
    """
    found = SIZE.fullmatch(size.strip())
    if not found or float(found[1]) == 0:
        raise InputError(f"--max-upload {size} is no size: write it like 512MB")
    return int(float(found[1]) * (1024 if found[3] else 1000) ** POWERS.index(found[2].upper() or " "))


def _existing(root: Path) -> Path:
    if not root.is_dir():
        raise InputError(f"--root {root} is no folder")
    return root.resolve()
