"""How long the chat takes to show what an edit would do, and to take one back.

    python bench/chat.py [--rows 1000000] [--rounds 9] [--folder DIR] [--results FILE]

On made-up users in Parquet, all in one process: the merge of the two segments with the lowest scores, step by step and
as a whole; a few other edits as a whole; a preview and an undo as whole turns of a thread, its checkpoints opened and
every step on disk; and, as a straightforward script would do it, the same migration matrix and sizes in pandas, which
must be the same. Sides alternate; medians are shown. `--rows` are the users of the file; those
of the last 7 days, about five sixths of them, are the universe.
"""

import argparse
import itertools
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import machine
import numpy as np
import pandas as pd

from cartjury.app import runner
from cartjury.app.thread import Thread, open_thread
from cartjury.app.view import Event
from cartjury.data.edit_records import Merge, PlanEdit, Redo, SetCut, SetFilter, SetSizes, SetWindow, Split, Undo
from cartjury.data.jury_records import PERSONAS, Ballot, JuryRecord, Proposal, Verdict
from cartjury.data.opinion import CRITERIA
from cartjury.data.options import Options
from cartjury.data.records import Comparison, SegmentPlan
from cartjury.data.revision_records import Decision, Preview, Standing
from cartjury.graph.state import Input
from cartjury.tools.bucket import fit_plan
from cartjury.tools.edit import resolve_all
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.engines import open_engine
from cartjury.tools.generate import write_mock
from cartjury.tools.migration import moves
from cartjury.tools.name_plan import name_segments
from cartjury.tools.preview import preview
from cartjury.tools.preview_words import in_words
from cartjury.tools.profile import cell_counts, feature_histogram, profile_segments
from cartjury.tools.proof import prove
from cartjury.tools.score import score_segments
from cartjury.tools.size import apply_size_policy, default_policy
from cartjury.tools.universe import define_universe

AS_OF = date(2026, 11, 23)
TARGETS = {"preview of a merge": 1.0, "undo": 0.2}  # wall seconds
Times = dict[str, list[tuple[float, float]]]  # wall and CPU seconds by what was measured, one pair a round


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--folder", type=Path, help="keeps the users for the next time")
    parser.add_argument("--results", type=Path, help="by default bench/results/chat/<date>.json")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = users_file(given.folder or Path(scratch), given.rows)
        carts, standing = segmented(source, Path(scratch))
        sides = {**measures(source, carts, standing), **turns(source, Path(scratch) / "run", edits(standing)["merge"])}
        times = rounds(sides, given.rounds)
    facts = {"machine": machine.facts(), "rows": given.rows, "universe": carts.universe.size}
    path = given.results or Path(__file__).parent / "results" / "chat" / f"{datetime.now(UTC):%Y-%m-%d}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    kept_times = {name: [[round(t, 4) for t in pair] for pair in pairs] for name, pairs in times.items()}
    path.write_text(json.dumps({**facts, "wall and cpu seconds": kept_times}, indent=1) + "\n", encoding="utf-8")
    print(f"{given.rows:,} users, {carts.universe.size:,} of them in the universe; median of {given.rounds} rounds\n")
    print(rendered(times))


def users_file(folder: Path, rows: int) -> Path:
    """The made-up users, written where they are not there yet."""
    path = folder / f"chat_{rows}.parquet"
    if not path.exists():
        write_mock(path, n_users=rows, seed=42, as_of=AS_OF)
    return path


def segmented(source: Path, work: Path) -> tuple[Carts, Standing]:
    """What a run would have published of these users, names aside."""
    options = Options()
    engine = open_engine(options, work)
    dataset = engine.load(str(source), options, AS_OF, generated=True)
    carts = Carts(engine, dataset, define_universe(engine, dataset, options, AS_OF))
    first = fit_plan(carts, options, default_policy(carts.universe.size, None, None))
    sized = apply_size_policy(first, cell_counts(carts, first), lambda s, c: feature_histogram(carts, first, s, c))
    plan = name_segments(sized, JuryRecord())
    profiles = profile_segments(carts, plan)
    scores = score_segments(plan, profiles)
    proof = prove(carts, plan)
    return carts, Standing(
        plan=plan, universe=carts.universe, profiles=profiles, scores=scores, certificate=proof, jury=a_jury(plan)
    )


def a_jury(plan: SegmentPlan) -> JuryRecord:
    """A record of the size that a jury of four leaves: its names do not matter here."""
    names = ["Premium_Engaged", "Loyal_Regulars", "Careful_Browsers", "Budget_Shoppers"]
    who = [{"persona": persona, "model": "offline", "provider": "offline"} for persona in PERSONAS]
    said = [(s.id, w, name) for s in plan.segments for w, name in zip(who, names, strict=True)]
    verdict = {"name": names[0], "origin": "offline", "model": "offline", "reason": "It has most first places. " * 6}
    points = {"rubric": dict.fromkeys(CRITERIA, 9.5), "reasons": dict.fromkeys(CRITERIA, "It is clear. " * 6)}
    return JuryRecord(
        proposals=tuple(Proposal.model_validate({**w, "segment_id": i, "name": n}) for i, w, n in said),
        ballots=tuple(Ballot.model_validate({**w, "segment_id": i, "ranking": names}) for i, w, _ in said),
        verdicts=tuple(Verdict.model_validate({"segment_id": s.id, **verdict, **points}) for s in plan.segments),
    )


