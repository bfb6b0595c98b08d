"""Render kept results as the markdown of the README: python bench/table.py RESULT.json [--into README.md]"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import targets
from sides import FLOOR, NAIVE, OURS

MARKERS = ("<!-- bench -->", "<!-- /bench -->")
SHORT = (
    *("cartjury", "cartjury run", "floor", "polars", "good pandas", "pandas"),
    *("cartjury limited", "cartjury run limited", "cartjury spark"),
)


def rendered(results: Mapping[str, Any]) -> str:
    """One row a size and format: CPU seconds and peak memory of every side, and the ratios that matter."""
    names = [n for n in SHORT if any(n in r for b in results["blocks"] for r in b["rounds"])]
    header = ["rows", "format", *names, f"{NAIVE} / {OURS}", f"{OURS} / {FLOOR}", f"memory {OURS} / {NAIVE}"]
    lines = [header, ["--:", "---", *["--:"] * (len(header) - 2)]]
    for block in results["blocks"]:
        pairs = (("cpu", NAIVE, OURS), ("cpu", OURS, FLOOR), ("peak", OURS, NAIVE))
        lines.append(
            [
                f"{block['rows']:,}",
                block["format"],
                *(cell(block, name) for name in names),
                *(ratio(targets.ratios(block, *pair)) for pair in pairs),
            ]
        )
    return "\n".join([*(f"| {' | '.join(line)} |" for line in lines), "", footer(results)])


def cell(block: targets.Block, name: str) -> str:
    cpu, peak = targets.cpu(block, name), targets.peak(block, name)
    return "-" if cpu is None or peak is None else f"{cpu:.2f} s, {peak:,.0f} MiB"


def ratio(found: Sequence[float]) -> str:
    return f"{median(found):.2f}" if found else "-"


def footer(results: Mapping[str, Any]) -> str:
    """What a reader must know to judge the table."""
    facts = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    counts = sorted({len(block["rounds"]) for block in results["blocks"] if block["rounds"]})
    rounds = " to ".join(str(count) for count in dict.fromkeys((counts[0], counts[-1]))) if counts else "no"
    rounds += " round" if counts == [1] else " rounds"
    reasons: dict[str, list[str]] = {}
    for block in results["blocks"]:
        for name, reason in block["skipped"].items():
            if not reason.startswith("only measured"):
                reasons.setdefault(f"{name}: {reason}", []).append(f"{block['rows']:,} {block['format']}")
    left_out = [f"{name}: {reason}" for name, reason in results["absent"].items()]
    left_out += [f"{reason} ({', '.join(where)})" for reason, where in reasons.items()]
    measured = (
        f"CPU seconds (user + system) and peak resident memory, medians of {rounds}; the ratios `/` are of CPU "
        f"unless they say memory, and paired within a round. {facts['date']}, {facts['cpu']}, {facts['cores']} cores, "
        f"{facts['memory_gib']} GiB, {facts['kernel']}, Python {facts['python']}, {versions}; load average at the "
        f"start {facts['load_average'][0]}."
    )
    return "\n\n".join([measured, *([f"Left out: {'; '.join(left_out)}."] if left_out else [])])


def rendered_walls(results: Mapping[str, Any]) -> str:
    """Wall seconds, medians."""
    names = [n for n in SHORT if any(n in r for b in results["blocks"] for r in b["rounds"])]
    lines = [["rows", "format", *names], ["--:", "---", *["--:"] * len(names)]]
    for block in results["blocks"]:
        walls = [targets.wall(block, name) for name in names]
        lines.append([f"{block['rows']:,}", block["format"], *("-" if w is None else f"{w:.2f} s" for w in walls)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rendered_targets(results: Mapping[str, Any]) -> str:
    """Every target with met, missed or not measured."""
    return "\n".join(targets.verdicts(results))


def put(path: Path, text: str) -> None:
    """Replace what stands between the markers of a file."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(MARKERS[0])
    _, end, after = rest.partition(MARKERS[1])
    if not end:
        raise SystemExit(f"{path} has no {MARKERS[0]} ... {MARKERS[1]}")
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--targets", action="store_true", help="the targets, with the figures")
    parser.add_argument("--wall", action="store_true", help="wall seconds")
    parser.add_argument("--into", type=Path, help="a markdown file that takes the table between its bench markers")
    args = parser.parse_args()
    results = json.loads(args.results.read_text(encoding="utf-8"))
    render = rendered_targets if args.targets else rendered_walls if args.wall else rendered
    if args.into:
        put(args.into, rendered(results))
    else:
        print(render(results))


if __name__ == "__main__":
    main()
