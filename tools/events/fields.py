"""The columns of a log as SQL: what each role's values become, and a code for what is wrong with one.

An empty value is missing: that is a fault in user, time and event, and nowhere else.
"""

from collections.abc import Mapping
from typing import NamedTuple

from cartjury.data.errors import InputError
from cartjury.data.event_presets import REQUIRED, Role
from cartjury.tools.checks import INTEGERS, is_nan
from cartjury.tools.events.log_files import Field
from cartjury.tools.events.times import microseconds

REASONS = {
    1: "is empty",
    2: "is no time between 1990 and 2100 as it was said to be written",
    3: "is not a number",
    4: "is negative",
    5: "is not finite, or over 1e12",
    6: "begins or ends with a space",
    7: "has lost digits: a spreadsheet or a float wrote it",
    8: "is not above 0",
    9: "is not between -1 and 1",
}
SIGNED: tuple[Role, ...] = ("margin",)
IDS: tuple[Role, ...] = ("user", "event", "session", "item", "order")
TOO_LARGE = 1e12
EXACT = 2**53  # from here on a float no longer holds every whole number
_COMMA = r"-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"
_NUMBERS = {"DOUBLE", "FLOAT", *INTEGERS}


class Typed(NamedTuple):
    """SQL of one role.

    Attributes:
        value: the typed value, NULL where the raw one is missing or unreadable.
        code: what is wrong with it, over `value` under the role's name and the raw one as raw_<role>; 0: nothing.
    """

    value: str
    code: str


def typed_field(role: Role, field: Field, formats: Mapping[Role, str]) -> Typed:
    """Write the SQL of a role's column.

    Raises:
        InputError: its type can never hold what the role needs.
    """
    written = formats.get(role, "")
    missing = _missing(f"raw_{role}", field.type)
    if role in IDS:
        return Typed(_id(role, field), _id_code(role, field.type, missing))
    if role == "time":
        value = microseconds(field.sql, field.type, written, field.name)
        return Typed(value, f"CASE WHEN {role} IS NOT NULL THEN 0 WHEN {missing} THEN 1 ELSE 2 END")
    return Typed(_number(field, written), _number_code(role, written, missing))


def _missing(raw: str, sql_type: str) -> str:
    if sql_type in {"DOUBLE", "FLOAT"}:
        return f"{raw} IS NULL OR {is_nan(f'CAST({raw} AS DOUBLE)')}"
    if sql_type != "VARCHAR":
        return f"{raw} IS NULL"
    # Five words, not six: from six on the engine makes a join of it.
    words = r"'', 'null', 'nan', 'none', '\n'"
    return f"{raw} IS NULL OR strlen({raw}) < 5 AND lower(trim({raw})) IN ({words})"


def _id(role: Role, field: Field) -> str:
    if field.type == "VARCHAR":
        value = f"lower(trim({field.sql}))" if role == "event" else field.sql
        return f"CASE WHEN NOT ({_missing(field.sql, field.type)}) THEN {value} END"
    if field.type in {"DOUBLE", "FLOAT"} and role != "user":
        # An id that was a whole number before a program made room for missing ones.
        inside = f"abs({field.sql}) < {EXACT} AND {field.sql} = floor({field.sql})"
        return f"CASE WHEN {inside} THEN CAST(CAST({field.sql} AS BIGINT) AS VARCHAR) END"
    if field.type in {*INTEGERS, "UUID"} or field.type.startswith(("ENUM", "DECIMAL")):
        return f"CAST({field.sql} AS VARCHAR)"
    raise InputError(f"the {role} column {field.name} has the type {field.type}; write ids as text, or digits are lost")


def _id_code(role: Role, sql_type: str, missing: str) -> str:
    name, raw = f'"{role}"', f"raw_{role}"
    if role not in REQUIRED:
        lost = f"{name} IS NULL AND NOT ({missing})" if sql_type in {"DOUBLE", "FLOAT"} else "false"
        return f"CASE WHEN {lost} THEN 7 ELSE 0 END"
    if role == "event" or sql_type != "VARCHAR":
        return f"CASE WHEN {name} IS NULL THEN 1 ELSE 0 END"
    spaced = " OR ".join(
        f"{side}({raw}, {space})" for side in ("starts_with", "ends_with") for space in ("' '", "'\u00a0'")
    )
    mangled = f"contains({raw}, 'E+') AND regexp_full_match({raw}, '\\d([.,]\\d+)?E\\+\\d+')"
    return f"CASE WHEN {name} IS NULL OR trim({raw}) = '' THEN 1 WHEN {spaced} THEN 6 WHEN {mangled} THEN 7 ELSE 0 END"


def _number(field: Field, written: str) -> str:
    raw, kind = field.sql, field.type
    if kind == "VARCHAR" and "comma" in written:
        plain = f"replace(replace({raw}, '.', ''), ',', '.')"
        number = f"CASE WHEN regexp_full_match({raw}, '{_COMMA}') THEN try_cast({plain} AS DOUBLE) END"
    elif kind == "VARCHAR":
        # 1_000 is a number to the engine and a typing error to everybody else.
        number = f"CASE WHEN NOT contains({raw}, '_') THEN try_cast({raw} AS DOUBLE) END"
    elif kind in _NUMBERS or kind.startswith("DECIMAL"):
        number = f"CAST({raw} AS DOUBLE)"
    else:
        raise InputError(f"the column {field.name} has the type {kind}; it must hold numbers")
    if kind in {*INTEGERS} or kind.startswith("DECIMAL"):
        return number
    return f"CASE WHEN NOT {is_nan(number)} THEN {number} END"


def _number_code(role: Role, written: str, missing: str) -> str:
    name = f'"{role}"'
    tests = [f"{name} IS NULL THEN CASE WHEN {missing} THEN 0 ELSE 3 END", f"abs({name}) > {TOO_LARGE} THEN 5"]
    if role == "quantity":
        tests.append(f"{name} <= 0 THEN 8")
    elif role not in SIGNED:
        tests.append(f"{name} < 0 THEN 4")
    elif written == "rate":
        tests.append(f"abs({name}) > 1 THEN 9")
    return f"CASE {' '.join(f'WHEN {test}' for test in tests)} ELSE 0 END"
