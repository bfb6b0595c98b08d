"""`cartjury serve` on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from cartjury.app.terminal import guarded


@guarded
def serve(
    host: Annotated[
        str, typer.Option(help="127.0.0.1, localhost or ::1; other machines are not served.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8765,
    root: Annotated[
        list[Path] | None,
        typer.Option(help="Folder that inputs may lie in; repeatable, uploads go to the first. [inputs]"),
    ] = None,
    max_upload: Annotated[str, typer.Option(help="Largest file that can be sent.")] = "512MB",
) -> None:
    """Serve runs and chats over HTTP to programs and pages of this machine; prints the address with its token."""
    from cartjury.app.serve.start import serve as start

    start(host, port, root or [], max_upload)
