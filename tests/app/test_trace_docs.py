"""docs/trace.md shows traces as the program draws them; `python tests/app/test_trace_docs.py` draws them anew."""

import contextlib
import re
import tempfile
from pathlib import Path

from tests.agents.scripted_model import answer
from tests.app import shell
from tests.app.jury_program import RUN, SMALL, done
from tests.fault_server import FaultServer, Seen
from tests.faults import FAULTS, Fault

PAGE = Path(__file__).resolve().parents[2] / "docs" / "trace.md"
MODELS, OFFLINE = "models", "offline"


def first_refused(seen: Seen) -> Fault | None:
    """Of the model of the creative marketer, so that it is the same seat each time."""
    return FAULTS["429 short"] if seen.before == 0 and seen.model == "qwen-3.8-27b" else None


def drawn(folder: Path) -> dict[str, str]:
    """Both traces, with made-up seconds: measured ones are others each time."""
    with contextlib.chdir(folder):
        with FaultServer(answer=answer, fault=first_refused) as server:
            done(server, *RUN, "--out", MODELS)
        shell.done("run", *SMALL, "--out", OFFLINE)
        said = {name: shell.done("trace", name, "--segment", "S03").stdout for name in (MODELS, OFFLINE)}
    timed = {name: re.sub(r"\b\d+\.\d\d? s\b", "0.12 s", text) for name, text in said.items()}
    return {name: text.replace(name, "results", 1) for name, text in timed.items()}


def test_the_traces_on_the_page_are_the_programs(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = dict(re.findall(r"<!-- (\w+) -->\n```text\n(.*?)```", page, re.DOTALL))

    assert shown == drawn(tmp_path)


def main() -> None:
    """Write the traces into the page."""
    with tempfile.TemporaryDirectory() as folder:
        said = drawn(Path(folder))
    text = PAGE.read_text(encoding="utf-8")
    for name, trace in said.items():
        block = rf"(<!-- {name} -->\n```text\n).*?(```)"
        text = re.sub(block, lambda m, trace=trace: m[1] + trace + m[2], text, flags=re.DOTALL)  # type: ignore[misc]
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
