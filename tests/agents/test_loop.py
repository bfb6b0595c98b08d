"""One loop on its own thread, for callers with a loop of their own and for those without."""

import asyncio
import contextvars
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cartjury.agents import loop

parent = contextvars.ContextVar("parent", default="nobody")


async def where() -> tuple[asyncio.AbstractEventLoop, threading.Thread]:
    return asyncio.get_running_loop(), threading.current_thread()


async def who() -> str:
    return parent.get()


async def fails() -> None:
    raise KeyError("as it was")


def test_everybody_works_on_the_same_loop() -> None:
    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(lambda _: loop.run(where()), range(8)))
    places |= {asyncio.run(loop.join(where())), loop.run(where())}
    assert len(places) == 1


def test_the_loop_has_a_thread_that_keeps_nobody() -> None:
    _, thread = loop.run(where())
    assert thread is not threading.current_thread()
    assert thread.daemon


def test_work_sees_the_context_of_its_caller() -> None:
    parent.set("a trace")
    assert loop.run(who()) == "a trace"

    async def inside() -> str:
        parent.set("a node")
        return await loop.join(who())

    assert asyncio.run(inside()) == "a node"


def test_what_work_sets_does_not_leak() -> None:
    async def sets() -> None:
        parent.set("somebody else")

    parent.set("a trace")
    loop.run(sets())
    assert (parent.get(), loop.run(who())) == ("a trace", "a trace")


def test_an_error_arrives_as_it_was() -> None:
    with pytest.raises(KeyError, match="as it was"):
        loop.run(fails())
    with pytest.raises(KeyError, match="as it was"):
        asyncio.run(loop.join(fails()))


def test_the_loop_is_free_while_work_awaits() -> None:
    with ThreadPoolExecutor(8) as pool:
        began = time.monotonic()
        list(pool.map(lambda _: loop.run(asyncio.sleep(0.1)), range(8)))
    assert time.monotonic() - began < 0.5


async def endless(ended: threading.Event) -> None:
    try:
        await asyncio.sleep(60)
    finally:
        ended.set()


def test_cancelling_the_one_who_waits_cancels_the_work() -> None:
    ended = threading.Event()

    async def give_up() -> None:
        await asyncio.wait_for(loop.join(endless(ended)), 0.05)

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    assert ended.wait(1)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers on this system")
def test_an_interrupt_cancels_the_work() -> None:
    ended = threading.Event()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            loop.run(endless(ended))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert ended.wait(1)


def test_the_loop_does_not_wait_for_itself() -> None:
    async def waits() -> None:
        loop.run(where())

    async def joins() -> None:
        await loop.join(where())

    for work in (waits(), joins()):
        with pytest.raises(RuntimeError, match="await the coroutine"):
            loop.run(work)


PROGRAM = """
import asyncio, concurrent.futures, contextlib, threading
from cartjury.agents import loop

async def endless():
    await asyncio.to_thread(int)  # the pool of threads is in use, too
    await asyncio.sleep(3600)

def wait():
    with contextlib.suppress(asyncio.CancelledError, concurrent.futures.CancelledError):
        loop.run(endless())

threading.Thread(target=wait, daemon=True).start()
loop.run(asyncio.sleep(0.05))
print("done")
"""


def test_a_program_ends_quietly_with_work_left() -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)
    assert time.monotonic() - began < 10


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_gets_a_loop_of_its_own() -> None:
    program = """
import asyncio, os
from cartjury.agents import loop

loop.run(asyncio.sleep(0))
child = os.fork()
if not child:
    loop.run(asyncio.sleep(0))
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False)
    assert done.stdout == "7\n"
