"""docs/chat.md shows a conversation as the program holds it; `python tests/app/test_chat_docs.py` writes it anew."""

import re
import subprocess
import tempfile
from pathlib import Path

from tests import program

PAGE = Path(__file__).resolve().parents[2] / "docs" / "chat.md"
TALK = """\
nobody below 800 users
y
split the big one by recency
y
call S03 something warmer
n
why is S01 ranked above S05?
merge the high AOV ones, then call it Big Baskets and lock it
y
what would happen if we dropped profit?
undo
what changed since revision 1?
"""


def held(folder: Path) -> str:
    """The conversation, as the program prints it."""
    done = program.run("run", "--as-of", "2026-11-23", "--out", "results", folder=folder)
    assert done.code == 0, done.err
    talked = subprocess.run(
        [str(program.BIN / "cartjury"), "chat", "results", "--by", "Ana"],
        cwd=folder,
        env=program.surroundings(folder),
        input=TALK,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return re.sub(r" at \d{4}-\d\d-\d\dT[\d:]+\+00:00", " at 2026-11-23T09:00:00+00:00", talked.stdout).rstrip() + "\n"


def test_the_conversation_on_the_page_is_the_programs(tmp_path: Path) -> None:
    shown = re.search(r"<!-- transcript -->\n```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert shown is not None
    assert shown[1] == held(tmp_path)


def main() -> None:
    """Write the conversation into the page."""
    with tempfile.TemporaryDirectory() as folder:
        said = held(Path(folder))
    text = PAGE.read_text(encoding="utf-8")
    found = re.sub(r"(<!-- transcript -->\n```text\n).*?(```)", lambda m: m[1] + said + m[2], text, flags=re.DOTALL)
    PAGE.write_text(found, encoding="utf-8")


if __name__ == "__main__":
    main()
