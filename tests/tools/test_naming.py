"""The rules of names: grammar, codes, banned words, and no tier contradicted."""

from functools import partial

import pytest

from cartjury.data.jury_records import Proposal, SegmentBrief, Trait
from cartjury.data.lexicon import lexicon
from cartjury.tools.naming import check_claims, check_name

check = partial(check_name, lexicon=lexicon())


def trait(label: str, column: str, levels: str, of: str) -> Trait:
    return Trait(label=label, column=column, levels=tuple(levels.split()), of=tuple(of.split()))


def brief(aov: str = "High", engagement: str = "High", profit: str = "High", *more: Trait) -> SegmentBrief:
    traits = (
        trait("AOV", "avg_order_value", aov, "Unknown Low Medium High"),
        trait("Engagement", "engagement_score", engagement, "Unknown Low High"),
        trait("Profit", "profitability_score", profit, "Unknown Low High"),
        *more,
    )
    return SegmentBrief(id="S01", rule="rule", traits=traits)


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("Premium_Engaged_Profitable", ("High", "High", "High")),
        ("Growth_Moderate_Valuable", ("Medium", "High", "High")),
        ("Budget_Active_Emerging", ("Low", "High", "Low")),
        ("Golden_Eager_Champions", ("High", "High", "High")),
        ("High_Value_Customers", ("High", "Low", "Low")),
        ("HighSpending_Disengaged_LowProfit", ("High", "Low", "Low")),
        ("Budget_Engaged_NonProfitable", ("Low", "High", "Low")),
        ("Upper_Spend_Engaged", ("Medium High", "High", "Low High")),
        ("Starlight_Wanderers", ("Low", "High", "Low")),
    ],
)
def test_good_names_pass(name: str, levels: tuple[str, str, str]) -> None:
    assert check(name, brief(*levels), ()) == ()


@pytest.mark.parametrize(
    ("name", "levels", "reason"),
    [
        (
            "Engaged_Shoppers",
            ("High", "Low", "High"),
            "'Engaged' says engagement is high, but the rule holds Engagement_Low.",
        ),
        (
            "Engaged_Shoppers",
            ("High", "Low High", "High"),
            "'Engaged' says engagement is high, but the rule holds Engagement_{Low,High}.",
        ),
        (
            "High_Value_Fans",
            ("Medium", "High", "High"),
            "'High_Value' says order value is high, but the rule holds AOV_Medium.",
        ),
        (
            "NonProfitable_Users",
            ("Low", "Low", "High"),
            "'NonProfitable' says profitability is not high, but the rule holds Profit_High.",
        ),
        (
            "Loyal_Shoppers",
            ("High", "High", "High"),
            "'Loyal' says loyalty is high, but the rule says nothing of loyalty.",
        ),
        (
            "Frequent_Shoppers",
            ("High", "High", "High"),
            "'Frequent' says the number of visits is high, but the rule says nothing of the number of visits.",
        ),
        (
            "Incomplete_Profiles",
            ("High", "High", "High"),
            "'Incomplete' says that a value is missing, but the rule says nothing of the kind.",
        ),
        (
            "Budget_Shoppers",
            ("Unknown", "High", "High"),
            "'Budget' says order value is low, but the rule holds AOV_Unknown.",
        ),
    ],
)
def test_a_contradicted_tier_is_named_in_a_sentence(name: str, levels: tuple[str, str, str], reason: str) -> None:
    assert check(name, brief(*levels), ()) == (reason,)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Premium",
        "One_Two_Three_Four",
        "Premium__Users",
        "_Premium_Users",
        "Premium_Users_",
        "Premium Users",
        "Premium-Users",
        "Premium_Users2",
        "Prémium_Users",
        "Premium_Users\n",
        "=Premium_Users",
        "Premium_" + "x" * 40,
    ],
)
def test_names_outside_the_grammar_fail(name: str) -> None:
    assert len(check(name, brief(), ())) >= 1


@pytest.mark.parametrize(
    "name",
    [
        "Medium_High_Low",
        "AOV_High",
        "High_Low_High",
        "H_L_H",
        "HLH_Users",
        "Premium_High",
        "Very_Engaged_Low",
        "Mid_Shoppers",
    ],
)
def test_raw_level_codes_fail(name: str) -> None:
    assert any("raw level code" in reason for reason in check(name, brief(), ()))


@pytest.mark.parametrize(
    "name",
    [
        "Fallback_Users",
        "FallbackJuror_Users",
        "Other_Shoppers",
        "Premium_Segment",
        "Segments_High",
        "Cheapskates_Club",
        "Low_Value_Customers",
        "LowValue_Customers",
        "Elderly_Shoppers",
        "Test_Users",
        "Misc_Users",
        "Premiumclusters_One",
        "Unknown_Users",
    ],
)
def test_banned_words_fail_in_any_form(name: str) -> None:
    assert any("called by" in reason for reason in check(name, brief(), ()))


