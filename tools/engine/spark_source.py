"""A Parquet file, folder or pattern as Spark sees it: its schema, its part files, and what they hash to."""

import glob
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import duckdb

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.data.places import is_url
from cartjury.data.run_records import FileEntry
from cartjury.tools.engine.spark_session import is_local, told
from cartjury.tools.reading.parts import joined_digest
from cartjury.tools.source import sha256_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PART = "cartjury_part"  # beside the columns: the part file that a row is from
LARGEST_READ: Final = 256 << 20  # bytes of a file that Spark hashes; it reads a file as one value
PATTERN = "*?[{"
TEXT_FILES = (".csv", ".tsv", ".txt", ".json", ".xlsx", ".gz")


class PartFile(NamedTuple):
    """A part file: its URL, its bytes, and when it was last changed."""

    url: str
    length: int
    changed: str


class Source(NamedTuple):
    """A source that Spark can read.

    Attributes:
        place: as Spark reads it.
        frame: its rows as they are.
        types: Spark type by column name.
        files: its part files, by URL.
    """

    place: str
    frame: "DataFrame"
    types: Mapping[str, str]
    files: Sequence[PartFile]


def open_source(spark: "SparkSession", source: str) -> Source:
    """Look at a source's schema and files.

    Raises:
        InputError: there is none, or it is no Parquet.
    """
    _refuse_text(source)
    place = _place(spark, source)
    files = part_files(spark, place)
    if not files:
        raise InputError(f"{source} holds no files")
    frame = frame_of(spark, place)
    with told():
        types = dict(frame.dtypes)
    if is_local(spark) and len(files) > 1:
        _refuse_gaps(files, types)
    return Source(place, frame, types, files)


def frame_of(spark: "SparkSession", place: str) -> "DataFrame":
    """The rows of a place as they are.

    Raises:
        InputError: it cannot be read as Parquet.
    """
    with told():
        return spark.read.parquet(place)


def part_files(spark: "SparkSession", place: str) -> list[PartFile]:
    """List the part files of a place; their contents are not read.

    Raises:
        InputError: there is nothing.
    """
    from pyspark.errors import AnalysisException

    try:
        with told(AnalysisException):
            rows = _binary(spark, place).selectExpr("path", "length", "CAST(modificationTime AS STRING)").collect()
    except AnalysisException as error:
        if "PATH_NOT_FOUND" not in str(error):
            raise InputError(f"Spark: {str(error).splitlines()[0]}") from error
        seen = "" if is_local(spark) else ": a cluster reads URLs and shared disks, not the files of this machine"
        raise InputError(f"Spark sees no file {place.removeprefix('file://')}{seen}") from error
    return sorted(PartFile(*row) for row in rows)


def digest(spark: "SparkSession", source: Source) -> tuple[str, bool]:
    """Hash a source, to the same as DuckDB does.

    Returns:
        SHA-256 of a file, or of the lines "name hash" of a folder's; and whether contents were hashed: of files too
        large for Spark it is name, length and time of change.
    """
    files = source.files
    if is_local(spark):
        hashes = {str(path): sha256_of(path) for path in (_path(f.url) for f in files)}
    elif all(f.length <= LARGEST_READ for f in files):
        hashes = {url: entry.sha256 for url, entry in hashed(spark, [f.url for f in files]).items()}
    else:
        return joined_digest({f.url: f"{f.length} {f.changed}" for f in files}), False
    named = re.sub(r"\\(.)", r"\1", source.place)  # its characters that would be a pattern are marked
    is_file = len(files) == 1 and files[0].url.endswith(named.removeprefix("file://"))
    return (next(iter(hashes.values())) if is_file else joined_digest(hashes)), True


def hashed(spark: "SparkSession", places: Sequence[str]) -> dict[str, FileEntry]:
    """Let Spark hash the files of some places, by URL."""
    with told():
        rows = [
            r for p in places for r in _binary(spark, p).selectExpr("path", "sha2(content, 256)", "length").collect()
        ]
    return {url: FileEntry(sha256=sha, bytes=length) for url, sha, length in sorted(map(tuple, rows))}


def remember(place: str, files: Sequence[PartFile], work: Path) -> None:
    """Write down what the files of a checked source look like."""
    _memory(work).write_text(json.dumps([place, files]), encoding="utf-8")


def check_unchanged(spark: "SparkSession", work: Path) -> None:
    """Refuse a source whose files are not those that were checked.

    Raises:
        InputError: a file came, went, or has another length or time of change.
    """
    place, files = json.loads(_memory(work).read_text(encoding="utf-8"))
    checked = [PartFile(*file) for file in files]
    if part_files(spark, place) != checked:
        raise InputError(f"{place} was changed since its rows were checked: start the run again")


def _memory(work: Path) -> Path:
    return work / "source_files.json"


def _binary(spark: "SparkSession", place: str) -> Any:
    return spark.read.format("binaryFile").load(place)


def _place(spark: "SparkSession", source: str) -> str:
    """Name a source for Spark: where it shares our disk by a full URL, its name no pattern if it exists as it is."""
    if is_url(source):
        return source
    literal = "".join(f"\\{c}" if c in f"{PATTERN}\\" else c for c in source) if Path(source).exists() else source
    return f"file://{literal}" if is_local(spark) and source.startswith("/") else literal


def _refuse_text(source: str) -> None:
    path = Path(source)
    is_text = path.suffix.lower() in TEXT_FILES
    if not is_url(source) and path.is_file() and not is_text:
        with path.open("rb") as file:
            is_text = file.read(4) != b"PAR1"
    if is_text:
        raise InputError(
            f"{path.name} is no Parquet, which is all that cartjury reads with Spark: leave out --engine spark, or "
            "convert it first, with DuckDB: COPY (FROM 'carts.csv') TO 'carts.parquet'"
        )


def _refuse_gaps(files: Sequence[PartFile], types: Mapping[str, str]) -> None:
    """Refuse a part without a column that others have: Spark would take its values for missing.

    Raises:
        InputError: it names the part and the column.
    """
    for file in files:
        path = _path(file.url)
        with duckdb.connect() as connection:
            found = connection.execute("SELECT name FROM parquet_schema(?)", [glob.escape(str(path))]).fetchall()
        for column in COLUMN_NAMES:
            if column in types and (column,) not in found and f"/{column}=" not in file.url:
                raise InputError(f"{path.name} has no column {column}, which other parts have")


def _path(url: str) -> Path:
    return Path(url.removeprefix("file:").replace("///", "/", 1))
