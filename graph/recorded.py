"""What a finished run says of itself, for a replay of its jury."""

from pathlib import Path

from pydantic import ValidationError

from cartjury.data.call_records import Panel
from cartjury.data.errors import InputError
from cartjury.data.journal import JOURNAL
from cartjury.data.run_records import Dataset, Manifest
from cartjury.graph.kept import KEPT, read_kept
from cartjury.tools.source import sha256_of

MANIFEST = "manifest.json"
OFFLINE = Panel(preset="offline", effort="offline")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a finished run.

    Raises:
        InputError: there is none, or it is none of ours.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(f"{folder} holds no finished run (there is no {MANIFEST})")
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        said = f"'{where}' is missing" if fault["type"] == "missing" else f"{where}: {fault['msg']}".removeprefix(": ")
        raise InputError(f"{path} is not the manifest of a run: {said}") from error


def recorded_panel(folder: Path) -> Panel:
    """Return the jury of a finished run as it sat down; the offline jury where no model was to be asked.

    Also of a jury that was asked in an evaluation, without a run around it.

    Raises:
        InputError: no finished run, or what its jury said is no longer what was written down then.
    """
    if (folder / KEPT).is_file():
        return read_kept(folder).panel
    recorded, log = read_manifest(folder), folder / JOURNAL
    written = recorded.files.get(JOURNAL)
    if written is None or not log.is_file() or sha256_of(log) != written.sha256:
        raise InputError(f"{log} is missing or was changed since its run wrote it: there is nothing to replay")
    return recorded.panel or OFFLINE


def check_same_data(dataset: Dataset, folder: Path) -> None:
    """Refuse to hear a jury again about other carts than those it spoke of.

    Raises:
        InputError: the input is not the one of the recorded run.
    """
    recorded = read_manifest(folder).source
    if dataset.sha256 != recorded.sha256:
        raise InputError(
            f"{folder} was made from other carts: {recorded.source} with sha256 {recorded.sha256[:12]}..., "
            f"and {dataset.source} has {dataset.sha256[:12]}..."
        )