@pytest.mark.parametrize(
    "name", ["Contest_Winners", "Brother_Brands", "Grounded_Shoppers", "Mantra_Circle", "Golden_Oldies"]
)
def test_words_that_only_contain_a_banned_word_pass(name: str) -> None:
    assert not any("called by" in reason for reason in check(name, brief(), ()))


@pytest.mark.parametrize("taken", ["Premium_Engaged_Users", "premium_engaged_users", "PremiumEngaged_Users"])
def test_a_taken_name_fails_whatever_its_case_and_underscores(taken: str) -> None:
    assert check("Premium_Engaged_Users", brief(), [taken]) == (
        f"'Premium_Engaged_Users' is taken: another segment is called {taken}.",
    )


def test_a_word_may_not_be_said_twice() -> None:
    assert check("Star_Premium_Stars", brief(), ()) == ("'Star_Premium_Stars' says 'Stars' twice.",)


def test_sentences_run_together_fail() -> None:
    assert check("PeopleWhoBuyOften_Club", brief(), ()) == (
        "'PeopleWhoBuyOften' runs 4 words together; use two or three words in all.",
    )


def test_a_words_own_column_made_a_dimension_makes_it_true() -> None:
    loyalty = trait("Loyalty", "loyalty_points", "High", "Low High")

    assert check("Loyal_Shoppers", brief("High", "High", "High", loyalty), ()) == ()
    assert check("HighLoyalty_Shoppers", brief("High", "High", "High", loyalty), ()) == ()
    assert check("LowLoyalty_Shoppers", brief("High", "High", "High", loyalty), ()) == (
        "'LowLoyalty' says loyalty points is low, but the rule holds Loyalty_High.",
    )


def test_recent_is_true_of_everybody_unless_the_rule_says_earlier() -> None:
    earlier = trait("days_since_abandonment", "days_since_abandonment", "High", "Low High")

    assert check("Recent_Shoppers", brief(), ()) == ()
    assert len(check("Recent_Shoppers", brief("High", "High", "High", earlier), ())) == 1


def test_a_dimension_decides_before_a_local_split_of_the_same_column() -> None:
    upper_part = trait("avg_order_value", "avg_order_value", "High", "Low High")

    assert check("Budget_Shoppers", brief("Low", "High", "High", upper_part), ()) == ()
    assert len(check("Premium_Shoppers", brief("Low", "High", "High", upper_part), ())) == 1


def test_incomplete_is_true_of_the_else_segment() -> None:
    other = SegmentBrief(
        id="S09",
        rule="ELSE",
        traits=brief("Unknown Low Medium High", "Unknown Low High", "Unknown Low High").traits,
        is_else=True,
    )

    assert check("Incomplete_Profile_Shoppers", other, ()) == ()


def claims(**said: str) -> Proposal:
    return Proposal(
        persona="data_scientist",
        model="m",
        provider="p",
        segment_id="S01",
        name="A_B",
        claims={k: tuple(v.split()) for k, v in said.items()},
    )


def test_true_claims_pass_by_label_or_column_in_any_case() -> None:
    assert (
        check_claims(claims(aov="high", engagement_score="High", Profit="low High"), brief("High", "High", "Low")) == ()
    )


def test_false_claims_are_named() -> None:
    said = claims(aov="low", engagement="huge", loyalty="high")

    assert check_claims(said, brief("High", "High", "High")) == (
        "The claim that AOV is low is wrong: the rule holds AOV_High.",
        "'huge' is no level of Engagement; its levels are Unknown, Low, High.",
        "The claim on 'loyalty' cannot be checked: the rule speaks of AOV, Engagement, Profit.",
    )


def test_a_claim_that_covers_only_a_part_of_the_rule_is_false() -> None:
    assert len(check_claims(claims(aov="low"), brief("Low Medium"))) == 1


def test_an_empty_claim_is_false() -> None:
    assert check_claims(claims(aov=""), brief()) == (
        "The claim that AOV is nothing is wrong: the rule holds AOV_High.",
    )


def test_a_plans_own_label_decides_what_a_word_means() -> None:
    own = trait("Margin", "margin_eur", "High", "Low High")
    plan = SegmentBrief(id="S01", rule="Margin_High", traits=(own,))

    assert check("HighMargin_Shoppers", plan, ()) == ()
    assert check("ThinMargin_Shoppers", plan, ()) == (
        "'ThinMargin' says margin eur is low, but the rule holds Margin_High.",
    )


def test_a_word_speaks_of_the_one_label_that_it_names() -> None:
    plan = SegmentBrief(
        id="S01",
        rule="M1_High & M2_Low",
        size=600,
        traits=(trait("M1", "first", "High", "Low High"), trait("M2", "second", "Low", "Low High")),
    )
    assert check("HighMOne_Shoppers", plan, ()) == ()
    assert "the rule holds M2_Low" in check("HighMTwo_Shoppers", plan, ())[0]
