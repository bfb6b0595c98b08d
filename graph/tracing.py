"""Traces in LangSmith, or in a collector of OpenTelemetry: switched on by the environment, the same at every door.

    LANGSMITH_TRACING=true, LANGSMITH_API_KEY=...     -> one run tree a turn

Every door builds the graph, and building it calls `switch_on`. docs/tracing.md says what is sent, and what never is.
"""

import os
import secrets
import threading
from pathlib import Path
from typing import Any, Final

from langchain_core.runnables import RunnableConfig

from cartjury.graph.folders import WORK

NAMES: Final = ("TRACING_V2", "TRACING")
MARK: Final = "trace"  # in a working folder: what tells this thread from others


def wanted() -> bool:
    """Whether the environment asks for traces; the same variables and the same words as LangSmith's own."""
    found = [os.environ.get(f"{space}_{name}", "").strip() for name in NAMES for space in ("LANGSMITH", "LANGCHAIN")]
    return next((value for value in found if value), "") == "true"


def switch_on() -> None:
    """Send traces where the environment asks for them, through a client that masks and never delays; once a process."""
    if wanted() and _Switch.on is None:
        with _Switch.guard:
            if _Switch.on is None:
                from cartjury.graph.tracing_sending import begin

                _Switch.on = begin()


def of_thread(folder: Path, config: RunnableConfig) -> RunnableConfig:
    """The config of a turn, with what its trace can be found by: its thread, however often it is resumed.

    Args:
        folder: of the run.
        config: the checkpointer's; what it calls the thread stays.
    """
    if not wanted():
        return config
    return {**config, "metadata": {**config.get("metadata", {}), "thread_id": name_of(folder)}}


def name_of(folder: Path) -> str:
    """What a thread is called in traces: its folder's name, and a token made when it was first traced."""
    file = folder / WORK / MARK
    try:
        file.touch(mode=0o600)
        token = file.read_text(encoding="ascii").strip()
        if not token:
            token = secrets.token_hex(4)
            file.write_text(token, encoding="ascii")
    except OSError:
        return folder.resolve().name
    return f"{folder.resolve().name}-{token}"


class _Switch:
    guard: Final = threading.Lock()
    on: Any = None  # what sends; False: it was asked for and cannot be
