"""Run the graph for a caller on this machine: command line and notebook."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from cartjury.app.estimate import in_words
from cartjury.app.thread import CHECKPOINTS, THREAD, at_home, ordered, readable
from cartjury.data.call_records import Panel
from cartjury.data.errors import InputError
from cartjury.data.model_records import ModelTable
from cartjury.graph.build import Compiled, build_graph
from cartjury.graph.folders import BEFORE, WORK, fresh_work, locked
from cartjury.graph.state import Input, State
from cartjury.graph.tracing import of_thread

T = TypeVar("T")
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Watch:
    """Who is told how a run goes.

    Attributes:
        started: called with the name of each node as it starts.
        told: called with what the user should know meanwhile: what the jury will take, long waits.
        counted: called with the number of rows once they are loaded.
    """

    started: Tell = lambda _: None
    told: Tell = lambda _: None
    counted: Callable[[int], None] = lambda _: None


def run(given: Input, folder: Path, watch: Watch, table: ModelTable | None = None) -> State:
    """Run the whole graph into `folder`, and return its final state.

    Args:
        given: the order.
        folder: for the results.
        watch: is told how it goes.
        table: the models that a jury can seat; None: those that come with cartjury.

    Raises:
        InputError: bad input; nothing is left behind of what this call made.
    """
    asked = ordered(given, folder)
    with fresh_work(folder):
        return in_own_loop(lambda: _stream(folder, asked, watch, table))


def resume(folder: Path, watch: Watch, table: ModelTable | None = None) -> State:
    """Finish a run that was cut off; nodes that had finished are not run again, and no answer is paid for twice.

    Raises:
        InputError: there is nothing to resume in this folder.
    """
    if not (folder / WORK / CHECKPOINTS).is_file():
        raise InputError(f"{folder} holds no run that could be resumed")
    with locked(folder):
        state = in_own_loop(lambda: _stream(folder, None, watch, table))
        shutil.rmtree(folder / BEFORE, ignore_errors=True)
    return state


def in_own_loop(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end from any caller, also from inside a running loop (Jupyter, Colab).

    Inside a running loop it gets a thread and a loop of its own, so nothing has to be patched.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


async def _stream(folder: Path, given: dict[str, Any] | None, watch: Watch, table: ModelTable | None) -> State:
    async with _graph(folder, table, watch.told) as graph:
        if given is None and not await _is_open(graph, folder):
            return State.model_validate((await graph.aget_state(THREAD)).values)
        config = of_thread(folder, THREAD)
        async for chunk in graph.astream(given, config, stream_mode="tasks", subgraphs=True, durability="sync"):
            _, event = cast("tuple[tuple[str, ...], dict[str, Any]]", chunk)  # beside the path of the subgraph
            if "input" in event:  # a task that starts; one that ends has a result
                watch.started(event["name"])
            elif event["name"] == "load" and event["result"]:
                watch.counted(dict(event["result"])["dataset"]["rows"])
            elif event["name"] == "convene" and event["result"] and not (given or {}).get("replay"):
                watch.told(in_words(Panel.model_validate(dict(event["result"])["panel"])))
        return State.model_validate((await graph.aget_state(THREAD)).values)


async def _is_open(graph: Compiled, folder: Path) -> bool:
    """Whether nodes are left to run.

    Raises:
        InputError: nothing was saved yet, or the run belongs to another folder.
    """
    saved = await graph.aget_state(THREAD)
    if not saved.values.get("options"):
        raise InputError(f"the run in {folder} was cut off before anything was saved: start it again")
    at_home(folder, saved)
    return bool(saved.next)


@asynccontextmanager
async def _graph(folder: Path, table: ModelTable | None, tell: Tell) -> AsyncIterator[Compiled]:
    with readable(folder):
        async with AsyncSqliteSaver.from_conn_string(str(folder / WORK / CHECKPOINTS)) as checkpointer:
            yield build_graph(checkpointer=checkpointer, table=table, tell=tell)
