"""A finished run, and conversations about its plan, each on a thread of its own."""

import pytest

from tests.graph.talks import Finished, Talk


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return Finished(tmp_path_factory.mktemp("chat") / "results")


@pytest.fixture
def talk(finished: Finished) -> Talk:
    return finished.talk()
