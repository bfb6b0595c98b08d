"""docs/evals.md is true: its commands run, its rule and its tables are those of the program and of the baseline.

`python tests/test_evals_docs.py` writes rule and tables anew from data/evals/baseline.
"""

import re
from pathlib import Path

import pytest

from cartjury.data.eval_records import Evaluation
from cartjury.tools.evals.claim import RULE
from cartjury.tools.evals.grid import as_markdown
from tests import program
from tests.test_readme import shell

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "evals.md"
BASELINE = ROOT / "data" / "evals" / "baseline"
LOCAL = ROOT / "bench" / "results" / "evals" / "smollm2-2026-11-26.json"
THEN = ("predecessor", "predecessor_creative_marketer", "predecessor_now", "offline_same")


def baseline(kind: str) -> Evaluation:
    return Evaluation.model_validate_json((BASELINE / f"{kind}.json").read_bytes())


def counted(name: str) -> bool:
    """Whether a figure says something of twelve names: their lengths and likeness do not."""
    return not name.startswith(("held-out", "characters", "words", "largest", "segments"))


def read_back(name: str) -> bool:
    """What tells names that say something from words that do not."""
    return name.startswith(("names that are", "names that pass", "names accepted", "round trip"))


def main_ones(name: str) -> bool:
    """All but the figures by kind of wish."""
    return not name.startswith("right: ")


def parts() -> dict[str, str]:
    """What stands between the marks of the page."""
    naming, chat = baseline("naming"), baseline("chat")
    local = Evaluation.model_validate_json(LOCAL.read_bytes())
    return {
        "rule": f"> {RULE}",
        "offline": as_markdown(naming, ["offline"]),
        "predecessor": as_markdown(naming, THEN, counted),
        "local": as_markdown(local, ["local", "offline"], read_back),
        "chat": as_markdown(chat, ["grammar"], main_ones),
    }


@pytest.mark.parametrize("mark", ["rule", "offline", "predecessor", "local", "chat"])
def test_what_stands_between_the_marks_is_the_programs(mark: str) -> None:
    shown = re.search(rf"<!-- {mark} -->\n(.*?)\n<!-- /{mark} -->", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert shown is not None
    assert shown[1] == parts()[mark]


def test_the_commands_run_in_order(tmp_path: Path) -> None:
    """Whole evaluations are run by tests/app/evals, with the baseline of this page; here two cases of each."""
    first, _ = re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    done = shell(re.sub(r"eval (naming|chat)", r"eval \1 --limit 2", first), tmp_path)
    assert done.returncode == 0, done.stderr

    assert {f.name for f in (tmp_path / "evaluation").glob("*.json")} == {"naming.json", "chat.json", "jury.json"}
    assert program.calls(tmp_path) == ""


def main() -> None:
    """Write the page."""
    text = PAGE.read_text(encoding="utf-8")
    for mark, part in parts().items():
        text = re.sub(
            rf"(?s)(<!-- {mark} -->\n).*?(\n?<!-- /{mark} -->)",
            lambda m, p=part: m[1] + p + "\n" + m[2].lstrip("\n"),
            text,
        )
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
