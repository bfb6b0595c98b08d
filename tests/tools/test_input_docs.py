"""The tables in docs/input.md are those that the program uses; `python tests/tools/test_input_docs.py` writes them."""

import re
from pathlib import Path

import pytest

from cartjury.data.aliases import load_aliases
from cartjury.tools.reading.dates import FORMATS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "input.md"


def listed(words: tuple[str, ...]) -> str:
    # A pipe or a backslash needs no escape inside a code span outside of a table.
    return " ".join(f"`{word}`" for word in words)


def tables() -> dict[str, str]:
    known = load_aliases()
    rows = "\n".join(f"| `{column}` | {', '.join(others)} |" for column, others in known.columns.items())
    return {
        "aliases": f"| column | also known as |\n|---|---|\n{rows}",
        "missing": listed(known.missing),
        "totals": listed(known.totals),
        "currencies": listed(known.currencies),
        "formats": listed(FORMATS),
    }


def between(text: str, name: str) -> str:
    found = re.search(f"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", text, re.DOTALL)
    assert found, f"docs/input.md has no table {name}"
    return found[1]


@pytest.mark.parametrize("name", tables())
def test_the_page_shows_what_the_program_uses(name: str) -> None:
    assert between(PAGE.read_text(encoding="utf-8"), name) == tables()[name]


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    for name, table in tables().items():
        old = f"<!-- {name} -->\n{between(page, name)}"
        page = page.replace(old, f"<!-- {name} -->\n{table}" + ("" if f"{old}\n" in page else "\n"))
    PAGE.write_text(page, encoding="utf-8")
