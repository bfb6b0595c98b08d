"""Which column of a file is which of the contract: by its name, by a known other name, or as the user says."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cartjury.data.aliases import load_aliases
from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.tools.reading.origin import origin

SHOWN = 20  # columns that a message lists
WIDTH = 60  # characters of a header that a message shows
DATUM = re.compile(r"\s*([-+]?[\d.,]*\d|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*)\s*")  # a number or a date is no name


class Header(NamedTuple):
    """The columns of a file under the contract's names.

    Attributes:
        names: all columns in the file's order; those of the contract have its names.
        notices: which column was taken for which, where the names differ.
    """

    names: list[str]
    notices: tuple[str, ...]


def plain(name: str) -> str:
    """Reduce a header to what counts: letters and digits in lower case."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def resolve(file: str, found: Sequence[str], wished: Mapping[str, str]) -> Header:
    """Find the contract's columns in a header.

    An exact name wins; else the one column whose name, or alias of aliases.toml, is the same but for case,
    spaces and punctuation. What `wished` says comes before both.

    Raises:
        InputError: a column is missing, is there twice, or could be one of several.
    """
    _check_wishes(file, found, wished)
    places = {column: found.index(_wished(file, found, name)) for column, name in wished.items()}
    twice = [c for c, n in Counter(found).items() if n > 1 and c in COLUMN_NAMES and c not in places]
    if twice:
        raise InputError(f"{file}: the column {', '.join(twice)} occurs twice; keep one of them")
    given = set(places.values())
    places |= {c: at for c in COLUMN_NAMES if c not in places and c in found and (at := found.index(c)) not in given}
    likely = candidates([*found], taken=set(places.values()))
    for column in COLUMN_NAMES:
        if column not in places and len(likely[column]) > 1:
            names = " or ".join(repr(found[i][:WIDTH]) for i in likely[column])
            example = f"--map {column}={found[likely[column][0]][:WIDTH]!r}"
            raise InputError(f"{file}: {column} could be {names}; say which, for example {example}")
        if column not in places and likely[column]:
            places[column] = likely[column][0]
    missing = [c for c in COLUMN_NAMES if c not in places]
    given_away = next((c for c in missing if c in found), None)
    if given_away:
        other = next(c for c, i in places.items() if found[i] == given_away)
        say = f"say which one is {given_away}: --map {given_away}='NAME IN THE FILE'"
        raise InputError(f"{file}: --map reads the column {given_away} as {other}; {say}")
    if missing:
        raise InputError(*_missing(file, found, missing))
    by_place = dict(zip(places.values(), places, strict=True))
    # What --map passes over must not stand in for what it names.
    others = [f"{name} (left aside)" if name in COLUMN_NAMES else name for name in found]
    renamed = [by_place.get(i, name) for i, name in enumerate(others)]
    return Header(renamed, (*_said(found, places), *_beside(found, places)))


def candidates(found: Sequence[str], taken: set[int]) -> dict[str, list[int]]:
    """Positions that could be each column of the contract, by name or alias."""
    words: dict[str, str] = {}
    for column, others in load_aliases().columns.items():
        words |= dict.fromkeys((plain(column), *map(plain, others)), column)
    likely: dict[str, list[int]] = {column: [] for column in COLUMN_NAMES}
    for position, name in enumerate(found):
        means = words.get(plain(name))
        if means and position not in taken:
            likely[means].append(position)
    return likely


def score(found: Sequence[str], wished: Mapping[str, str]) -> int:
    """How many columns of the contract a header may name."""
    known = sum(bool(places) for places in candidates(found, set()).values())
    return known + sum(name in found for name in wished.values())


def check_header(file: str, found: Sequence[str]) -> None:
    """Refuse a header without the contract's exact columns, or with one of them twice.

    Raises:
        InputError: it names the columns, what was found, and the likely reason.
    """
    twice = [c for c, n in Counter(found).items() if n > 1 and c in COLUMN_NAMES]
    if twice:
        raise InputError(f"{file}: the column {', '.join(twice)} occurs twice; keep one of them")
    missing = [c for c in COLUMN_NAMES if c not in found]
    if missing:
        raise InputError(*_missing(file, found, missing))


def _check_wishes(file: str, found: Sequence[str], wished: Mapping[str, str]) -> None:
    for column in wished:
        if column not in COLUMN_NAMES:
            near = difflib.get_close_matches(column, COLUMN_NAMES, n=1, cutoff=0.5)
            hint = f", did you mean {near[0]}?" if near else f"; there are {', '.join(COLUMN_NAMES)}"
            raise InputError(f"--map {column}=...: the contract has no column {column}{hint}")
    shared = [name for name, n in Counter(_wished(file, found, name) for name in wished.values()).items() if n > 1]
    if shared:
        raise InputError(f"--map gives the column {shared[0]!r} two meanings")


def _wished(file: str, found: Sequence[str], name: str) -> str:
    same = [f for f in found if f == name] or [f for f in found if plain(f) == plain(name) != ""]
    if len(same) != 1:
        what = "occurs twice" if same else f"is not there; found: {_shown(found)}"
        raise InputError(f"{file}: the column {name!r} that --map names {what}")
    return same[0]


def _said(found: Sequence[str], places: Mapping[str, int]) -> list[str]:
    pairs = [f"{found[i][:WIDTH]!r} as {column}" for column, i in places.items() if found[i] != column]
    return [f"columns were read by another name: {', '.join(pairs)}"] if pairs else []


def _beside(found: Sequence[str], places: Mapping[str, int]) -> list[str]:
    """Columns left aside although they are called nearly like one of the contract."""
    names = {plain(c) for c in COLUMN_NAMES}
    beside = [name for i, name in enumerate(found) if i not in places.values() and plain(name) in names]
    return [f"the column {name[:WIDTH]!r} was left aside: another one is read in its place" for name in beside]


def _missing(file: str, found: Sequence[str], missing: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    if _is_data(found):
        text = f"{file} has no header: its first line holds values; put the names of the columns above it"
        return text, (f"needed: {', '.join(COLUMN_NAMES)}",)
    known = origin(file, found)
    if known:
        return f"{file} holds no carts: {known}", (f"found: {_shown(found)}",)
    hints = []
    if len(found) == 1:
        text = "the header is one single column: it is not separated by commas; --delimiter names what separates"
        hints.append(text)
    for column in missing:
        near = difflib.get_close_matches(column, [c.strip().lower() for c in found], n=1, cutoff=0.75)
        hints.extend(f"{column}: did you mean '{c}'?" for c in found if near and c.strip().lower() == near[0])
    hints.append(f"--map says which column is meant: --map {missing[0]}='NAME IN THE FILE'")
    return (
        f"{file}: missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
        (f"found: {_shown(found)}", *hints),
    )


def _is_data(found: Sequence[str]) -> bool:
    """Whether a line is a row rather than a header; a row is not shown."""
    return not any(candidates(found, set()).values()) and holds_values(found)


def holds_values(line: Sequence[str]) -> bool:
    """Whether a number or a date stands in a line, whatever separates its fields."""
    return any(DATUM.fullmatch(part) for name in line for part in re.split(r"[;\t|]", name))


def _shown(found: Sequence[str]) -> str:
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(name[:WIDTH] for name in found[:SHOWN]) + more
