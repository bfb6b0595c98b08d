"""The reasons for which a name may be given up, checked without a model."""

import pytest

from cartjury.agents.concede import features_said, holds, words_of
from cartjury.data.lexicon import lexicon
from tests.agents.protocol import twelve

LAST = twelve()[-1]  # AOV_High & Engagement_High & Profit_High
OTHERS = ("Premium_Quiet_Stars", "Budget_Eager_Shoppers")


def true(because: str, new: str, old: str) -> bool:
    return holds(because, new, old, LAST, OTHERS, lexicon())


def test_shorter_means_clearly_fewer_characters() -> None:
    assert true("shorter", "Golden_Champions", "Golden_Eager_Champions")
    assert not true("shorter", "Golden_Active_Stars", "Golden_Engaged_Stars")
    assert not true("shorter", "Golden_Eager_Champions", "Golden_Champions")


def test_closer_to_the_rule_means_true_words_for_more_of_its_features() -> None:
    assert true("closer_to_rule", "Premium_Engaged_Profitable", "Premium_Shoppers")
    assert true("closer_to_rule", "Golden_Champions", "Golden_Shoppers")  # Champions: engagement and profit
    assert not true("closer_to_rule", "Premium_Active_Valuable", "Premium_Engaged_Profitable")
    assert not true("closer_to_rule", "Premium_Shoppers", "Premium_Engaged_Profitable")


def test_words_that_are_not_true_bring_a_name_no_closer() -> None:
    assert features_said("Premium_Quiet_ThinMargin", LAST, lexicon()) == 1
    assert not true("closer_to_rule", "Premium_Quiet_ThinMargin", "Premium_Shoppers")


def test_more_distinct_means_leaving_words_that_other_segments_have() -> None:
    assert true("more_distinct", "Upscale_Active_Earners", "Premium_Active_Earners")
    assert not true("more_distinct", "Upscale_Active_Star", "Premium_Active_Earners")  # another segment has Stars
    assert not true("more_distinct", "Upscale_Active_Earners", "Golden_Active_Earners")  # it shared nothing before


def test_words_within_a_word_are_shared_too() -> None:
    assert words_of("HighSpend_Carts") == {"highspend", "high", "spend", "cart"}


@pytest.mark.parametrize("because", ["keep", "", "prettier"])
def test_no_other_reason_holds(because: str) -> None:
    assert not true(because, "Upscale_Active_Earners", "Premium_Shoppers_With_Many_Words")
