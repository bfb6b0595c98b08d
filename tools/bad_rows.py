"""Bad rows: collected from the checked rows, told to the user, or left out and listed.

All of it is SQL on a table `faults(row, position, name, code, reason, twin, value)`, one line a fault, so a
file of ten million bad rows costs no more memory than one of ten. Rows are counted from 1 below the
header, without blank lines; `name` is the column, NULL where the whole line is no row; `twin` is the
row that has the same id. A table `left_out(stored)` lists the stored rows, from 0, that are no users.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from cartjury.data.contract import LONGEST_ID
from cartjury.tools.checks import REASONS, TOO_LONG, UNREADABLE
from cartjury.tools.engine.duck import literal, one
from cartjury.tools.fault_words import SHOWN, counted, in_words, listed, with_rest
from cartjury.tools.reading.facts import Facts
from cartjury.tools.reading.marks import EMPTY, ORDER, RECOVERED, TOTAL
from cartjury.tools.reading.quotes import BLANK, refuse_open_quote
from cartjury.tools.source import Source

EXAMPLES = 1000  # unreadable values of a column that are looked at again
NEARLY = 0.9  # share of a column that makes a fault one of the column
REASON = "concat(reason, ' ' || twin)"
FIELDS = "try_cast(regexp_extract(error_message, 'Found: (\\d+)', 1) AS INTEGER)"


def collect(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Sequence[str],
    source: Source,
    facts: Facts,
    *,
    recovered: bool,
) -> int:
    """Collect all faults of the checked rows in the table `faults`, and rows that are no users in `left_out`.

    Args:
        connection: the one that read the source, so that it knows the lines that were no rows at all.
        relation: the checked rows, with `file_row_number`, `user_id`, `is_bad`, `problems`, `raw` and `marks`.
        columns: names of the columns that `problems` and `raw` list, in order.
        source: where they are from.
        facts: counts over them, so that nothing is looked for that is not there.
        recovered: whether users who ordered after the cart are bad rows too.

    Returns:
        The number of bad rows.

    Raises:
        InputError: a quote that is never closed swallows the rest of the file.
    """
    _collect_problems(connection, relation if facts.flagged else None, columns)
    if recovered and any(mark & RECOVERED for mark, _ in facts.marks):
        connection.execute(
            f"INSERT INTO faults SELECT file_row_number + 1, {columns.index(ORDER) + 1}, '{ORDER}', 0, "
            f"'is not before cart_abandoned_date', NULL, CAST({ORDER} AS VARCHAR) FROM {relation} "
            f"WHERE NOT is_bad AND marks & {RECOVERED} > 0"
        )
    _collect_repeated_ids(connection, relation)
    no_users = f" UNION SELECT file_row_number FROM {relation} WHERE marks >= {min(EMPTY, TOTAL)}"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE left_out AS SELECT DISTINCT row - 1 AS stored FROM faults"
        f"{no_users if facts.flagged else ''}"
    )
    if source.blank_lines and one(connection, "SELECT count(*) > 0 FROM reject_errors")[0]:
        blank = source.blank_lines()
        refuse_open_quote(connection, source.path.name, lambda: blank, one_piece=source.is_one_piece)
        _collect_torn_lines(connection, source, blank)
    (count,) = one(connection, "SELECT count(*) FROM (SELECT row FROM faults GROUP BY row)")
    return int(count)


def unreadable(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return some of the values, by column, that could not be read as what the column holds."""
    codes = ", ".join(map(str, UNREADABLE))
    found = connection.execute(
        f"SELECT name, list(value)[:{EXAMPLES}] FROM faults WHERE code IN ({codes}) GROUP BY name"
    ).fetchall()
    return dict(found)


def hints(connection: duckdb.DuckDBPyConnection, rows: int, delimiter: str) -> list[str]:
    """Say what may be behind many faults of one kind.

    Args:
        connection: the one that has `faults`.
        rows: of the file.
        delimiter: of the file, empty where it has none.
    """
    percent = "count(*) FILTER (WHERE try_cast(value AS DOUBLE) BETWEEN 0 AND 100)"
    scores = connection.execute(
        "SELECT name, max(try_cast(value AS DOUBLE)) > 10 FROM faults WHERE code = 7 GROUP BY name "
        f"HAVING count(*) >= {rows / 2!r} AND {percent} >= {NEARLY!r} * count(*) ORDER BY name"
    ).fetchall()
    found = [
        f"{name} looks like 0 to 100 instead of 0 to 1: --scale {name}=100 divides it"
        if is_percent
        else f"{name} is not on a scale of 0 to 1: --scale {name}=10 divides it; say its highest possible value"
        for name, is_percent in scores
    ]
    wide, torn = one(
        connection, "SELECT count_if(reason LIKE 'has too many%'), count(*) FROM faults WHERE name IS NULL"
    )
    if wide and wide >= (rows + torn) / 2 and delimiter == ",":
        found.append("a number with a decimal comma, or a text with a comma, has to stand in quotes")
    return found


