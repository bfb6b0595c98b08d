"""The health of the juries of finished runs: runs whose juries are of one kind (preset, effort) make one arm."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from cartjury.app.evals.datasets import Shown
from cartjury.app.evals.experiment import Answer, Scored, Task, run
from cartjury.app.evals.results import evaluation
from cartjury.app.evals.uploads import Uploader
from cartjury.app.finished import warn_of_changes
from cartjury.app.record import read_sitting
from cartjury.data.call_records import Call
from cartjury.data.errors import InputError
from cartjury.data.eval_records import Arm, CaseFile, Evaluation, Row
from cartjury.data.journal import JOURNAL
from cartjury.graph.recorded import read_manifest
from cartjury.tools.evals.health import health
from cartjury.tools.evals.health_words import in_words
from cartjury.tools.evals.sitting import Sitting
from cartjury.tools.source import sha256_of


def evaluate_jury(runs: Sequence[Path], *, seed: int, upload: Uploader) -> tuple[Evaluation, tuple[Row, ...]]:
    """Look at the juries of finished runs.

    Args:
        runs: folders of runs, or of revisions.
        seed: told with the evaluation.
        upload: says where an experiment goes; None: nowhere.

    Returns:
        The evaluation, and a row a run with that run's own figures.

    Raises:
        InputError: a folder holds no finished run, or one stands there twice.
    """
    folders = {str(folder): folder for folder in runs}
    if len({folder.resolve() for folder in runs}) < len(runs):
        raise InputError("a run counts once: one of these folders is named twice")
    sittings = {name: _read(folder) for name, folder in folders.items()}
    kinds: dict[str, list[str]] = defaultdict(list)
    for name, sitting in sittings.items():
        kinds[_kind(sitting)].append(name)
    arms: list[Arm] = []
    rows: list[Row] = []
    for kind, names in kinds.items():
        rows += _rows(kind, {name: sittings[name] for name in names}, upload)
        arms.append(_arm(kind, [sittings[name] for name in names]))
    said = [
        sentence if len(kinds) == 1 else f"{kind}: {sentence}"
        for kind, names in kinds.items()
        for sentence in in_words(
            next(a for a in arms if a.name == kind).figures, by_models=any(sittings[n].by_models for n in names)
        )
    ]
    files = [CaseFile(name=name, sha256=sha256_of(f / JOURNAL), cases=1) for name, f in folders.items()]
    return evaluation("jury", seed, files, arms, conclusions=said), tuple(rows)


def _read(folder: Path) -> Sitting:
    warn_of_changes(folder, read_manifest(folder))
    return read_sitting(folder)


def _kind(sitting: Sitting) -> str:
    jury = sitting.jury
    return jury.preset if jury.preset == jury.effort else f"{jury.preset} {jury.effort}"


def _arm(kind: str, sittings: Sequence[Sitting]) -> Arm:
    """What was said was said in the runs: of models these are recorded answers, of whom the record does not prove."""
    calls: list[Call] = [c for s in sittings for c in s.jury.calls if c.sent]
    return Arm(
        name=kind,
        title=f"The juries of {len(sittings)} run{'s' * (len(sittings) != 1)}",
        source="recorded" if any(s.by_models for s in sittings) else "offline",
        models=tuple(dict.fromkeys(f"{c.provider}/{c.model}" for c in calls)),
        elsewhere=("at addresses that are not on record",) if calls else (),
        calls=len(calls),
        tokens_in=sum(c.tokens_in or 0 for c in calls),
        tokens_out=sum(c.tokens_out or 0 for c in calls),
        cost_usd=sum(c.cost_usd or 0.0 for c in calls),
        cost_unknown_calls=sum(c.cost_usd is None for c in calls),
        seconds=round(sum(c.latency_s or 0.0 for c in calls), 3),
        figures=health(sittings),
    )


def _rows(kind: str, sittings: Mapping[str, Sitting], upload: Uploader) -> tuple[Row, ...]:
    def answer(name: str) -> Answer:
        return {"verdicts": {v.segment_id: v.name for v in sittings[name].jury.verdicts}}

    def score(name: str, said: Answer) -> Scored:
        return Scored(kind, {f.name: f.value for f in health([sittings[name]], intervals=False)}, said)

    shown = {n: Shown({"segments": {b.id: b.rule for b in s.briefs}}, {}) for n, s in sittings.items()}
    version = hashlib.sha256(json.dumps([list(shown), [s.inputs for s in shown.values()]]).encode()).hexdigest()[:8]
    return run(Task(f"cartjury-jury-{version}", shown, score), kind, answer, upload({"jury": kind}))
