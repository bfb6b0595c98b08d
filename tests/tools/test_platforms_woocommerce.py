"""The CartFlows table of abandoned carts: statuses, unsubscribed people, serialised carts, times without a zone."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.data.errors import InputError
from cartjury.tools.engine.duck import connect, literal, one
from cartjury.tools.platforms.values import UNCOUNTABLE, entries
from tests.tools.platform_exports import CARTFLOWS, flow, flows, id_of, imported, said, serialised, written

ANN, BEN, CAT, DAN = "ann@example.com", "ben@example.com", "cat@example.com", "dan@example.com"


def counted(text: str, folder: Path) -> str:
    with connect(folder) as connection:
        (found,) = one(connection, f"SELECT {entries(literal(text))}")
    return str(found)


def test_abandoned_and_lost_carts_are_carts_and_the_others_are_not(tmp_path: Path) -> None:
    file = flows(
        tmp_path,
        flow(1, ANN, "2026-11-20 10:00:00", order_status="abandoned"),
        flow(2, BEN, "2026-11-20 10:00:00", order_status="lost"),
        flow(3, CAT, "2026-11-20 10:00:00", order_status="completed"),
        flow(4, DAN, "2026-11-20 10:00:00", order_status="normal"),
    )

    carts, report = imported(file)

    assert set(carts) == {id_of(ANN), id_of(BEN)}
    assert (report.outcomes["bought"], report.outcomes["waiting"]) == (1, 1)


def test_a_completed_cart_of_the_same_address_recovers_the_one_before(tmp_path: Path) -> None:
    file = flows(
        tmp_path,
        flow(1, ANN, "2026-11-19 10:00:00"),
        flow(2, " ANN@example.com", "2026-11-20 10:00:00", order_status="completed"),
        flow(3, BEN, "2026-11-20 10:00:00"),
    )

    carts, report = imported(file)

    assert (set(carts), report.outcomes["recovered"]) == ({id_of(BEN)}, 1)


def test_of_several_carts_of_an_address_the_latest_counts_with_its_own_items_and_value(tmp_path: Path) -> None:
    file = flows(
        tmp_path,
        flow(1, ANN, "2026-11-20 10:00:00", cart_contents=serialised(3), cart_total="30"),
        flow(2, ANN, "2026-11-19 10:00:00", cart_contents=serialised(1), cart_total="10"),
    )

    carts, _ = imported(file)

    cart = carts[id_of(ANN)]
    assert (cart["num_cart_items"], cart["cart_value"], cart["sessions_last_30d"]) == ("3", "30.0", "2")


def test_who_unsubscribed_on_any_cart_is_left_out(tmp_path: Path) -> None:
    file = flows(
        tmp_path,
        flow(1, ANN, "2026-11-19 10:00:00", unsubscribed="1"),
        flow(2, ANN, "2026-11-20 10:00:00", unsubscribed="0"),
        flow(3, BEN, "2026-11-20 10:00:00"),
    )

    carts, report = imported(file)
    all_carts, _ = imported(file, keep_without_consent=True)

    assert (set(carts), report.outcomes["no_consent"]) == ({id_of(BEN)}, 1)
    assert all_carts[id_of(ANN)]["marketing_consent"] == "no"


def test_times_without_a_zone_are_utc_with_a_notice_or_in_the_zone_that_was_given(tmp_path: Path) -> None:
    file = flows(tmp_path, flow(1, ANN, "2026-11-20 23:30:00"))

    _, unstated = imported(file)
    carts, stated = imported(file, timezone="Asia/Tokyo")

    assert "--timezone" in said(unstated, "times without a zone were read as UTC")
    assert carts[id_of(ANN)]["cart_abandoned_date"] == "2026-11-20"
    assert not [n for n in stated.notices if "zone" in n]


def test_a_zone_decides_which_comes_first_where_only_one_time_states_its_own(tmp_path: Path) -> None:
    from tests.tools.platform_exports import order, orders

    file = flows(tmp_path, flow(1, ANN, "2026-11-20 10:00:00"), flow(2, BEN, "2026-11-20 10:00:00"))
    beside = orders(tmp_path, order("#1", ANN, "2026-11-20 09:30:00 +0000"))

    as_utc, _ = imported(file, beside)
    as_berlin, _ = imported(file, beside, timezone="Europe/Berlin")  # the cart is of 09:00 UTC then

    assert set(as_utc) == {id_of(ANN), id_of(BEN)}
    assert set(as_berlin) == {id_of(BEN)}


def test_an_unknown_status_is_a_bad_row(tmp_path: Path) -> None:
    file = flows(tmp_path, flow(1, ANN, "2026-11-20 10:00:00", order_status="archived"))

    with pytest.raises(
        InputError, match="row 1, column order_status: 'archived' is none of abandoned, lost, completed"
    ):
        imported(file)


def test_a_dump_with_backslashes_before_its_quotes_is_read_too(tmp_path: Path) -> None:
    row = flow(1, ANN, "2026-11-20 10:00:00", cart_contents=serialised(4))
    file = written(tmp_path, "dump.csv", CARTFLOWS, [row], doublequote=False, escapechar="\\")

    carts, _ = imported(file)

    assert carts[id_of(ANN)]["num_cart_items"] == "4"


def test_a_databases_words_for_nothing_are_empty(tmp_path: Path) -> None:
    file = flows(tmp_path, flow(1, ANN, "2026-11-20 10:00:00", unsubscribed="NULL", cart_total="\\N"))

    carts, _ = imported(file)

    assert "cart_value" not in carts[id_of(ANN)]


@pytest.mark.parametrize("entered", [0, 1, 7])
def test_the_entries_of_a_serialised_cart_are_counted(entered: int, tmp_path: Path) -> None:
    assert counted(serialised(entered), tmp_path) == str(entered)


@pytest.mark.parametrize(
    "text",
    [
        "a:999999:{}",  # more than its length can hold
        "a:99999999999999999999:{",
        "a:-1:{}",
        'O:8:"stdClass":1:{s:1:"a";i:1;}',
        's:5:"a:3:{";',
        '{"items": 3}',
        "a:",
    ],
)
def test_what_is_no_serialised_array_is_not_counted(text: str, tmp_path: Path) -> None:
    assert counted(text, tmp_path) == UNCOUNTABLE


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=80))
def test_no_text_breaks_the_count_or_gives_more_than_its_length(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = counted(text.replace("\x00", ""), tmp_path_factory.getbasetemp())

    assert found == UNCOUNTABLE or int(found) <= len(text.encode())


def test_a_cart_that_cannot_be_counted_is_a_bad_row_whose_content_is_not_shown(tmp_path: Path) -> None:
    file = flows(tmp_path, flow(1, ANN, "2026-11-20 10:00:00", cart_contents="engraving for Ann"))

    with pytest.raises(InputError, match="row 1, column cart_contents: cannot be counted") as refused:
        imported(file)

    assert "engraving" not in str(refused.value)