def message(
    connection: duckdb.DuckDBPyConnection, name: str, bad: int, hints: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """Return the error of a file with bad rows: a headline, the first faults by row, column and value, and hints."""
    found = connection.execute(
        f"SELECT row, name, {REASON}, value FROM faults ORDER BY row, position LIMIT {SHOWN}"
    ).fetchall()
    (total,) = one(connection, "SELECT count(*) FROM faults")
    lines = [in_words(f"row {row:,}", *fault) for row, *fault in found]
    hint = "row 1 is the first below the header; --on-bad-rows quarantine leaves bad rows out"
    return f"{name}: {counted(bad)}", (*with_rest(lines, total), *hints, hint)


def write_rejected(connection: duckdb.DuckDBPyConnection, rejected: Path) -> None:
    """Write the bad rows with their reasons to a CSV."""
    connection.execute(
        f"COPY (SELECT row, {listed(REASON)} FROM faults GROUP BY row ORDER BY row) "
        f"TO {literal(str(rejected))} (HEADER)"
    )


def _collect_problems(connection: duckdb.DuckDBPyConnection, relation: str | None, columns: Sequence[str]) -> None:
    """Start the table `faults` with what the checks found, None: nothing; an id that is too long is not shown."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE faults (row BIGINT, position INTEGER, name VARCHAR, code INTEGER, "
        "reason VARCHAR, twin BIGINT, value VARCHAR)"
    )
    if relation is None:
        return
    names = "[" + ", ".join(literal(c) for c in columns) + "]"
    reasons = "MAP {" + ", ".join(f"{code}: {literal(reason)}" for code, reason in REASONS.items()) + "}"
    too_long = f"CASE WHEN problems[i] = {TOO_LONG} THEN"
    length = f"format('is {{:,}} characters long, over {LONGEST_ID}', length(raw[i]))"
    reason = f"{too_long} {length} ELSE {reasons}[problems[i]] END"
    connection.execute(
        f"INSERT INTO faults SELECT file_row_number + 1, i, {names}[i], problems[i], {reason}, NULL, "
        f"{too_long} NULL ELSE raw[i] END FROM (SELECT *, unnest(range(1, {len(columns)} + 1)) AS i FROM {relation} "
        f"WHERE is_bad AND marks = 0) WHERE problems[i] > 0"
    )


def _collect_repeated_ids(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    # Hashes are enough to see that nothing repeats, and take far less memory than the ids. GROUP BY can spill.
    hashes = f"SELECT hash(user_id) AS h FROM {relation} WHERE user_id IS NOT NULL GROUP BY h"
    ids, different = one(
        connection, f"SELECT (SELECT count(user_id) FROM {relation}), (SELECT count(*) FROM ({hashes}))"
    )
    if ids == different:
        return
    connection.execute(f"CREATE OR REPLACE TEMP TABLE twins AS {hashes} HAVING count(*) > 1")
    connection.execute(
        f"INSERT INTO faults SELECT row, 0, 'user_id', 0, 'is also in row', first, user_id[:{LONGEST_ID}] FROM "
        f"(SELECT user_id, file_row_number + 1 AS row, min(file_row_number + 1) OVER (PARTITION BY user_id) AS first "
        f"FROM {relation} WHERE hash(user_id) IN (SELECT h FROM twins) AND marks < {min(EMPTY, TOTAL)} "
        f"AND trim(user_id) != '') WHERE row > first"
    )


def _collect_torn_lines(connection: duckdb.DuckDBPyConnection, source: Source, blank: Sequence[int]) -> None:
    """Add lines that are no row at all, and number the rows as they stand in the file among them.

    The engine's `line` counts records, the header and blank lines among them.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE blank AS SELECT unnest(?::BIGINT[]) AS line ORDER BY line", [list(blank)]
    )
    of = f"the header has {len(source.types):,})"
    value = "NULL" if source.is_private else f"any_value(trim(csv_line, {BLANK}))"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE torn AS "
        f"SELECT t.line - 1 - coalesce(b.before, 0) AS row, value, "
        f"row_number() OVER (ORDER BY t.line) AS nth, CASE kind "
        f"WHEN 'MISSING COLUMNS' THEN 'has too few columns (' || fewest || ', {of}' "
        f"WHEN 'TOO MANY COLUMNS' THEN 'has too many columns (' || most || ', {of}' "
        f"WHEN 'UNQUOTED VALUE' THEN 'has a quote that does not end its field' "
        f"WHEN 'INVALID ENCODING' THEN 'is not readable (invalid encoding: not UTF-8)' "
        f"ELSE 'is not readable (' || lower(kind) || ')' END AS reason "
        f"FROM (SELECT line, min(error_type) AS kind, min({FIELDS}) AS fewest, max({FIELDS}) AS most, {value} AS value "
        f"FROM reject_errors GROUP BY line) t "
        f"ASOF LEFT JOIN (SELECT line, row_number() OVER (ORDER BY line) AS before FROM blank) b ON t.line > b.line"
    )
    # A stored row moves down by the torn lines that stand before it.
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE shift AS SELECT row - nth + 1 AS first, max(nth) AS torn FROM torn GROUP BY first"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE faults AS "
        "SELECT f.row + coalesce(r.torn, 0) AS row, position, name, code, reason, "
        "f.twin + coalesce(t.torn, 0) AS twin, value "
        "FROM faults f ASOF LEFT JOIN shift r ON f.row >= r.first ASOF LEFT JOIN shift t ON f.twin >= t.first "
        "UNION ALL SELECT row, 0, NULL, 0, reason, NULL, value FROM torn"
    )
