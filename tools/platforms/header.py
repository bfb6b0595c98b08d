"""What kind of file an export is, whose, and where its columns stand. Only the header is looked at."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb

from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import literal, quoted
from cartjury.tools.platforms.table import Platform, plain, platforms, recognise
from cartjury.tools.reading.kinds import Kind, text_or_parquet
from cartjury.tools.reading.survey import refuse_long_line

DELIMITERS = (",", ";", "\t")


class Export(NamedTuple):
    """An export that was recognised.

    Attributes:
        relation: SQL table function that yields its rows in order; in a CSV all is text.
        names: header of each field that is there.
        columns: SQL of each field that is there. A CSV's columns are c0, c1, ... to the engine, so that a query names
            nothing that it does not read.
        zipped: whether it is a gzip file.
        delimiter: what separates the fields of a CSV.
        is_csv: whether it is text; blank lines and broken ones are only met there.
    """

    path: Path
    platform: Platform
    relation: str
    names: Mapping[str, str]
    columns: Mapping[str, str]
    zipped: bool
    is_csv: bool
    delimiter: str = ","


def open_export(path: Path, connection: duckdb.DuckDBPyConnection) -> Export:
    """Recognise an export by its header.

    Raises:
        InputError: no such file, not CSV/Parquet, or a header that is no known platform's, or has a column twice.
    """
    kind = text_or_parquet(path, path.name)
    return _parquet(path, connection) if kind.is_parquet else _csv(path, kind)


def _parquet(path: Path, connection: duckdb.DuckDBPyConnection) -> Export:
    relation = f"read_parquet({literal(str(path))})"
    try:
        header = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
    except duckdb.Error:
        raise InputError(f"{path.name} is no readable Parquet file") from None
    platform = _known(path.name, header)
    at = _positions(path.name, platform, header)
    names = {field: header[i] for field, i in at.items()}
    columns = {field: f"CAST({quoted(name)} AS VARCHAR)" for field, name in names.items()}
    return Export(path, platform, relation, names, columns, zipped=False, is_csv=False)


def _csv(path: Path, kind: Kind) -> Export:
    text = kind.first.decode("utf-8-sig", errors="replace")
    headers = [(delimiter, _header(path.name, text, delimiter)) for delimiter in DELIMITERS]
    delimiter, header = next((found for found in headers if recognise(found[1])), headers[0])
    platform = _known(path.name, header)
    at = _positions(path.name, platform, header)
    refuse_long_line(path, path.name, kind.packing)
    # A table dumped with backslashes before its quotes, as some database tools do.
    escape = "\\" if 's:32:\\"' in text else '"'
    return Export(
        path,
        platform,
        relation=_read_csv(path, len(header), delimiter, escape, kind.packing),
        names={field: header[i].strip() for field, i in at.items()},
        columns={field: f"c{i}" for field, i in at.items()},
        zipped=kind.packing == "gzip",
        is_csv=True,
        delimiter=delimiter,
    )


def _read_csv(path: Path, columns: int, delimiter: str, escape: str, packing: str) -> str:
    declared = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(columns))
    return (
        f"read_csv({literal(str(path))}, columns = {{{declared}}}, auto_detect = false, header = true, "
        f"delim = {literal(delimiter)}, quote = '\"', escape = {literal(escape)}, strict_mode = true, "
        f"max_line_size = 16000000, store_rejects = true, rejects_limit = 0, "
        f"compression = {literal(packing)})"
    )


def _header(name: str, text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise InputError(f"{name}: the header cannot be read: {error}") from None


def _known(name: str, header: list[str]) -> Platform:
    platform = recognise(header)
    if platform is None and any("@" in cell or cell.strip().replace(".", "").isdigit() for cell in header):
        # What stands there may be a person's; it is not shown.
        raise InputError(f"{name}: its first line is no header; take the platform's export as it was downloaded")
    if platform is None and set(COLUMN_NAMES) <= set(header):
        raise InputError(f"{name} holds carts already: cartjury run {name}")
    if platform is None:
        shown = ", ".join(header[:12]) + (f" and {len(header) - 12} more" if len(header) > 12 else "")
        known = (f"  {p.title}" for p in platforms())
        hints = (
            "columns are known by their English names: switch the shop's language and export again, or rename them",
        )
        raise InputError(
            f"{name} is no export that is known", (f"found columns: {shown}", "known are:", *known, *hints)
        )
    return platform


def _positions(name: str, platform: Platform, header: list[str]) -> dict[str, int]:
    plain_names = [plain(column) for column in header]
    at: dict[str, int] = {}
    for field, aliases in platform.fields.items():
        alias = next((a for a in aliases if a in plain_names), None)
        if alias is None:
            continue
        if plain_names.count(alias) > 1:
            raise InputError(f"{name}: the column {header[plain_names.index(alias)]} occurs twice; keep one of them")
        at[field] = plain_names.index(alias)
    return at
