"""Import the exports of a shop platform: from files to a file of carts, its manifest last.

exports -> recognised -> rows -> checkouts, orders, profiles -> people and outcomes -> eight columns -> carts + manifest
"""

import shlex
import tempfile
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path

import duckdb

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import connect, literal, one
from cartjury.tools.platforms.faults import count_bad_rows, refuse, write_rejected
from cartjury.tools.platforms.features import make_features, write_features
from cartjury.tools.platforms.group import group_rows, no_groups
from cartjury.tools.platforms.header import Export, open_export
from cartjury.tools.platforms.key import id_maker, load_key, save
from cartjury.tools.platforms.people import OUTCOMES, check_currencies, decide, identify, newest_day
from cartjury.tools.platforms.publish import check_out, entries_of, publish, rejected_of
from cartjury.tools.platforms.read import EMAIL_ID, count_missing, read_export
from cartjury.tools.platforms.records import ImportReport, SourceFile, Wish
from cartjury.tools.platforms.table import advice
from cartjury.tools.platforms.words import Facts, mapping, notices, rules
from cartjury.tools.source import sha256_of

UTC = "UTC"
ROLES = ("carts", "orders", "profiles")  # in this order they are named


def import_exports(wish: Wish) -> ImportReport:
    """Turn exports into carts, and write them with a manifest; nothing is written where it fails.

    Returns:
        The manifest, as it was written.

    Raises:
        InputError: an export that is not known, lacks its companion, has bad rows, mixes currencies, or leaves nobody.
    """
    check_out(wish)
    key = load_key(wish.key_file)
    with tempfile.TemporaryDirectory(prefix=".cartjury-import-", dir=wish.out.parent) as scratch:
        with connect(Path(scratch)) as connection:
            # What does not fit into memory is an error and not on the disk: rows of exports are personal.
            connection.execute("SET temp_directory = ''").fetchall()
            connection.create_function(EMAIL_ID, id_maker(key), ["VARCHAR"], "VARCHAR")
            facts, as_of, bad = _carts(connection, wish)
            drafts = _drafts(connection, wish, Path(scratch), bad)
        said = save(key) if facts.with_email else ()
        report = _report(wish, facts, as_of, bad, said, drafts)
        publish(drafts, report, wish.out)
    return report


def _carts(connection: duckdb.DuckDBPyConnection, wish: Wish) -> tuple[Facts, date, int]:
    """Make the table `features`, and say what is to be known of it, as of which day, and how many rows are bad."""
    zone = _zone(connection, wish.timezone)
    exports = _by_role([open_export(path, connection) for path in wish.files])
    carts = exports["carts"]
    # An e-mail address is read only where it is the only key: of a guest, or in another export of the shop.
    with_email = len(exports) > 1 or count_missing(connection, carts, "customer") > 0
    naive = [read_export(connection, export, zone, with_email=with_email) for export in exports.values()]
    bad = _checked(connection, wish, exports)
    identify(connection, zone)
    check_currencies(connection)
    as_of = wish.as_of or newest_day(connection)
    outcomes = _outcomes(connection, wish, carts, as_of)
    empty = make_features(
        connection, carts, as_of, has_orders="orders" in exports, cart_value_as_aov=wish.cart_value_as_aov
    )
    facts = Facts(
        exports=exports,
        empty=empty,
        outcomes=outcomes,
        with_email=with_email,
        timezone=wish.timezone,
        naive=any(naive),
        unknown_consent=_count(connection, "features WHERE marketing_consent = 'unknown'"),
        overdrawn=_count(connection, "orders WHERE refunded > total"),
        matched=_count(connection, "features JOIN orders ON person = user_id"),
        nameless=_count(connection, "orders WHERE person IS NULL"),
        keep_without_consent=wish.keep_without_consent,
        cart_value_as_aov=wish.cart_value_as_aov,
    )
    return facts, as_of, bad


def _checked(connection: duckdb.DuckDBPyConnection, wish: Wish, exports: Mapping[str, Export]) -> int:
    """Group the rows of all exports, and return how many are bad.

    Raises:
        InputError: some are, and they are not to be left out.
    """
    for role in ROLES:
        if role in exports:
            group_rows(connection, exports[role])
        else:
            no_groups(connection, role)
    bad = count_bad_rows(connection)
    if bad and wish.on_bad_rows == "fail":
        refuse(connection, bad)
    return bad


