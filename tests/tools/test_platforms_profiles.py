"""Klaviyo profiles say what a person is worth and how active they are, never when they left a cart."""

from pathlib import Path

import pytest

from cartjury.data.errors import InputError
from tests.tools.platform_exports import checkout, checkouts, id_of, imported, order, orders, profiles, said

ANN, BEN, CAT, DAN = "ann@example.com", "ben@example.com", "cat@example.com", "dan@example.com"


def profile(email: str, **changes: str) -> dict[str, str]:
    usual = {"Email": email, "Klaviyo ID": f"01{email[:3].upper()}", "Consent": "email"}
    return usual | {key.replace("_", " "): value for key, value in changes.items()}


def carts_of(folder: Path, *people: str) -> Path:
    return checkouts(folder, *(checkout(i, who, "2026-11-20T10:00:00Z") for i, who in enumerate(people)))


def test_profiles_alone_are_refused_with_the_companion_and_the_command(tmp_path: Path) -> None:
    file = profiles(tmp_path, profile(ANN))

    with pytest.raises(InputError) as refused:
        imported(file)

    assert "is a Klaviyo profiles export: it has no date of an abandoned cart" in str(refused.value)
    assert f"cartjury import platform CHECKOUTS_FILE --profiles {file}" in str(refused.value)


def test_the_average_order_value_is_taken_where_no_orders_are_given(tmp_path: Path) -> None:
    beside = profiles(tmp_path, profile(" ANN@example.com", Average_Order_Value="61.50"), profile(BEN))

    carts, _ = imported(carts_of(tmp_path, ANN, BEN), beside)

    assert [carts[id_of(who)]["avg_order_value"] for who in (ANN, BEN)] == ["61.5", ""]


def test_orders_come_before_the_profiles_order_value(tmp_path: Path) -> None:
    beside = profiles(tmp_path, profile(ANN, Average_Order_Value="61.50"), profile(BEN, Average_Order_Value="9.00"))
    bought = orders(tmp_path, order("#1", ANN, "2026-10-01 10:00:00 +0000"))

    carts, _ = imported(carts_of(tmp_path, ANN, BEN), bought, beside)

    assert [carts[id_of(who)]["avg_order_value"] for who in (ANN, BEN)] == ["50.0", "9.0"]


def test_engagement_is_the_rank_of_the_last_activity_among_all_profiles(tmp_path: Path) -> None:
    beside = profiles(
        tmp_path,
        profile(ANN, Last_Open="2026-11-01 10:00:00", Last_Click="2026-01-01 10:00:00"),
        profile(BEN, Last_Active="2026-11-01 10:00:00"),
        profile(CAT),
        profile(DAN, Last_Click="2026-11-19 10:00:00"),
        profile("eve@example.com", Last_Open="2026-10-01 10:00:00"),
    )

    carts, report = imported(carts_of(tmp_path, ANN, BEN, CAT, DAN), beside)

    # Four have an activity: eve's is the earliest, ann's and ben's are equal, dan's is the latest.
    expected = {ANN: (1 + 2 / 2) / 4, BEN: (1 + 2 / 2) / 4, DAN: (3 + 1 / 2) / 4}
    assert {who: float(carts[id_of(who)]["engagement_score"]) for who in expected} == expected
    assert carts[id_of(CAT)]["engagement_score"] == ""
    assert "proxy" in report.mapping["engagement_score"]


@pytest.mark.parametrize(
    ("consent", "left_out"),
    [
        ("email", False),
        ("", False),
        ("unsubscribed", True),
        ("Never_Subscribed", True),
        ("no", True),
        ("[]", False),
        ('["email", "sms"]', False),
    ],
)
def test_a_refusal_on_the_profile_counts_more_than_what_the_cart_says(
    tmp_path: Path, consent: str, left_out: bool
) -> None:
    carts, report = imported(carts_of(tmp_path, ANN, BEN), profiles(tmp_path, profile(ANN, Consent=consent)))

    assert (id_of(ANN) not in carts) is left_out
    assert report.outcomes["no_consent"] == int(left_out)


@pytest.mark.parametrize("column", ["Consent", "Email Marketing Consent"])
def test_a_refusal_counts_in_either_column_that_klaviyo_has_for_it(tmp_path: Path, column: str) -> None:
    row = {k: v for k, v in profile(ANN).items() if k != "Consent"} | {column: "NEVER_SUBSCRIBED"}

    _, report = imported(
        carts_of(tmp_path, ANN, BEN), profiles(tmp_path, row, columns=[*row, "Last Open", "Last Click"])
    )

    assert (report.outcomes["no_consent"], report.outcomes["written"]) == (1, 1)


def test_lifetime_value_is_no_profitability(tmp_path: Path) -> None:
    beside = profiles(tmp_path, profile(ANN, Historic_Customer_Lifetime_Value="900"))
    row = {k: v for k, v in checkout(1, ANN, "2026-11-20T10:00:00Z").items() if k != "total_discounts"}

    carts, report = imported(
        checkouts(tmp_path, row, columns=[*list(row), "token", "cart_token", "completed_at"]), beside
    )

    assert carts[id_of(ANN)]["profitability_score"] == ""
    assert said(report, "profitability_score: not in this export")
