"""Ids that look as if something happened to them on the way: told, never changed."""

import duckdb

from cartjury.tools.engine.duck import literal, one

# What every id pays for; few pass.
MAY_BE_ODD = (
    "CASE WHEN user_id < ':' THEN ends_with(user_id, '.0') OR starts_with(user_id, '#') "
    "OR (strlen(user_id) <= 9 AND contains(user_id, '-')) ELSE strlen(user_id) <= 9 AND contains(user_id, '-') END"
)
MAY_BE_UNICODE = "strlen(user_id) != length(user_id)"

MONTHS = "jan|feb|m[a\u00e4]r|mrz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez"
SPREADSHEET = {
    rf"(?i)(\d{{1,2}}\.?[- ]?({MONTHS})|({MONTHS})-\d{{2,4}})": "look like dates that a spreadsheet made of them",
    r"\d+\.0": "end in .0, as whole numbers do that passed through a spreadsheet or a data frame",
    r"#(NAME|REF|VALUE|N/A|NUM|DIV/0|NULL)[?!]?": "are error values of a spreadsheet",
}
INVISIBLE = "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
CURLY = "[\u2018\u2019\u201a\u201c\u201d\u201e]"
UNICODE = {
    INVISIBLE: "hold invisible characters, so that different ids look the same",
    CURLY: "hold curly quotes, which were kept as part of the id",
}


def told_of_ids(connection: duckdb.DuckDBPyConnection, relation: str, odd: int, beyond_ascii: int) -> list[str]:
    """Say which ids look odd, and how many; none is shown, because what is said here travels with the results.

    Args:
        connection: the engine.
        relation: SQL of the checked rows, with `file_row_number` and `is_bad`.
        odd: ids that MAY_BE_ODD finds.
        beyond_ascii: ids that are not all ASCII.
    """
    found = []
    good = f"{relation} WHERE NOT is_bad"
    for pattern, what in SPREADSHEET.items() if odd else ():
        matches = f"regexp_full_match(user_id, {literal(pattern)})"
        n = _count(connection, f"{good} AND {MAY_BE_ODD} AND {matches}")
        if n:
            found.append(f"user_id: {n:,} id{'s' if n > 1 else ''} {what}; export ids as text")
    for pattern, what in UNICODE.items() if beyond_ascii else ():
        n = _count(connection, f"{good} AND {MAY_BE_UNICODE} AND regexp_matches(user_id, {literal(pattern)})")
        if n:
            found.append(f"user_id: {n:,} id{'s' if n > 1 else ''} {what}")
    twins = f"(SELECT nfc_normalize(user_id) AS id FROM {good} AND {MAY_BE_UNICODE} GROUP BY id HAVING count(*) > 1)"
    n = _count(connection, twins) if beyond_ascii else 0
    if n:
        times = "once" if n == 1 else f"{n:,} times"
        found.append(f"user_id: {times} two ids differ only in how accents are encoded (NFC and NFD)")
    return found


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(one(connection, f"SELECT count(*) FROM {relation}")[0])
