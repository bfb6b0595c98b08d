"""Put the files of an import in their places: all of them written beside first, the manifest last."""

import os
from collections.abc import Mapping
from pathlib import Path

from cartjury.data.errors import InputError
from cartjury.data.run_records import FileEntry
from cartjury.tools.platforms.records import ImportReport, Wish
from cartjury.tools.publish import write_atomically
from cartjury.tools.source import sha256_of

ENDINGS = (".csv", ".parquet")


def check_out(wish: Wish) -> None:
    """Refuse an output that cannot be written, or that would lie where an input does.

    Raises:
        InputError: wrong ending, no such folder, or the name of an input or of the key file.
    """
    if wish.out.suffix not in ENDINGS:
        raise InputError(f"--out {wish.out} must end in .csv or .parquet")
    if not wish.out.parent.is_dir():
        raise InputError(f"there is no folder {wish.out.parent}")
    written = {path.resolve() for path in (wish.out, rejected_of(wish.out), manifest_of(wish.out))}
    for path in (*wish.files, wish.key_file):
        if path.resolve() in written:
            raise InputError(f"--out {wish.out} would overwrite {path}")


def manifest_of(out: Path) -> Path:
    """Where the manifest of an import lies."""
    return out.with_name(f"{out.name}.import.json")


def rejected_of(out: Path) -> Path:
    """Where bad rows are listed."""
    return out.with_name(f"{out.name}.rejected.csv")


def entries_of(drafts: Mapping[Path, Path]) -> dict[str, FileEntry]:
    """Hash drafts, by the names that they will have."""
    return {
        place.name: FileEntry(sha256=sha256_of(draft), bytes=draft.stat().st_size) for place, draft in drafts.items()
    }


def publish(drafts: Mapping[Path, Path], report: ImportReport, out: Path) -> None:
    """Move drafts to their places and write the manifest; files of an earlier import there are replaced.

    Args:
        drafts: drafts by their place, on the same file system.
        report: the manifest.
        out: where the carts go.
    """
    for old in (manifest_of(out), rejected_of(out)):
        old.unlink(missing_ok=True)
    for place, draft in drafts.items():
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(place)
    write_atomically(manifest_of(out), report.to_json())
