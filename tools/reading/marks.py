"""Marks of a row, as SQL: what is no fault of it, but has to be told of the file or leaves the row out.

Bits: an order that is not before the cart; the zones of the two dates; no value at all; a line of totals.
"""

from collections.abc import Mapping, Sequence

from cartjury.data.aliases import load_aliases
from cartjury.data.contract import Column
from cartjury.tools.engine.duck import literal, quoted
from cartjury.tools.reading.dates import CONTRACT, DAY, NAIVE, ZONED
from cartjury.tools.reading.styles import Style, date_of

CART, ORDER = "cart_abandoned_date", "last_order_date"
RECOVERED = 1
SHIFT = {CART: 0, ORDER: 3}  # a zone of 1, 2, 3 is the bit of 2, 4, 8 for the cart, of 16, 32, 64 for the order
EMPTY, TOTAL = 128, 256


def marks(types: Mapping[str, str], columns: Sequence[Column], styles: Mapping[str, Style]) -> str:
    """SQL of a row's marks, over typed values by name, `is_bad`, and raw values as `raw_<position>`."""
    raws = {column.name: f"raw_{i}" for i, column in enumerate(columns)}
    zones = {name: _zone(name, types[name], raws[name], styles.get(name, Style())) for name in (CART, ORDER)}
    moments = {name: _moment(types[name], raws[name], styles.get(name, Style())) for name in (CART, ORDER)}
    later = f"WHEN {quoted(ORDER)} > {quoted(CART)} THEN {RECOVERED}"
    if all(zone == str(DAY) for zone in zones.values()):
        told = f"CASE {later} ELSE 0 END"
    else:
        same_day = f"{quoted(ORDER)} = {quoted(CART)} AND {zones[CART]} != {DAY} AND {zones[ORDER]} != {DAY}"
        since = f"WHEN {same_day} AND {moments[ORDER]} >= {moments[CART]} THEN {RECOVERED}"
        bits = [f"coalesce((1 << ({zone} + {SHIFT[name]})) & {14 << SHIFT[name]}, 0)" for name, zone in zones.items()]
        told = f"CASE {later} {since} ELSE 0 END + {' + '.join(bits)}"
        if all(types[n] == "VARCHAR" and styles.get(n, Style()).form == CONTRACT for n in zones):
            days = f"strlen({raws[CART]}) = 10 AND ({raws[ORDER]} IS NULL OR strlen({raws[ORDER]}) = 10)"
            told = f"CASE WHEN {days} THEN CASE {later} ELSE 0 END ELSE {told} END"
    return f"CAST(CASE WHEN is_bad THEN {_left_out(raws)} ELSE {told} END AS SMALLINT)"


def _left_out(raws: Mapping[str, str]) -> str:
    """SQL of the mark of a row that is no user: nothing in any cell, or totals."""
    nothing = " AND ".join(f"coalesce(trim(CAST({raw} AS VARCHAR)), '') = ''" for raw in raws.values())
    words = " OR ".join(f"word = {literal(word)}" for word in load_aliases().totals)
    is_total = words.replace("word", f"lower(trim(CAST({raws['user_id']} AS VARCHAR), ' :\u00a0'))")
    dated = f"coalesce(trim(CAST({raws[CART]} AS VARCHAR)), '') != ''"
    return f"CASE WHEN {nothing} THEN {EMPTY} WHEN NOT {dated} AND ({is_total}) THEN {TOTAL} ELSE 0 END"


def _zone(name: str, sql_type: str, raw: str, style: Style) -> str:
    if sql_type == "VARCHAR":
        return f"CASE WHEN {quoted(name)} IS NULL THEN {DAY} ELSE {date_of(raw, style).zone} END"
    return str(DAY if sql_type == "DATE" else ZONED if "TIME ZONE" in sql_type else NAIVE)


def _moment(sql_type: str, raw: str, style: Style) -> str:
    return date_of(raw, style).moment if sql_type == "VARCHAR" else f"CAST({raw} AS TIMESTAMP)"
