"""A finished run, or a revision of it, read back from the files that it published; `.work` is not needed.

read_turn(folder)      what happened in it
read_sitting(folder)   its jury alone, for the figures of tools/evals/health.py
"""

from pathlib import Path

from pydantic import ValidationError

from cartjury.app.config import in_words
from cartjury.app.finished import read_plan
from cartjury.data.errors import InputError
from cartjury.data.journal import JOURNAL, in_order, read
from cartjury.data.run_records import Certificate
from cartjury.graph.recorded import read_manifest
from cartjury.tools.evals.sitting import Sitting, sitting_of
from cartjury.tools.jury_read import HEARINGS, Hearing, jury_of
from cartjury.tools.turn import Turn


def read_turn(folder: Path) -> Turn:
    """Read what happened in a run, or in a revision.

    Raises:
        InputError: no finished run, or a file of it is missing or not what a run writes.
    """
    manifest = read_manifest(folder)
    plan = read_plan(folder / "plan.json")
    attempts = tuple(in_order(read(folder / JOURNAL)))
    jury = jury_of(manifest, _hearings(folder / "verdicts.json"), _text(folder / JOURNAL), attempts)
    return Turn(
        name=manifest.run_id,
        dataset=manifest.source,
        users=manifest.users,
        plan=plan,
        jury=jury,
        attempts=attempts,
        certificate=_certificate(folder / "certificate.json"),
        timings=manifest.timings,
        warnings=manifest.warnings,
        seed=manifest.seed,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _hearings(path: Path) -> tuple[Hearing, ...]:
    try:
        return HEARINGS.validate_json(_text(path))
    except ValidationError as error:
        raise InputError(f"{path} is not what a jury decided: {in_words(error)}") from error


def _certificate(path: Path) -> Certificate:
    try:
        return Certificate.model_validate_json(_text(path))
    except ValidationError as error:
        raise InputError(f"{path} is not the proof of a run: {in_words(error)}") from error


def read_sitting(folder: Path) -> Sitting:
    """Read what the jury of a run, or of a revision, said.

    Raises:
        InputError: see `read_turn`.
    """
    return sitting_of(read_turn(folder))
