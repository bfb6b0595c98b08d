"""The files of an input that is more than one: a folder, a pattern, or what lies at an address."""

import glob
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import duckdb

from cartjury.data.errors import InputError

PARQUET_ENDINGS: Final = (".parquet", ".parq", ".pq")
# DuckDB's extension that reaches an address, by its scheme.
EXTENSIONS: Final = {"http": "httpfs", "https": "httpfs", "hf": "httpfs", "s3": "httpfs", "s3a": "httpfs"} | {
    **dict.fromkeys(("s3n", "gs", "gcs", "r2"), "httpfs"),
    **dict.fromkeys(("az", "azure", "abfs", "abfss"), "azure"),
}


def files_of(place: str, endings: Sequence[str]) -> list[Path]:
    """The files that a path, a folder or a glob names, in the order of their names; hidden ones are passed over.

    Args:
        place: of a file of any name, of a folder, or a pattern.
        endings: of the files that count in a folder.

    Raises:
        InputError: there is none.
    """
    path = Path(place)
    if path.is_dir():
        inside = (p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path)))
        found = [p for p in inside if p.name.lower().endswith(tuple(endings))]
        if not found:
            raise InputError(f"the folder {place} holds no file that ends in {', '.join(endings)}")
    elif path.is_file():
        found = [path]
    else:
        found = [Path(p) for p in glob.glob(place, recursive=True) if Path(p).is_file()]  # noqa: PTH207 - any pattern
        if not found:
            raise InputError(f"there is no file {place}")
    return sorted(found)


def joined_digest(values: Mapping[str, str]) -> str:
    """Hash the names of files and a value of each; a name begins where the paths begin to differ."""
    first, last = min(values), max(values)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    start = first.rfind("/", 0, same) + 1
    lines = sorted(f"{name[start:]} {value}\n" for name, value in values.items())
    return sha256("".join(lines).encode()).hexdigest()


def reach(connection: duckdb.DuckDBPyConnection, place: str) -> None:
    """Load the extension that an address needs; what gives access is DuckDB's own business (its secrets).

    Raises:
        InputError: an unknown kind of address, or the extension is not installed.
    """
    scheme = place.partition(":")[0].lower()
    extension = EXTENSIONS.get(scheme)
    if extension is None:
        raise InputError(f"{place}: {scheme} is no kind of address that can be read; known are {', '.join(EXTENSIONS)}")
    try:
        connection.execute(f"LOAD {extension}")
    except duckdb.Error as error:
        install = f"install it once: python -c \"import duckdb; duckdb.execute('INSTALL {extension}')\""
        raise InputError(f"{place}: DuckDB needs its extension {extension} for this; {install}") from error


def _hidden(path: Path) -> bool:
    return any(name.startswith((".", "_")) for name in path.parts)
