"""The engine: what runs out of memory is said in words, and text that a spreadsheet would run is disarmed."""

from pathlib import Path

import pytest

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import connect, literal, one, spreadsheet_safe


def hoard(folder: Path, limit: str) -> None:
    with connect(folder, limit) as connection:
        connection.execute("SELECT list(range) FROM range(5000000)").fetchone()


def test_too_little_memory_is_bad_input_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too little memory"):
        hoard(tmp_path, "10MB")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_formulas_are_disarmed(text: str, tmp_path: Path) -> None:
    with connect(tmp_path) as connection:
        assert one(connection, f"SELECT {spreadsheet_safe(literal(text))}") == (f"'{text}",)


@pytest.mark.parametrize("text", ["", "a=1", "1-1", " =1", "'=1", "ÄÖ", "#1", "*"])
def test_other_texts_stay_as_they_are(text: str, tmp_path: Path) -> None:
    with connect(tmp_path) as connection:
        assert one(connection, f"SELECT {spreadsheet_safe(literal(text))}") == (text,)
