"""What was measured, as it is kept in JSON."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from measure import Cost


class Block:
    """One size and format: rounds of costs by side, and why sides are missing."""

    def __init__(self, rows: int, suffix: str) -> None:
        self.rows, self.suffix = rows, suffix
        self.rounds: list[dict[str, Cost]] = []
        self.loads: list[Sequence[float]] = []
        self.skipped: dict[str, str] = {}

    def skip(self, names: Iterable[str], reason: str | None) -> bool:
        """Note why sides do not run here; return whether there is a reason."""
        if reason:
            self.skipped.update(dict.fromkeys(names, reason))
        return bool(reason)

    def begin_round(self, load: Sequence[float]) -> None:
        self.rounds.append({})
        self.loads.append(load)

    def add(self, name: str, cost: Cost) -> None:
        self.rounds[-1][name] = cost

    def as_json(self) -> dict[str, object]:
        rounds = [
            {
                name: {"cpu": round(c.cpu, 3), "wall": round(c.wall, 3), "peak": round(c.peak, 1)}
                for name, c in r.items()
            }
            for r in self.rounds
        ]
        found = {"rows": self.rows, "format": self.suffix, "skipped": self.skipped, "loads": self.loads}
        return {**found, "rounds": rounds}


class Results:
    """Machine facts, sides and blocks."""

    def __init__(self, facts: dict[str, object], sides: dict[str, str]) -> None:
        self.facts, self.sides = facts, sides
        self.blocks: list[Block] = []
        self.absent: dict[str, str] = {}
        self.agree = "not checked"
        self._earlier: list[dict[str, object]] = []

    def skip_everywhere(self, name: str, reason: str | None) -> bool:
        if reason:
            self.absent[name] = reason
        return bool(reason)

    def block(self, rows: int, suffix: str) -> Block:
        self.blocks.append(Block(rows, suffix))
        return self.blocks[-1]

    def keep(self, earlier: Path) -> None:
        """Take over what an earlier run on the same machine measured of other sizes and formats."""
        found = json.loads(earlier.read_text(encoding="utf-8"))
        self._earlier = found["blocks"]
        self.absent = found["absent"] | self.absent

    def as_json(self) -> dict[str, object]:
        own = {(b.rows, b.suffix): b.as_json() for b in self.blocks}
        blocks = {(b["rows"], b["format"]): b for b in self._earlier} | own
        order = sorted(blocks, key=lambda key: (key[0], key[1] != "parquet"))
        return {
            "machine": self.facts,
            "sides": self.sides,
            "absent": self.absent,
            "agree": self.agree,
            "blocks": [blocks[key] for key in order],
        }

    def write(self, path: Path) -> None:
        """Replace the file; each round is one line, so that it stays readable."""
        draft = path.with_suffix(".tmp")
        draft.write_text(compact(self.as_json()) + "\n", encoding="utf-8")
        draft.replace(path)


def compact(found: dict[str, object]) -> str:
    """JSON with one line a block."""
    blocks = ",\n  ".join(json.dumps(block) for block in found["blocks"])
    rest = json.dumps({key: value for key, value in found.items() if key != "blocks"}, indent=1)
    return f'{rest[:-2]},\n "blocks": [\n  {blocks}\n ]\n}}'
