"""`cartjury trace`: what happened in a run, without any account. The work is in app/trace_view.py."""

from pathlib import Path
from typing import Annotated

import typer

from cartjury.app.terminal import guarded


@guarded
def trace(
    folder: Annotated[Path, typer.Argument(help="Folder of a finished run, or of a revision of it.")],
    segment: Annotated[str | None, typer.Option(help="Show only what concerns this segment, such as S03.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Show the answers of models as they came.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the tree as JSON.")] = False,
) -> None:
    """Show what happened in a run, step by step: nodes, what the jury was asked and said, and why each name won."""
    from cartjury.app.trace_view import trace_run

    trace_run(folder, segment=segment, full=full, as_json=as_json)
