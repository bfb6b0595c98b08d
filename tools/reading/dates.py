"""Dates as people and programs write them, as SQL: a day in UTC, the moment where there is a time, and its zone.

A column of dates is read in one format as a whole. A time of day may follow in any of them; one without a zone is
taken as UTC.
"""

import re
from typing import NamedTuple

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import literal

DAY, ZONED, NAIVE, MOVED = 0, 1, 2, 3  # no time; a time in UTC; one without a zone; one with another zone
# What the contract takes; anything else is another format.
ISO = r"\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?"
TIME = (
    r"(?:[T ,]+(?:at )?(\d{1,2}):([0-5]\d)(?::([0-5]\d)(?:[.,]\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?"
    r" ?(Z|UTC|GMT|(?:GMT|UTC)?[+-]\d\d(?::?\d\d)?)?(?: \([\w ]+\))?)?"
)
TIME_PARTS = "['day', 'hour', 'minute', 'second', 'half', 'zone']"
WEEKDAY = r"(?:(?i:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?i:day)?,? )?"
MONTHS = "(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
DAY_, MONTH_, YEAR, YY = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d", r"\d\d"
LONG_MONTHS = "(?i:january|february|march|april|may|june|july|august|september|october|november|december)"

# What a column may be written in: strptime pattern, and the text it stands for.
PATTERNS = {
    "%Y-%m-%d": f"{YEAR}-{MONTH_}-{DAY_}",
    "%Y/%m/%d": f"{YEAR}/{MONTH_}/{DAY_}",
    "%Y.%m.%d": rf"{YEAR}\.{MONTH_}\.{DAY_}",
    "%Y%m%d": r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
    "%d.%m.%Y": rf"{DAY_}\.{MONTH_}\.{YEAR}",
    "%d/%m/%Y": f"{DAY_}/{MONTH_}/{YEAR}",
    "%m/%d/%Y": f"{MONTH_}/{DAY_}/{YEAR}",
    "%d-%m-%Y": f"{DAY_}-{MONTH_}-{YEAR}",
    "%m-%d-%Y": f"{MONTH_}-{DAY_}-{YEAR}",
    "%d %m %Y": f"{DAY_} {MONTH_} {YEAR}",
    "%d.%m.%y": rf"{DAY_}\.{MONTH_}\.{YY}",
    "%d/%m/%y": f"{DAY_}/{MONTH_}/{YY}",
    "%m/%d/%y": f"{MONTH_}/{DAY_}/{YY}",
    "%d-%m-%y": f"{DAY_}-{MONTH_}-{YY}",
    "%m-%d-%y": f"{MONTH_}-{DAY_}-{YY}",
    "%y/%m/%d": f"{YY}/{MONTH_}/{DAY_}",
    "%y-%m-%d": f"{YY}-{MONTH_}-{DAY_}",
    "%d %b %Y": f"{DAY_} {MONTHS} {YEAR}",
    "%d-%b-%Y": f"{DAY_}-{MONTHS}-{YEAR}",
    "%d-%b-%y": f"{DAY_}-{MONTHS}-{YY}",
    "%b %d %Y": f"{MONTHS} {DAY_} {YEAR}",
    "%b %d, %Y": f"{MONTHS} {DAY_}, {YEAR}",
    "%d %B %Y": f"{DAY_} {LONG_MONTHS} {YEAR}",
    "%B %d %Y": f"{LONG_MONTHS} {DAY_} {YEAR}",
    "%B %d, %Y": f"{LONG_MONTHS} {DAY_}, {YEAR}",
}
EPOCH = {"epoch": (r"\d{9,10}(?:\.\d+)?", 1), "epoch_ms": (r"\d{12,13}", 1000), "epoch_us": (r"\d{15,16}", 1_000_000)}
EXCEL = "excel"
SERIAL = r"[2-7]\d{4}(?:[.,]\d+)?"  # 1954 to 2119
CONTRACT = "iso"
FORMATS = (*PATTERNS, *EPOCH, EXCEL)


class DateStyle(NamedTuple):
    """SQL of a column of dates over the raw text: NULL where the text is not written in this format.

    Attributes:
        day: the day in UTC.
        moment: the time in UTC as a TIMESTAMP, midnight where the text has no time.
        zone: DAY, ZONED, NAIVE or MOVED.
    """

    day: str
    moment: str
    zone: str


def check_format(form: str) -> None:
    """Refuse a format that does not say year, month and day: the engine would fill in what is missing.

    Raises:
        InputError: it says what a format looks like.
    """
    if form in {CONTRACT, *FORMATS}:
        return
    parts = set(re.findall(r"%-?(.)", form.replace("%%", "")))
    day = ({"d"} & parts and {"m", "b", "B"} & parts) or {"j"} & parts
    if not ({"c", "x"} & parts or ({"Y", "y"} & parts and day)):
        raise InputError(
            f"--date-format {form}: it must say year, month and day: a pattern such as %d/%m/%Y or %Y-%m-%d %H:%M, "
            f"or {CONTRACT}, {EXCEL}, {', '.join(EPOCH)}"
        )


