"""Errors as the terminal shows them."""

import pytest
import typer

from cartjury.app.terminal import Exit, guarded


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("can't start new thread"),
        ImportError("_generator.so: failed to map segment from shared object"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_process_that_is_starved_of_memory_says_so(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    @guarded
    def starved() -> None:
        raise error

    with pytest.raises(typer.Exit) as ended:
        starved()

    assert ended.value.exit_code == Exit.BAD_INPUT
    assert "raise its limit (ulimit -v)" in capsys.readouterr().err


def test_other_errors_of_these_kinds_are_not_hidden() -> None:
    @guarded
    def broken() -> None:
        raise RuntimeError("a fault of ours")

    with pytest.raises(RuntimeError, match="a fault of ours"):
        broken()
