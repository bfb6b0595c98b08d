"""Write the files of a run: all of them beside their places first, then moved, the manifest last.

A folder with a manifest is complete. A crash leaves either the files of the run before or no manifest.
"""

import json
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cartjury.data.call_records import Attempt
from cartjury.data.journal import JOURNAL, read
from cartjury.data.options import Options
from cartjury.data.run_records import FileEntry, Manifest
from cartjury.tools.certify import in_words as certificate_in_words
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.dialects import export_all
from cartjury.tools.engine.engines import open_engine
from cartjury.tools.jury_files import calls_jsonl, verdicts_json
from cartjury.tools.manifest import manifest
from cartjury.tools.report import render_report
from cartjury.tools.report_record import told
from cartjury.tools.results import Results
from cartjury.tools.source import sha256_of
from cartjury.tools.tables import strategy_csv, write_users

MANIFEST = "manifest.json"
REJECTED = "rejected_rows.csv"


class Settings(NamedTuple):
    """What the manifest records beside the results.

    Attributes:
        recorded: the manifest of the run that is replayed; the replay takes over its name, times and places, so
            that its files are the same bytes.
        revision: of the thread, where chat made it; 1 is what the run itself published.
        loaded: the working folder in which the carts were read, where it is another one.
    """

    options: Options
    seed: int | None
    timings: Mapping[str, float]
    recorded: Manifest | None = None
    revision: int = 1
    loaded: Path | None = None


def publish_run(results: Results, run_id: str, folder: Path, work: Path, settings: Settings) -> Manifest:
    """Write all files of a run, the manifest last.

    Args:
        results: what the run worked out.
        run_id: for the manifest.
        folder: where the files go.
        work: the run's working folder, on the same file system; the jury's call log is in it.
        settings: options, seed and timings, as the manifest records them.
    """
    files = write_files(results, settings.options, folder, work, settings.loaded or work)
    record = manifest(
        results,
        run_id,
        files,
        seed=settings.seed,
        options=settings.options.model_dump(mode="json"),
        timings=settings.timings,
        revision=settings.revision,
    )
    if settings.recorded:
        record = as_recorded(record, settings.recorded)
    write_atomically(folder / MANIFEST, record.to_json())
    return record


def as_recorded(replay: Manifest, recorded: Manifest) -> Manifest:
    """The manifest of a replay, with what no two runs have in common as it was in the first."""
    source = replay.source.model_copy(update={"path": recorded.source.path})
    kept = {key: getattr(recorded, key) for key in ("run_id", "timings", "options")}
    return replay.model_copy(update={"source": source, **kept})


def write_files(results: Results, options: Options, folder: Path, work: Path, loaded: Path) -> dict[str, FileEntry]:
    """Write all files but the manifest into `folder`, and return their hashes.

    A manifest that lies there is removed first, and with it the files it lists that this run does not write.

    Args:
        results: as in `publish_run`.
        options: of the run.
        folder: as in `publish_run`.
        work: for drafts, and where the jury's call log is.
        loaded: the working folder in which the carts were read.
    """
    draft = work / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    stem = "mock_cart_abandoners" if results.dataset.generated else "cart_abandoners"
    carts = Carts(open_engine(options, loaded), results.dataset, results.universe)
    elsewhere = write_users(draft / f"{stem}.{options.users_suffix}", carts, results.plan, options.keep_columns)
    for name, text in _texts(results, read(work / JOURNAL)).items():
        (draft / name).write_text(text, encoding="utf-8", newline="")
    if results.dataset.rejected and (loaded / REJECTED).is_file():
        shutil.copyfile(loaded / REJECTED, draft / REJECTED)
    written = (path for path in sorted(draft.rglob("*")) if path.is_file())
    entries = {path.relative_to(draft).as_posix(): _entry(path) for path in written}
    retract(folder, keep=entries)
    for name in entries:
        _durable(draft / name)
        (folder / name).parent.mkdir(exist_ok=True)
        (draft / name).replace(folder / name)
    shutil.rmtree(draft)
    return {**entries, **elsewhere}


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a crash leaves either the old or the new one."""
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_text(text, encoding="utf-8", newline="")
    _durable(draft)
    draft.replace(path)


def _texts(results: Results, attempts: Sequence[Attempt]) -> dict[str, str]:
    words = results.words()
    record = told(results, attempts)
    return {
        "mece_strategy.csv": strategy_csv(results.plan, results.scores, words, results.universe, results.jury),
        "plan.json": results.plan.to_json(),
        "segments.sql": export_all(results.plan),
        "jury.jsonl": calls_jsonl(results.jury, attempts),
        "verdicts.json": verdicts_json(results.plan, results.jury),
        "certificate.json": results.certificate.to_json(),
        "report.html": render_report(
            plan=results.plan,
            dataset=results.dataset,
            universe=results.universe,
            profiles=results.profiles,
            scores=results.scores,
            jury=results.jury,
            certificate=results.certificate,
            words=words,
            certificate_words=certificate_in_words(results.certificate),
            warnings=results.warnings(),
            steps=record.steps,
            health=record.health,
        ),
    }


def _entry(path: Path) -> FileEntry:
    return FileEntry(sha256=sha256_of(path), bytes=path.stat().st_size)


def retract(folder: Path, keep: Collection[str]) -> None:
    """Take back what a run published in a folder: its manifest, then the files that it lists, but for those to keep."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return
    try:
        listed = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    except (ValueError, LookupError, TypeError):
        listed = {}  # not a manifest of ours, or no longer one
    manifest.unlink()
    for name in listed:
        # Only names of ours: a manifest that somebody edited must not reach outside its folder.
        if name not in keep and _is_inside(folder, name):
            (folder / name).unlink()
            if (parent := (folder / name).parent) != folder and not any(parent.iterdir()):
                parent.rmdir()


def _is_inside(folder: Path, name: str) -> bool:
    """Whether a name is that of a file in a folder, or of a part in a folder of parts there."""
    plain = Path(name).as_posix() == name and ".." not in Path(name).parts and len(Path(name).parts) <= 2
    path = folder / name
    return plain and path.is_file() and path.resolve().is_relative_to(folder.resolve())


def _durable(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
