"""What an import is asked for, and what it reports."""

from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from cartjury.data.base import Record
from cartjury.data.run_records import FileEntry
from cartjury.tools.platforms.key import KEY_FILE


class Wish(NamedTuple):
    """What an import is asked for.

    Attributes:
        files: the exports, in any order; which is which is told by their headers.
        out: file to write: .csv or .parquet.
        as_of: the day that counts as today; None takes the day of the newest checkout.
        timezone: the zone whose days count, and that times without a zone are in; None: UTC, with a notice.
        keep_without_consent: whether people who did not agree to marketing are written too.
        cart_value_as_aov: whether the value of the cart stands in for an unknown average order value.
    """

    files: tuple[Path, ...]
    out: Path = Path("carts.csv")
    as_of: date | None = None
    timezone: str | None = None
    key_file: Path = Path(KEY_FILE)
    on_bad_rows: Literal["fail", "quarantine"] = "fail"
    keep_without_consent: bool = False
    cart_value_as_aov: bool = False


class SourceFile(Record):
    """An export that was read: its file name, what it is, its hash, and which column of it each field was read from."""

    file: str
    platform: str
    title: str
    sha256: str
    columns: dict[str, str]


class ImportReport(Record):
    """The manifest of an import: where the carts are from, and by which rules they were made.

    Attributes:
        mapping: what each column of the carts holds, in words.
        rules: what was counted and left out, in words.
        outcomes: checkouts by what became of them; they add up to all checkouts that were read.
        bad_rows: rows that were left out as faulty.
    """

    cartjury: str
    platform: str
    sources: tuple[SourceFile, ...]
    as_of: date
    timezone: str
    mapping: dict[str, str]
    rules: tuple[str, ...]
    outcomes: dict[str, int]
    bad_rows: int
    notices: tuple[str, ...]
    files: dict[str, FileEntry]
