"""Times as SQL: any way a log writes them, to whole microseconds since 1970 in UTC; NULL where it is no time."""

from cartjury.data.errors import InputError
from cartjury.tools.checks import INTEGERS
from cartjury.tools.engine.duck import literal

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EARLIEST, LATEST = 631_152_000 * SECOND, 4_102_444_800 * SECOND  # 1990 to 2100: what lies outside is a mistake
UNITS = {"epoch_s": SECOND, "epoch_ms": 1_000, "epoch_us": 1}
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?( ?(UTC|Z|[+-]\d\d(:?\d\d)?))?"
_DATE = r"\d{4}-\d\d-\d\d"


def microseconds(raw: str, sql_type: str, written: str, column: str) -> str:
    """SQL of a time, NULL where it cannot be read or lies outside the years 1990 to 2099.

    Args:
        raw: SQL of the raw value.
        sql_type: its type.
        written: `iso`, `date`, `epoch_s`, `epoch_ms`, `epoch_us`, or a pattern of strptime.
        column: its name, for messages.

    Raises:
        InputError: the type cannot hold times that are written so.
    """
    if sql_type.startswith("TIMESTAMP"):
        value = f"epoch_us(CAST({raw} AS {'TIMESTAMPTZ' if 'ZONE' in sql_type else 'TIMESTAMP'}))"
    elif sql_type == "DATE" and written == "date":
        value = f"epoch_us(CAST({raw} AS TIMESTAMP))"
    elif written in UNITS and sql_type in {"VARCHAR", "DOUBLE", "FLOAT", *INTEGERS}:
        return _epoch(raw, sql_type, UNITS[written])
    elif sql_type == "VARCHAR":
        value = _text(raw, written)
    else:
        raise InputError(
            f"the time column {column} has the type {sql_type}, which is not {written}: say how it is written, "
            f"such as --map time={column}:{'date' if sql_type == 'DATE' else 'epoch_ms'}"
        )
    return f"CASE WHEN {value} BETWEEN {EARLIEST} AND {LATEST} THEN {value} END"


def has_no_zone(raw: str, sql_type: str, written: str) -> str:
    """SQL that is true of a time that does not say its zone."""
    if sql_type != "VARCHAR" or written in UNITS:
        return str(sql_type.startswith("TIMESTAMP") and "ZONE" not in sql_type)
    return rf"NOT regexp_matches({raw}, '(:|T)\d\d.*(UTC|Z|[+-]\d\d(:?\d\d)?)$')" if written == "iso" else "true"


def _epoch(raw: str, sql_type: str, unit: int) -> str:
    number = raw
    if sql_type == "VARCHAR":
        # Through whole numbers: a float loses microseconds. Only a text with a point pays for decimals.
        number = f"CASE WHEN contains({raw}, '.') THEN NULL ELSE try_cast({raw} AS BIGINT) END"
    scaled = f"CAST({number} AS BIGINT) * {unit}" if sql_type in {"VARCHAR", *INTEGERS} else f"{number} * {unit}"
    inside = f"{number} BETWEEN {EARLIEST // unit} AND {LATEST // unit}"
    whole = f"CASE WHEN {inside} THEN CAST(floor({scaled}) AS BIGINT) END"
    if sql_type in INTEGERS:
        return f"CASE WHEN {inside} THEN {scaled} END"
    if sql_type != "VARCHAR":
        return whole
    decimal = f"try_cast({raw} AS DECIMAL(26, 6))"
    in_decimals = f"{decimal} BETWEEN {EARLIEST // unit} AND {LATEST // unit}"
    return (
        f"CASE WHEN {inside} THEN {scaled} WHEN contains({raw}, '.') AND {in_decimals} "
        f"THEN CAST(floor({decimal} * {unit}) AS BIGINT) END"
    )


def _text(raw: str, written: str) -> str:
    if written == "date":
        return f"CASE WHEN regexp_full_match({raw}, '{_DATE}') THEN epoch_us(try_cast({raw} AS TIMESTAMP)) END"
    if written.startswith("%"):
        return f"epoch_us(try_strptime({raw}, {literal(written)}))"
    if written in UNITS:
        return _epoch(raw, "VARCHAR", UNITS[written])
    # Nearly all logs use one of three shapes; these are told by their length, the others by a slower pattern.
    plain = f"epoch_us(try_cast({raw}[:19] AS TIMESTAMP))"
    shaped = f"{raw}[5] = '-' AND {raw}[8] = '-' AND {raw}[14] = ':' AND {raw}[17] = ':'"
    # The engine knows zones in TIMESTAMPTZ only; a plain timestamp would drop them without a word.
    zoned = f"replace(regexp_replace({raw}, ' ?(UTC|Z|[+-]\\d\\d(:?\\d\\d)?)$', '\\1'), ',', '.')"
    return (
        f"CASE WHEN (strlen({raw}) = 19 OR strlen({raw}) = 20 AND {raw}[20] = 'Z' OR "
        f"strlen({raw}) = 23 AND ends_with({raw}, ' UTC')) AND {shaped} THEN {plain} "
        f"WHEN regexp_full_match({raw}, '{_ISO}') THEN epoch_us(try_cast({zoned} AS TIMESTAMPTZ)) END"
    )