def date_style(raw: str, form: str) -> DateStyle:
    """Write the SQL of a format: `iso`, one of FORMATS, or any strptime pattern."""
    if form == CONTRACT:
        return _iso(raw)
    if form in EPOCH:
        return _epoch(raw, *EPOCH[form])
    if form == EXCEL:
        return _serial(raw)
    return _pattern(raw, form) if form in PATTERNS else _other(raw, form)


def _iso(raw: str) -> DateStyle:
    moved = f"regexp_matches({raw}, '[+-]\\d\\d:?\\d\\d$') AND NOT regexp_matches({raw}, '[+-]00:?00$')"
    day = (
        f"CASE WHEN strlen({raw}) = 10 AND {raw}[5] = '-' THEN try_cast({raw} AS DATE) "
        f"WHEN regexp_full_match({raw}, '{ISO}') THEN "
        f"CASE WHEN {raw}[-6] IN ('+', '-') OR {raw}[-5] IN ('+', '-') "
        f"THEN CAST(try_cast({raw} AS TIMESTAMPTZ) AS DATE) ELSE try_cast({raw}[:10] AS DATE) END END"
    )
    zone = (
        f"CASE WHEN strlen({raw}) = 10 THEN {DAY} WHEN {raw}[-1] = 'Z' THEN {ZONED} "
        f"WHEN {raw}[-6] IN ('+', '-') OR {raw}[-5] IN ('+', '-') THEN CASE WHEN {moved} THEN {MOVED} ELSE {ZONED} END "
        f"ELSE {NAIVE} END"
    )
    return DateStyle(day, f"CAST(try_cast({raw} AS TIMESTAMPTZ) AS TIMESTAMP)", zone)


def fits(raw: str, form: str) -> str:
    """SQL that is quick to tell whether a text may be written in one of FORMATS."""
    if form in PATTERNS:
        pattern = rf"\s*{WEEKDAY}(?:{PATTERNS[form]}){TIME}\s*"
        return f"regexp_full_match({raw}, {literal(pattern)})"
    return f"regexp_full_match(trim({raw}), {literal(SERIAL if form == EXCEL else EPOCH[form][0])})"


def _epoch(raw: str, digits: str, unit: int) -> DateStyle:
    seconds = f"CAST(floor(try_cast({raw} AS DOUBLE) / {unit}) AS BIGINT)"
    moment = f"CASE WHEN regexp_full_match(trim({raw}), '{digits}') THEN make_timestamp({seconds} * 1000000) END"
    return DateStyle(f"CAST({moment} AS DATE)", moment, str(ZONED))


def _serial(raw: str) -> DateStyle:
    seconds = f"CAST(round(try_cast(replace({raw}, ',', '.') AS DOUBLE) * 86400) AS BIGINT)"
    moment = (
        f"CASE WHEN regexp_full_match(trim({raw}), '{SERIAL}') THEN TIMESTAMP '1899-12-30' + to_seconds({seconds}) END"
    )
    return DateStyle(
        f"CAST({moment} AS DATE)", moment, f"CASE WHEN regexp_matches({raw}, '[.,]') THEN {NAIVE} ELSE {DAY} END"
    )


def _pattern(raw: str, form: str) -> DateStyle:
    whole = rf"\s*{WEEKDAY}({PATTERNS[form]}){TIME}\s*"
    parts = f"regexp_extract({raw}, {literal(f'^{whole}$')}, {TIME_PARTS})"
    day = f"try_strptime({parts}.day, {literal(form)})"
    hour = f"try_cast({parts}.hour AS INTEGER)"
    clock = (
        f"CASE WHEN {parts}.half = '' THEN CASE WHEN {hour} < 24 THEN {hour} END WHEN {hour} BETWEEN 1 AND 12 "
        f"THEN {hour} % 12 + CASE WHEN lower({parts}.half) = 'p' THEN 12 ELSE 0 END END"
    )
    seconds = (
        f"CASE WHEN {parts}.hour = '' THEN 0 ELSE 3600 * ({clock}) + 60 * try_cast({parts}.minute AS INTEGER) "
        f"+ coalesce(try_cast({parts}.second AS INTEGER), 0) END"
    )
    digits = f"regexp_replace({parts}.zone, '[^-+0-9]', '', 'g')"
    ahead = (
        f"CASE WHEN {digits} != '' THEN (3600 * try_cast({digits}[2:3] AS INTEGER) "
        f"+ 60 * coalesce(try_cast({digits}[4:5] AS INTEGER), 0)) "
        f"* CASE WHEN {digits}[1] = '-' THEN -1 ELSE 1 END ELSE 0 END"
    )
    moment = f"({day} + to_seconds({seconds} - {ahead}))"
    zone = (
        f"CASE WHEN {parts}.hour = '' THEN {DAY} WHEN {parts}.zone = '' THEN {NAIVE} "
        f"WHEN {ahead} != 0 THEN {MOVED} ELSE {ZONED} END"
    )
    return DateStyle(f"CAST({moment} AS DATE)", moment, zone)


def _other(raw: str, form: str) -> DateStyle:
    moment = f"CAST(try_strptime({raw}, {literal(form)}) AS TIMESTAMP)"
    timed = any(part in form for part in ("%H", "%I", "%c", "%X"))
    zone = ZONED if "%z" in form or "%Z" in form else NAIVE if timed else DAY
    return DateStyle(f"CAST({moment} AS DATE)", moment, str(zone))
