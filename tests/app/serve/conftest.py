"""A service that several tests share, each with threads of its own, and one that a test has for itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.serve.served import Service, serving


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path) as running:
        yield running
