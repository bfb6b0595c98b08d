"""The program that makes the tables of the naming evaluation says what would come out otherwise."""

from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

import pytest

from bench import naming_tables
from cartjury.data.naming_cases import NAMING


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with as_file(files("cartjury.data").joinpath("evals")) as evals:
        return Path(copytree(evals, tmp_path / "evals"))


def test_a_table_that_was_changed_by_hand_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert naming_tables.check(["b2b-four", "b2b-skewed"], folder) == 0

    path = folder / NAMING
    first, *rest = (line for line in path.read_text("utf-8").splitlines(keepends=True))
    changed = [line.replace('"size":535', '"size":536') if '"b2b-four"' in line else line for line in rest]
    path.write_text("".join((first, *changed)), "utf-8")
    capsys.readouterr()

    assert naming_tables.check(["b2b-four", "b2b-skewed"], folder) == 1
    assert "otherwise in the files: b2b-four;" in capsys.readouterr().out


def test_an_unknown_table_is_refused_with_those_there_are() -> None:
    with pytest.raises(SystemExit, match=r"there is no table b2b-for; there are: fashion-four, "):
        naming_tables.made(["b2b-for"])


def test_a_table_is_shown_for_reading(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["naming_tables", "--show", "b2b-tiny-else"])

    assert naming_tables.main() == 0
    shown = capsys.readouterr().out
    assert "## b2b-tiny-else (b2b, tiny_else, held out)" in shown
    assert "   <20  ELSE\n" in shown
