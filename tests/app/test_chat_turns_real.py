"""Conversations of the cases, held with a real thread: the same plans stand after each turn."""

import asyncio
from pathlib import Path

import pytest

from cartjury.app import runner
from cartjury.app.thread import open_thread
from cartjury.data.chat_cases import DESIGNED, Case, load_cases, plan_sources
from cartjury.data.revision_records import Decision
from cartjury.graph.state import Input
from cartjury.tools.chat_plans import AS_OF, Grounds
from cartjury.tools.evals.chat_play import read_case
from cartjury.tools.understand.read import read_message

pytestmark = pytest.mark.usefixtures("empty_folder")
CASES = {case.id: case for case in load_cases(DESIGNED)}
SOME = ("d215", "d219", "d221", "d222")  # undo and redo; a reset; nothing left to undo; an offer that is taken


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    return Grounds(tmp_path_factory.mktemp("grounds"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    order = Input(n_users=plan_sources()["default"].n_users, as_of=AS_OF)
    runner.run(order, tmp_path / "run", runner.Watch())
    return tmp_path / "run"


async def held(folder: Path, case: Case) -> list[str | None]:
    """What stands after each turn of a case; every preview is approved."""
    stands = []
    async with open_thread(folder) as thread:
        for turn in case.all_turns:
            _ = [event async for event in thread.say(turn.utterance, "Ana")]
            if (await thread.look()).preview is not None:
                _ = [event async for event in thread.decide(Decision(type="approve"))]
            stands.append((await thread.look()).plan_hash)
    return stands


@pytest.mark.parametrize("case_id", SOME)
def test_a_real_thread_comes_to_the_plans_of_the_case(case_id: str, folder: Path, grounds: Grounds) -> None:
    played = read_case(CASES[case_id], grounds, read_message)

    assert played.graded.right
    assert [turn.plan_hash for turn in played.turns] == asyncio.run(held(folder, CASES[case_id]))
