"""A thread: one turn at a time, on disk as it goes, whoever opens it next."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from cartjury.app import runner
from cartjury.app.thread import Thread, open_thread
from cartjury.app.view import Event, View
from cartjury.data.edit_records import Merge, Rename, Undo
from cartjury.data.errors import BusyError, InputError
from cartjury.data.revision_records import Decision
from cartjury.graph.state import Input
from tests.carts import AS_OF

pytestmark = pytest.mark.usefixtures("empty_folder")
MERGE = Merge(segments=("S01", "S03"))
Turn = Callable[[Thread], AsyncIterator[Event]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    runner.run(Input(n_users=1000, as_of=AS_OF), tmp_path / "run", runner.Watch())
    return tmp_path / "run"


def turn(folder: Path, *turns: Turn, new: bool = False) -> tuple[list[Event], View]:
    """Take turns on a thread, opened anew for each, and look at it."""

    async def taken() -> tuple[list[Event], View]:
        events: list[Event] = []
        for one in turns:
            async with open_thread(folder, new=new) as thread:
                events += [event async for event in one(thread)]
        async with open_thread(folder) as thread:
            return events, await thread.look()

    return asyncio.run(taken())


def test_a_run_and_the_talk_about_it_are_one_thread(folder: Path) -> None:
    events, view = turn(folder, lambda t: t.edit([MERGE], "Ana"))

    assert view.status == "waiting"
    assert view.preview is not None
    assert [e.data["plan_hash"] for e in events if e.kind == "preview"] == [view.preview.plan_hash]
    assert view.revision == 1


def test_a_thread_can_begin_with_an_order(tmp_path: Path) -> None:
    order = Input(n_users=1000, as_of=AS_OF)
    events, view = turn(tmp_path / "new", lambda t: t.order(order), new=True)

    assert [e.kind for e in events][-1] == "done"
    assert view.status == "idle"
    assert view.revision == 1
    assert len(view.segments) > 1


def test_a_decision_is_bound_to_what_was_shown(folder: Path) -> None:
    _, view = turn(folder, lambda t: t.edit([MERGE], "Ana"))
    assert view.preview is not None
    old = view.preview.plan_hash
    turn(folder, lambda t: t.edit([Rename(segment="S02", name="Warm_Hearts")], "Ben"))

    with pytest.raises(InputError, match="no longer the one that waits"):
        turn(folder, lambda t: t.decide(Decision(type="approve", plan_hash=old)))
    _, view = turn(folder)
    assert view.status == "waiting"
    assert view.revision == 1


def test_a_thread_takes_one_turn_at_a_time(folder: Path) -> None:
    async def both() -> None:
        async with open_thread(folder), open_thread(folder):
            pass

    with pytest.raises(BusyError, match="somebody else"):
        asyncio.run(both())


def test_a_turn_that_nobody_listens_to_any_longer_leaves_the_thread_unharmed(folder: Path) -> None:
    async def left() -> None:
        async with open_thread(folder) as thread:
            async for _ in thread.edit([MERGE], "Ana"):
                break

    asyncio.run(left())
    _, view = turn(folder, lambda t: t.resume())

    assert view.status in {"idle", "waiting"}
    _, view = turn(folder, lambda t: t.edit([MERGE], "Ana"))
    assert view.status == "waiting"


def test_undo_needs_no_approval(folder: Path) -> None:
    turn(folder, lambda t: t.edit([MERGE], "Ana"), lambda t: t.decide(Decision(type="approve")))
    _, view = turn(folder, lambda t: t.travel(Undo(), "Ana"))

    assert (view.status, view.revision) == ("idle", 1)


def test_nothing_can_be_said_about_a_run_that_failed(tmp_path: Path) -> None:
    missing = Input(input_path=str(tmp_path / "none.csv"))
    with pytest.raises(InputError, match="there is no file"):
        turn(tmp_path / "new", lambda t: t.order(missing), new=True)
    with pytest.raises(InputError, match=r"no finished plan yet.*there is no file"):
        turn(tmp_path / "new", lambda t: t.say("merge S01 and S03", "Ana"))


def test_a_copy_of_a_run_does_not_write_into_the_original(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")

    with pytest.raises(InputError, match="was made in"):
        turn(tmp_path / "copy", lambda t: t.edit([MERGE], "Eve"))
    assert not (folder / "revisions").exists()


def test_a_new_run_waits_for_nobody_and_wipes_no_thread_that_is_in_use(folder: Path) -> None:
    async def meanwhile() -> None:
        async with open_thread(folder):
            with pytest.raises(BusyError, match="somebody else"):
                runner.run(Input(n_users=500, as_of=AS_OF), folder, runner.Watch())

    asyncio.run(meanwhile())
    _, view = turn(folder)
    assert view.revision == 1


def test_a_new_run_on_bad_input_leaves_the_thread_as_it_was(folder: Path, tmp_path: Path) -> None:
    turn(folder, lambda t: t.edit([MERGE], "Ana"))
    (tmp_path / "bad.csv").write_text("user_id\nu1\n")
    with pytest.raises(InputError):
        runner.run(Input(input_path=str(tmp_path / "bad.csv")), folder, runner.Watch())

    _, view = turn(folder)
    assert view.status == "waiting"
