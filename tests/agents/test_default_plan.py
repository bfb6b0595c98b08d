"""The names of the default 12 segments, read by an oracle that is not the lexicon."""

from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations

import pytest

from cartjury.agents import offline
from cartjury.data.jury_records import PERSONAS
from tests.agents.protocol import Session, check, hold, twelve

# Written by hand, from the plain meaning of the words: which levels a word must not be said of.
FORBIDDEN = {
    "AOV": {
        "Golden": "Low Medium",
        "Premium": "Low Medium",
        "HighSpend": "Low Medium",
        "LargeTicket": "Low Medium",
        "Silver": "Low High",
        "MidTier": "Low High",
        "MidSpend": "Low High",
        "Moderate": "Low High",
        "Thrifty": "Medium High",
        "Budget": "Medium High",
        "LowSpend": "Medium High",
        "SmallTicket": "Medium High",
    },
    "Engagement": {
        "Eager": "Low",
        "Active": "Low",
        "Engaged": "Low",
        "Attentive": "Low",
        "Champions": "Low",
        "Sparks": "Low",
        "Quiet": "High",
        "Untapped": "High",
        "LessEngaged": "High",
        "Gems": "High",
        "Embers": "High",
    },
    "Profit": {
        "Champions": "Low",
        "Gems": "Low",
        "Valuable": "Low",
        "Profitable": "Low",
        "HighMargin": "Low",
        "Sparks": "High",
        "Embers": "High",
        "Emerging": "High",
        "LowMargin": "High",
        "ThinMargin": "High",
    },
}


@pytest.fixture(scope="module")
def session() -> Session:
    return hold(twelve())


def test_every_word_of_all_48_proposals_is_known_to_the_oracle_and_true(session: Session) -> None:
    known = {word for words in FORBIDDEN.values() for word in words}
    first = [p for p in session.proposals if p.round == 0]

    assert len(first) == 48
    for brief in twelve():
        levels = {t.label: t.levels[0] for t in brief.traits}
        for name in (p.name for p in first if p.segment_id == brief.id):
            assert set(name.split("_")) <= known, name
            for label, words in FORBIDDEN.items():
                lies = [w for w in name.split("_") if levels[label] in words.get(w, "").split()]
                assert not lies, f"{name} for {brief.rule}"


def test_every_name_tells_all_three_features(session: Session) -> None:
    for name in {p.name for p in session.proposals}:
        told = {label for label, words in FORBIDDEN.items() if set(name.split("_")) & set(words)}

        assert told == set(FORBIDDEN), name


def test_twelve_winners_are_distinct_and_no_two_look_alike(session: Session) -> None:
    winners = [v.name for v in session.verdicts.values()]

    assert len(set(winners)) == 12
    for a, b in combinations(winners, 2):
        shared = set(a.split("_")) & set(b.split("_"))
        assert len(shared) <= 2, (a, b)
        assert SequenceMatcher(None, a, b).ratio() < 0.9, (a, b)


def test_every_persona_wins_and_none_wins_most(session: Session) -> None:
    first = {(p.segment_id, p.name): p.persona for p in session.proposals if p.round == 0}
    wins = Counter(first[v.segment_id, v.name] for v in session.verdicts.values())

    assert set(wins) == set(PERSONAS)
    assert max(wins.values()) <= 6


def test_the_four_tastes_share_few_words(session: Session) -> None:
    words = {
        p: {w for q in session.proposals if q.persona == p and not q.round for w in q.name.split("_")} for p in PERSONAS
    }

    for a, b in combinations(PERSONAS, 2):
        assert len(words[a] & words[b]) <= 1, words[a] & words[b]


def test_some_segments_are_contested_and_all_are_settled(session: Session) -> None:
    assert 1 <= len(session.first_contested) <= 8
    assert all(v.stop_reason for v in session.verdicts.values())


def test_verdicts_say_what_decided(session: Session) -> None:
    for verdict in session.verdicts.values():
        assert verdict.name in verdict.reason
        assert verdict.origin == verdict.model == "offline"
        assert verdict.proposed_by
        assert sum(verdict.rubric.values()) <= 100


def test_a_second_run_says_the_same(session: Session) -> None:
    assert hold(twelve()) == session


def test_the_order_of_the_segments_does_not_matter_for_the_names(session: Session) -> None:
    backwards = hold(twelve()[::-1])

    assert {i: v.name for i, v in backwards.verdicts.items()} == {i: v.name for i, v in session.verdicts.items()}


def test_naming_some_segments_leaves_the_others_names_alone() -> None:
    taken = ["Premium_Active_Valuable"]
    found = offline.propose("growth_strategist", twelve(), check, seed=1, only=["S12"], taken=taken)

    assert [p.segment_id for p in found] == ["S12"]
    assert found[0].name not in taken