def _outcomes(connection: duckdb.DuckDBPyConnection, wish: Wish, carts: Export, as_of: date) -> dict[str, int]:
    """Count what became of the checkouts.

    Raises:
        InputError: none is left; it says why.
    """
    outcomes = decide(
        connection,
        as_of,
        carts_state_consent="consent" in carts.names,
        keep_without_consent=wish.keep_without_consent,
    )
    if not outcomes["written"]:
        why = "; ".join(f"{number:,} {OUTCOMES[outcome]}" for outcome, number in outcomes.items() if number)
        raise InputError(f"{carts.path.name} leaves no carts to work with as of {as_of}: {why or 'it has no rows'}")
    return outcomes


def _by_role(exports: list[Export]) -> Mapping[str, Export]:
    """Tell the exports apart by what their rows are.

    Raises:
        InputError: an event log, two of a kind, or nothing that says who left a cart; it names what to take.
    """
    found: dict[str, Export] = {}
    for export in exports:
        role = export.platform.role
        if role == "events":
            raise InputError(f"{export.path.name}: {advice(export.platform, str(export.path))}")
        if role in found:
            raise InputError(f"{found[role].path.name} and {export.path.name} are both a {export.platform.title}")
        found[role] = export
    if "carts" not in found:
        first = exports[0]
        given = " ".join(f"--{export.platform.role} {shlex.quote(str(export.path))}" for export in exports)
        raise InputError(
            f"{first.path.name} is a {first.platform.title}: it has no date of an abandoned cart",
            (f"take {first.platform.needs} as well:", f"  cartjury import platform CHECKOUTS_FILE {given}"),
        )
    return {role: found[role] for role in ROLES if role in found}


def _zone(connection: duckdb.DuckDBPyConnection, given: str | None) -> str:
    zone = given or UTC
    if not one(connection, f"SELECT count(*) FROM pg_timezone_names() WHERE name = {literal(zone)}")[0]:
        raise InputError(f"--timezone {zone} is no time zone; it is written like Europe/Berlin")
    return zone


def _count(connection: duckdb.DuckDBPyConnection, what: str) -> int:
    (count,) = one(connection, f"SELECT count(*) FROM {what}")
    return int(count)


def _drafts(connection: duckdb.DuckDBPyConnection, wish: Wish, scratch: Path, bad: int) -> dict[Path, Path]:
    carts = scratch / f"carts{wish.out.suffix}"
    has_value = _count(connection, "features WHERE cart_value IS NOT NULL")
    kept = [*(["cart_value"] if has_value else []), *(["marketing_consent"] if wish.keep_without_consent else [])]
    write_features(connection, carts, tuple(kept))
    drafts = {wish.out: carts}
    if bad:
        write_rejected(connection, scratch / "rejected.csv")
        drafts[rejected_of(wish.out)] = scratch / "rejected.csv"
    return drafts


def _report(
    wish: Wish, facts: Facts, as_of: date, bad: int, said: tuple[str, ...], drafts: Mapping[Path, Path]
) -> ImportReport:
    columns = mapping(facts)
    rejected = (
        (f"{bad:,} bad row{'s were' if bad > 1 else ' was'} left out and listed in {rejected_of(wish.out)}",)
        if bad
        else ()
    )
    return ImportReport(
        cartjury=version("cartjury"),
        platform=facts.exports["carts"].platform.id,
        sources=tuple(
            SourceFile(
                file=export.path.name,
                platform=export.platform.id,
                title=export.platform.title,
                sha256=sha256_of(export.path),
                columns={f: n for f, n in export.names.items() if facts.with_email or f != "email"},
            )
            for export in facts.exports.values()
        ),
        as_of=as_of,
        timezone=wish.timezone or UTC,
        mapping=columns,
        rules=rules(facts),
        outcomes=dict(facts.outcomes),
        bad_rows=bad,
        notices=(*notices(facts, columns), *said, *rejected),
        files=entries_of(drafts),
    )