def edits(standing: Standing) -> dict[str, PlanEdit]:
    """One edit of each kind that asks the data for something else."""
    best, *_, second, last = (s.segment_id for s in standing.scores)
    return {
        "merge": Merge(segments=(second, last)),
        "split": Split(segment=best, by="sessions_last_30d"),
        "cut": SetCut(dimension="Engagement", quantile=0.7),
        "window": SetWindow(days=5),
        "filter": SetFilter(conditions=(Comparison(column="num_cart_items", op=">=", value=2.0),)),
        "minimum": SetSizes(min_size=standing.scores[-1].size + 1),
    }


def turns(source: Path, folder: Path, merge: PlanEdit) -> dict[str, Callable[[], object]]:
    """Whole turns of two threads: in one the merge is shown, in the other it was done and is taken back and forth."""
    threads = [folder / name for name in ("shown", "done")]
    for thread in threads:
        runner.run(Input(input_path=str(source), as_of=AS_OF), thread, runner.Watch())
    take(threads[1], lambda t: t.edit([merge], "bench"))
    take(threads[1], lambda t: t.decide(Decision(type="approve")))
    travels = itertools.cycle([Undo(), Redo()])
    return {
        "merge: a whole turn": lambda: take(threads[0], lambda t: t.edit([merge], "bench")),
        "undo or redo: a whole turn": lambda: take(threads[1], lambda t: t.travel(next(travels), "bench")),
    }


def take(folder: Path, turn: Callable[[Thread], AsyncIterator[Event]]) -> None:
    """Take a turn on a thread, opened for it."""

    async def taken() -> None:
        async with open_thread(folder) as thread:
            async for _ in turn(thread):
                pass

    runner.in_own_loop(taken)


def measures(source: Path, carts: Carts, standing: Standing) -> dict[str, Callable[[], object]]:
    """What is measured, by name."""
    wishes, plan = edits(standing), standing.plan
    merge = wishes.pop("merge")
    resolved = resolve_all([merge], plan, carts)
    expected = {(m.source, m.target): m.users for m in shown(carts, standing, merge).moves}
    if by_pandas(source, carts, plan, resolved.plan) != expected:
        raise SystemExit("pandas counts other moves")
    return {
        "merge: resolve": lambda: resolve_all([merge], plan, carts),
        "merge: migration": lambda: moves(carts, plan, carts, resolved.plan),
        "merge: profile": lambda: score_segments(resolved.plan, profile_segments(carts, resolved.plan)),
        "merge: proof": lambda: prove(carts, resolved.plan),
        "merge: all, in words": lambda: shown(carts, standing, merge),
        **{f"{n}: all, in words": lambda e=e: shown(carts, standing, e) for n, e in wishes.items()},
        "pandas: migration and sizes of the merge": lambda: by_pandas(source, carts, plan, resolved.plan),
    }


def shown(carts: Carts, standing: Standing, edit: PlanEdit) -> Preview:
    """All that happens between a wish that was understood and what a person reads."""
    found = preview(carts, standing, 1, resolve_all([edit], standing.plan, carts))
    in_words(found)
    return found


def by_pandas(source: Path, carts: Carts, before: SegmentPlan, after: SegmentPlan) -> dict[tuple[str, str], int]:
    """The same migration matrix as a script would count it; sizes are its margins."""
    columns = [d.column for d in before.dimensions]
    frame = pd.read_parquet(source, columns=["cart_abandoned_date", *columns])
    age = (pd.Timestamp(carts.universe.as_of) - pd.to_datetime(frame["cart_abandoned_date"])).dt.days
    frame = frame[age.between(0, carts.universe.window_days)]
    labels = [labelled(frame, plan) for plan in (before, after)]
    table = pd.crosstab(*labels)
    return {(s, t): int(n) for (s, t), n in table.stack().items() if n}


def labelled(frame: pd.DataFrame, plan: SegmentPlan) -> "pd.Series[str]":
    """Each user's segment; plans without local splits only."""
    number = np.zeros(len(frame), dtype=int)
    for d in plan.dimensions:
        values = frame[d.column].to_numpy(dtype=float)
        level = np.where(np.isnan(values), 0, np.searchsorted(d.cuts, values, side="right") + 1)
        number = number * len(d.level_names) + level
    sizes = [len(d.level_names) for d in plan.dimensions]
    names = np.empty(int(np.prod(sizes)), dtype=object)
    for segment in plan.segments:
        for box in segment.boxes:
            at = [d.level_names.index(level) for d, level in zip(plan.dimensions, box.levels, strict=True)]
            names[np.ravel_multi_index(at, sizes)] = segment.id
    return pd.Series(names[number], index=frame.index)


def rounds(sides: Mapping[str, Callable[[], object]], number: int) -> Times:
    """Measure all sides in turn, forwards and backwards; one round before that does not count."""
    times: Times = defaultdict(list)
    for i in range(number + 1):
        for name in list(sides)[:: 1 if i % 2 else -1]:
            wall, cpu = time.perf_counter(), time.process_time()
            sides[name]()
            if i:
                times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    return {name: times[name] for name in sides}


def rendered(times: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """A line for each measure, and whether the targets are met."""
    middle: dict[str, Any] = {
        name: [median(column) for column in zip(*pairs, strict=True)] for name, pairs in times.items()
    }
    lines = [f"{'':42} {'wall s':>7} {'from':>7} {'to':>7} {'cpu s':>7}"]
    for name, pairs in times.items():
        walls = [wall for wall, _ in pairs]
        lines.append(f"{name:42} {middle[name][0]:7.3f} {min(walls):7.3f} {max(walls):7.3f} {middle[name][1]:7.3f}")
    measured = {"preview of a merge": "merge: a whole turn", "undo": "undo or redo: a whole turn"}
    for what, limit in TARGETS.items():
        found = middle[measured[what]][0]
        lines.append(f"{what}: {found:.3f} s, {'under' if found < limit else 'NOT under'} {limit:g} s")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
