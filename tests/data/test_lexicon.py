"""The lexicon and the personas as data: complete, well-formed, and compared in one way."""

import pytest
from pydantic import ValidationError

from cartjury.data.jury_records import PERSONAS, SegmentBrief, Trait
from cartjury.data.lexicon import lexicon, personas
from cartjury.data.reading import letters, pieces, read_name, stem_of
from cartjury.data.records import LEVEL_NAMES, UNKNOWN
from cartjury.data.words import Word, covers, opposite

THE_THREE = ("avg_order_value", "engagement_score", "profitability_score")
EVERYWHERE = (
    *THE_THREE,
    "sessions_last_30d",
    "num_cart_items",
    "days_since_abandonment",
    "days_since_last_order",
    "cart_value",
)


@pytest.mark.parametrize("column", EVERYWHERE)
@pytest.mark.parametrize("level", ["Low", "High"])
def test_every_persona_has_a_word_for_each_end_of_each_known_column(column: str, level: str) -> None:
    words = [w for w in lexicon().by_column[column] if covers(w.claims[column], level)]

    assert all(any(w.liked_by(p) for w in words) for p in PERSONAS)


@pytest.mark.parametrize("column", THE_THREE)
@pytest.mark.parametrize("levels", [("Low", "Medium"), ("Medium", "High"), (UNKNOWN, "Low"), (UNKNOWN,), ("Medium",)])
def test_merged_and_missing_levels_have_words_of_all_tastes(column: str, levels: tuple[str, ...]) -> None:
    words = [w for w in lexicon().by_column[column] if all(covers(w.claims[column], x) for x in levels)]

    assert len([w for w in words if any(w.taste)]) >= 2


def test_no_word_of_the_lexicon_is_banned() -> None:
    banned = lexicon().banned

    assert not [
        w.text for w in lexicon().words if banned & {w.text.casefold(), *(p.casefold() for p in pieces(w.text))}
    ]


def test_there_are_words_enough_that_claim_nothing_for_sixty_segments() -> None:
    neutral = lexicon().by_column[""]

    assert len([w for w in neutral if w.part == "noun"]) * len([w for w in neutral if w.part == "modifier"]) >= 80


def test_a_level_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="Huge"):
        Word(
            text="Huge",
            part="noun",
            clear=1,
            vivid=1,
            taste=(0, 0, 0, 0),
            claims={"avg_order_value": frozenset({"Huge"})},
        )


def test_the_weights_of_every_persona_name_real_qualities() -> None:
    real = {"separates", "clarity", "structure", "precision", "memorability", "sober", "brevity", "taste"}

    assert set(personas()) == set(PERSONAS)
    assert all(set(p.weighs) <= real for p in personas().values())


# By hand: of which levels of a scale a claim is true.
TRUE_OF = {
    ("Low",): {2: "Low", 3: "Low", 4: "Low", 5: "VeryLow Low"},
    ("High",): {2: "High", 3: "High", 4: "High", 5: "High VeryHigh"},
    ("Medium",): {2: "", 3: "Medium", 4: "MediumLow MediumHigh", 5: "Medium"},
    ("Low", "Medium"): {2: "Low", 3: "Low Medium", 4: "Low MediumLow", 5: "VeryLow Low Medium"},
    ("Medium", "High"): {2: "High", 3: "Medium High", 4: "MediumHigh High", 5: "Medium High VeryHigh"},
    ("VeryHigh",): {2: "", 3: "", 4: "", 5: "VeryHigh"},
    ("Low", "Medium", "High"): {
        2: "Low High",
        3: "Low Medium High",
        4: "Low MediumLow MediumHigh High",
        5: "VeryLow Low Medium High VeryHigh",
    },
    ("Unknown", "Low"): {2: "Low", 3: "Low", 4: "Low", 5: "VeryLow Low"},
}


@pytest.mark.parametrize("claim", TRUE_OF)
@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_claims_mean_the_same_on_every_scale(claim: tuple[str, ...], count: int) -> None:
    assert [level for level in LEVEL_NAMES[count] if covers(claim, level)] == TRUE_OF[claim][count].split()


def test_missing_values_are_covered_only_by_name() -> None:
    assert not covers(("Low", "Medium", "High"), UNKNOWN)
    assert covers((UNKNOWN, "Low"), UNKNOWN)


def test_the_opposite_of_high_is_all_below_and_never_missing() -> None:
    assert opposite(["High"]) == {"VeryLow", "Low", "MediumLow", "Medium", "MediumHigh"}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Loyalty", "Loyalty"),
        ("loyalty_points", "LoyaltyPoints"),
        ("Dim2", "Dim"),
        ("AOV", "AOV"),
        ("a_very_long_label_of_a_column", "AVeryLongLabelOf"),
    ],
)
def test_labels_become_letters(label: str, expected: str) -> None:
    assert letters(label) == expected


@pytest.mark.parametrize(
    ("label", "others", "expected"),
    [
        ("Score2", ("AOV", "Profit"), "Score"),
        ("Score2", ("Score1", "AOV"), "ScoreTwo"),
        ("M12", ("m1",), "MTwelve"),
        ("Spend2024", ("Spend2025",), ""),  # nobody would read the number as words
        ("Score2", ("Score", "ScoreTwo"), ""),
        ("days", ("days",), "days".capitalize()),  # a local split of the same column
    ],
)
def test_labels_that_differ_in_a_number_only_are_told_apart(label: str, others: tuple[str, ...], expected: str) -> None:
    assert stem_of(label, (label, *others)) == expected


def test_reading_finds_compounds_pairs_inflections_and_pieces() -> None:
    loyalty = Trait(label="Loyalty", column="points", levels=("High",), of=("Low", "High"))
    brief = SegmentBrief(id="S01", rule="r", traits=(loyalty,))

    def claims(name: str) -> list[dict[str, frozenset[str]] | None]:
        return [p.word.claims if p.word else None for p in read_name(name, brief, lexicon())]

    high = {"avg_order_value": frozenset({"High"})}
    assert claims("High_Value_Zebras") == [high, None]
    assert claims("HighValue_Zebras") == [high, None]
    assert claims("BigSpenders_Zebras") == [high, None]
    assert claims("ZebraPremium_Zoo") == [None, high, None]
    assert claims("HighLoyalty_Zebras") == [{"points": frozenset({"High"})}, None]
    assert claims("Unprofitable_Unicorns") == [{"profitability_score": frozenset({"Low"})}, None]
