"""A finished run, and conversations about its plan, each on a thread of its own."""

from collections.abc import Iterator

import pytest

from tests.fault_server import FaultServer
from tests.graph.evaluations import as_another
from tests.graph.talks import Finished, Talk


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return Finished(tmp_path_factory.mktemp("chat") / "results")


@pytest.fixture
def talk(finished: Finished) -> Talk:
    return finished.talk()


@pytest.fixture
def evaluated() -> Iterator[FaultServer]:
    """A server for evaluations, which gives other names to each persona and each sample."""
    with FaultServer(answer=as_another) as server:
        yield server
