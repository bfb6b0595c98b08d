"""What an evaluation keeps of a question to models: its call log, and beside it who was asked, how long, and where."""

from pathlib import Path
from typing import Final

from pydantic import ValidationError

from cartjury.data.errors import InputError
from cartjury.data.journal import JOURNAL
from cartjury.data.outside_records import Asked, Kept
from cartjury.tools.source import sha256_of

KEPT: Final = "kept.json"  # beside the call log, once the question is answered


def opened(folder: Path, recorded: Path | None) -> None:
    """Make a folder ready for a question; what an answered one left there is taken away.

    Raises:
        InputError: it cannot be written, or is the record that is to be heard.
    """
    if recorded is not None and folder.resolve() == recorded.resolve():
        raise InputError(f"{recorded} would be overwritten by its own replay: choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if recorded is not None or (folder / KEPT).exists():
            (folder / KEPT).unlink(missing_ok=True)
            (folder / JOURNAL).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}") from error


def keep(found: Asked, folder: Path) -> None:
    """Put down that a question is answered."""
    log, new = folder / JOURNAL, folder / f"{KEPT}.new"
    log.touch()  # where no model was asked there is none yet
    kept = Kept(panel=found.panel, seconds=found.seconds, elsewhere=found.elsewhere, log_sha256=sha256_of(log))
    new.write_text(kept.to_json(), encoding="utf-8")
    new.replace(folder / KEPT)


def read_kept(folder: Path) -> Kept:
    """What was put down of a question.

    Raises:
        InputError: nothing, it cannot be read, or the call log is not as it was then.
    """
    path, log = folder / KEPT, folder / JOURNAL
    try:
        kept = Kept.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{folder} holds no answered question of an evaluation (there is no {KEPT})") from error
    except ValidationError as error:
        raise InputError(f"{path} cannot be read: {error.errors()[0]['msg']}") from error
    if not log.is_file() or sha256_of(log) != kept.log_sha256:
        raise InputError(f"{log} is missing or was changed since it was written: there is nothing to replay")
    return kept
