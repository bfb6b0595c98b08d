"""The file in which the LangGraph server keeps its threads: what it is asked to forget or copy, and nothing else."""

import asyncio
import operator
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph

from cartjury.graph.checkpoints import ServerSaver, server_threads


class Counted(TypedDict):
    """A state that only grows."""

    seen: Annotated[list[str], operator.add]


def with_two_threads(file: Path, check: Callable[[ServerSaver, Any], Coroutine[Any, Any, None]]) -> None:
    """Fill a file with threads a and b, two runs each, and look at what `check` leaves of it."""

    async def work() -> None:
        async with server_threads(file) as saver:
            builder = StateGraph(Counted)
            builder.add_node("one", lambda _: {"seen": ["one"]})
            builder.add_node("two", lambda _: {"seen": ["two"]})
            builder.add_edge(START, "one")
            builder.add_edge("one", "two")
            builder.add_edge("two", END)
            graph = builder.compile(checkpointer=saver)
            for thread in ("a", "b"):
                for run in ("1", "2"):
                    config = asked(thread, metadata={"run_id": thread + run})
                    await graph.ainvoke({"seen": [run]}, config)
            await check(saver, graph)

    asyncio.run(work())


def asked(thread: str, **more: Any) -> RunnableConfig:
    config: dict[str, Any] = {"configurable": {"thread_id": thread}, **more}
    return RunnableConfig(**config)  # type: ignore[typeddict-item] # plain keys


async def seen(graph: Any, thread: str) -> list[str]:
    return list((await graph.aget_state(asked(thread))).values.get("seen", []))


async def steps(graph: Any, thread: str) -> int:
    return len([s async for s in graph.aget_state_history(asked(thread))])


ALL = ["1", "one", "two", "2", "one", "two"]


def test_a_copy_has_the_whole_history_and_its_own_name(tmp_path: Path) -> None:
    async def check(saver: ServerSaver, graph: Any) -> None:
        # The server writes the thread's id into the metadata too; the graph alone does not.
        await saver.conn.execute("UPDATE checkpoints SET metadata = json_set(metadata, '$.thread_id', thread_id)")
        await saver.acopy_thread("a", "c")
        copied = [t async for t in saver.alist(asked("c"))]

        assert await seen(graph, "c") == ALL
        assert await steps(graph, "c") == await steps(graph, "a") == len(copied)
        assert {t.metadata.get("thread_id") for t in copied} == {"c"}

    with_two_threads(tmp_path / "threads.sqlite", check)


def test_a_copy_goes_its_own_way(tmp_path: Path) -> None:
    async def check(saver: ServerSaver, graph: Any) -> None:
        await saver.acopy_thread("a", "c")
        await graph.ainvoke({"seen": ["3"]}, asked("c"))

        assert await seen(graph, "c") == [*ALL, "3", "one", "two"]
        assert await seen(graph, "a") == ALL

    with_two_threads(tmp_path / "threads.sqlite", check)


def test_forgetting_a_run_goes_back_to_the_one_before(tmp_path: Path) -> None:
    async def check(saver: ServerSaver, graph: Any) -> None:
        await saver.adelete_for_runs(["a2"])

        assert await seen(graph, "a") == ["1", "one", "two"]
        assert await seen(graph, "b") == ALL

    with_two_threads(tmp_path / "threads.sqlite", check)


def test_pruning_keeps_the_newest_state_of_the_threads_that_were_named(tmp_path: Path) -> None:
    async def check(saver: ServerSaver, graph: Any) -> None:
        before = await steps(graph, "b")
        await saver.aprune(["a"])

        assert await seen(graph, "a") == ALL
        assert await steps(graph, "a") == 1
        assert await steps(graph, "b") == before

    with_two_threads(tmp_path / "threads.sqlite", check)


@pytest.mark.parametrize("strategy", ["delete", "delete_all"])
def test_pruning_can_forget_whole_threads(tmp_path: Path, strategy: str) -> None:
    async def check(saver: ServerSaver, graph: Any) -> None:
        await saver.aprune(["a"], strategy=strategy)

        assert await steps(graph, "a") == 0
        assert await seen(graph, "b") == ALL

    with_two_threads(tmp_path / "threads.sqlite", check)
