"""A thread of three turns with models, traced to a recording server: a run, a wish that waits, its approval."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cartjury.data.call_records import Attempt
from cartjury.data.journal import JOURNAL, read
from tests import program
from tests.agents.scripted_model import answer, data_of
from tests.app.jury_program import RUN, keys
from tests.fault_server import FaultServer
from tests.recording_langsmith import JSON, LangSmith

MERGE = {"kind": "wishes", "edits": [{"kind": "merge", "segments": ["S01", "S02"]}]}


def answered(body: Mapping[str, Any]) -> str:
    """Names as a well-behaved juror, and reads every message as the same wish."""
    return json.dumps({"message": MERGE}) if "message" in data_of(body) else answer(body)


class Told:
    """A thread of three turns, and what LangSmith was told of it."""

    def __init__(self, folder: Path, server: LangSmith, models: FaultServer) -> None:
        self.server, self.folder, self.models = server, folder / "out", models
        self.run = self._do(*RUN, "--out", "out")
        self.bodies = [seen.body for seen in models.seen]
        self.wish = self._do("chat", "out", "--say", "please merge the first two", code=4)
        (waiting,) = re.findall(r"--approve (\w+)", self.last.err)
        self.approval = self._do("chat", "out", "--approve", waiting, "--by", "Ana")

    def _do(self, *words: str, code: int = 0) -> JSON:
        before = len(self.server.roots)
        env = {**self.server.env, **keys(self.models)}
        self.last = program.run(*words, folder=self.folder.parent, env=env)
        assert self.last.code == code, self.last.err
        (root,) = self.server.roots[before:]
        return root

    @property
    def requests(self) -> list[JSON]:
        """The runs of requests to models, of the first turn."""
        return [r for r in self.server.below(self.run) if r["run_type"] == "llm"]

    @property
    def journal(self) -> list[Attempt]:
        """The attempts of the first turn that were sent."""
        return [attempt for attempt in read(self.folder / JOURNAL) if attempt.sent]

    def node(self, turn: JSON, name: str) -> JSON:
        """The one run of a node."""
        (found,) = [r for r in self.server.below(turn) if r["name"] == name]
        return found


def drawn(server: LangSmith, run: JSON, depth: int = 0) -> str:
    """A tree as the page shows it; attempts after the first are left out, and only there because one failed."""
    below = "".join(drawn(server, child, depth + 1) for child in server.children(run))
    return "" if ", attempt " in run["name"] else f"{'  ' * depth}{run['name']}\n{below}"


def paths(tree: str) -> set[tuple[str, ...]]:
    """The places of a tree: nodes that run at the same time begin in any order."""
    found: set[tuple[str, ...]] = set()
    above: list[str] = []
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], line.strip()]
        found.add(tuple(above))
    return found
