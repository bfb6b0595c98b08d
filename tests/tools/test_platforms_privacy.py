"""Nothing personal leaves an export: not into a file, even for a moment, not into a message or an error."""

import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cartjury.data.errors import InputError
from cartjury.tools.platforms import importing
from cartjury.tools.platforms.table import platforms
from tests.tools.platform_exports import (
    CARTFLOWS,
    CHECKOUTS,
    KEY,
    ORDERS,
    PROFILES,
    checkout,
    flow,
    imported,
    order,
    serialised,
    written,
)

PERSONAL = re.compile("(?i)email|name|phone|address|street|credit_card|notes|other_fields|abandoned_checkout_url|token")
NOT_PERSONAL = {"Name", "Lineitem name"}  # the number of an order, and what was bought
CANARY = "cAnArY"


def marked(row: Mapping[str, str], columns: tuple[str, ...], number: int) -> dict[str, str]:
    """The row with a canary in every personal column; its e-mail address is one too."""
    marks = {c: f"{CANARY} {c} {number}" for c in columns if PERSONAL.search(c) and c not in NOT_PERSONAL}
    emails = {c: f"{CANARY}.{number}@example.com" for c in columns if c.lower() == "email"}
    return {**row, **marks, **emails}


def exports(folder: Path) -> list[Path]:
    many = range(200)
    carts = [marked(checkout(i, "", "2026-11-20T10:00:00Z"), CHECKOUTS, i) for i in many]
    bought = [marked(order(f"#{i}", "", "2026-10-01 10:00:00 +0000"), ORDERS, i) for i in many]
    known = [marked({"Klaviyo ID": f"01{i}", "Last Open": "2026-11-01", "Consent": "email"}, PROFILES, i) for i in many]
    return [
        written(folder, "checkouts.csv", CHECKOUTS, carts),
        written(folder, "orders.csv", ORDERS, bought),
        written(folder, "profiles.csv", PROFILES, known),
    ]


def leaks(folder: Path, given: list[Path]) -> list[Path]:
    """Files in a folder that hold a canary or the key, other than the exports and the key file."""
    kept = {*given, folder / "test.key"}
    files = [p for p in folder.rglob("*") if p.is_file() and p not in kept]
    return [p for p in files if any(word in p.read_bytes().lower() for word in (CANARY.lower().encode(), KEY.encode()))]


def told(error: BaseException | None) -> str:
    """All that an error holds, shown or not: itself, and those that it hangs on."""
    if error is None:
        return ""
    return "".join(traceback.format_exception(error)) + repr(error) + told(error.__context__) + told(error.__cause__)


def test_no_file_holds_anything_personal_while_it_is_written_or_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = exports(tmp_path)
    seen: list[list[Path]] = []
    publish = importing.publish

    def watched(*args: Any) -> None:
        assert [p for p in tmp_path.rglob("carts.csv") if p.is_file()], "the draft is there"
        seen.append(leaks(tmp_path, given))
        publish(*args)

    monkeypatch.setattr(importing, "publish", watched)
    carts, report = imported(*given)

    assert (seen, leaks(tmp_path, given)) == ([[]], [])
    assert CANARY.lower() not in report.to_json().lower()
    assert len(carts) == 200
    assert all(re.fullmatch("[0-9a-f]{64}", user) for user in carts)
    assert {c["avg_order_value"] for c in carts.values()} == {"50.0"}, "the exports were matched"


def test_the_engine_may_not_write_to_the_disk_while_it_holds_rows_of_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    read = importing.read_export

    def watched(connection: Any, *args: Any, **options: Any) -> bool:
        found.append(connection.execute("SELECT current_setting('temp_directory')").fetchall())
        return read(connection, *args, **options)

    monkeypatch.setattr(importing, "read_export", watched)
    imported(*exports(tmp_path))

    assert found == [[("",)]] * 3


def test_bad_rows_of_every_kind_show_nothing_personal(tmp_path: Path) -> None:
    given = exports(tmp_path)
    lines = given[0].read_text().split("\n")
    lines[1] += f",{CANARY} torn"
    lines[2] = f"{CANARY} torn"
    # A field too few at the start: every value slips by one column.
    lines[3] = ",".join([*lines[3].split(",")[1:], ""])
    lines[4] = lines[4].replace("@", " at ")
    given[0].write_text("\n".join(lines))

    with pytest.raises(InputError) as refused:
        imported(*given)

    whole = told(refused.value)
    assert "4 bad rows" in whole
    assert CANARY.lower() not in whole.lower()
    imported(*given, on_bad_rows="quarantine")
    assert leaks(tmp_path, given) == []
    assert (tmp_path / "carts.csv.rejected.csv").is_file()


@pytest.mark.parametrize("content", [b'"unfinished', b"\xff\xfe\xfd", b'a"b,c"d'])
def test_a_file_that_breaks_in_the_middle_shows_nothing_personal(tmp_path: Path, content: bytes) -> None:
    row = marked(flow(1, "", "2026-11-20 10:00:00", cart_contents=serialised(1)), CARTFLOWS, 1)
    file = written(tmp_path, "c.csv", CARTFLOWS, [row])
    file.write_bytes(file.read_bytes() + f"{CANARY},{CANARY}@example.com,".encode() + content)

    with pytest.raises(InputError) as refused:
        imported(file)

    assert CANARY.lower() not in told(refused.value).lower()


def test_a_file_without_a_header_shows_nothing_of_its_first_row(tmp_path: Path) -> None:
    file = written(tmp_path, "c.csv", CARTFLOWS, [marked(flow(1, "", "2026-11-20 10:00:00"), CARTFLOWS, 1)])
    file.write_text("\n".join(file.read_text().split("\n")[1:]))

    with pytest.raises(InputError) as refused:
        imported(file)

    assert CANARY.lower() not in told(refused.value).lower()


def test_the_table_of_platforms_names_no_personal_column_but_the_address() -> None:
    personal = re.compile("phone|address|street|card|city|zip|first|last name|billing|shipping|notes|other_fields")
    read = {alias for p in platforms() for field, aliases in p.fields.items() if field != "email" for alias in aliases}

    assert [alias for alias in sorted(read) if personal.search(alias)] == []
    assert {alias for p in platforms() for alias in p.fields.get("email", ())} == {"email"}


def test_queries_name_no_column_of_a_csv_that_they_do_not_read(tmp_path: Path) -> None:
    from cartjury.tools.engine.duck import connect
    from cartjury.tools.platforms.header import open_export

    with connect(tmp_path) as connection:
        export = open_export(exports(tmp_path)[0], connection)

    assert not any(name in export.relation for name in CHECKOUTS if len(name) > 5)
    assert "phone" not in export.names.values()
    assert set(export.names.values()) < set(CHECKOUTS)
