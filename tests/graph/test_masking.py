"""What is taken out of texts before they are sent, and what is left alone."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cartjury.graph.masking import CARD, HIDDEN, KEY, MAIL, mask_with, masked, secrets_of

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("mail ana.b+x@shop.example.com today", "ana.b", f"mail {MAIL} today"),
        ("use gsk_abcdefghij0123456789 here", "gsk_abc", f"use {KEY} here"),
        ("sk-proj-abcdefghijklmnop", "abcdefg", KEY),
        ("Authorization: Bearer abc.def-ghi", "abc.def", f"Authorization: {KEY}"),
        ("paid with 4111 1111 1111 1111.", "4111", f"paid with {CARD}."),
        ("paid with 5555-5555-5555-4444", "5555", f"paid with {CARD}"),
        ("/home/ana/shops/carts.csv", "ana", ".../carts.csv"),
        ("/home/ana maria/my carts.csv", "maria", ".../my carts.csv"),
        ("~/private/carts.csv", "private", ".../carts.csv"),
        ("cannot read /Users/ana/x/carts.csv: no such file", "ana", "cannot read .../carts.csv: no such file"),
        (r"C:\Users\ana\carts.csv", "ana", r"...\carts.csv"),
        ("file:///home/ana/carts.csv", "ana", ".../carts.csv"),
        ("postgres://ana:secret@db.example/carts", "secret", f"postgres://{KEY}@db.example/carts"),
        ("s3://bucket/carts.csv?X-Amz-Signature=abc123", "abc123", f"s3://bucket/carts.csv?{HIDDEN}"),
    ],
)
def test_private_things_are_taken_out_and_the_rest_is_kept(text: str, gone: str, left: str) -> None:
    assert masked(text) == left
    assert gone not in left


@pytest.mark.parametrize(
    "text",
    [
        "AOV_High & Engagement_High & Profit_High",
        "orders between 49 and 115, engaged (score 0.45 or more)",
        "12 names by models; 10 requests, 38,328 tokens, $0.0237",
        "groq/openai/gpt-oss-120b",
        "https://docs.example.com/a/b.html",
        "out/report.html",
        "4111 1111 1111 1112",  # no card: its digits do not add up
        "01a21749-d4e8-754d-bfc8-b571dc0d5b38",
        "73134a20ac32de3f7a1fce98f74f367a43c1221c48d3366f1f04a8fc9a1c302b",
        "2026-11-23T10:02:47.123456+00:00",
        "merge S01 and/or S03",
        "score @ 0.5",
    ],
)
def test_the_words_of_a_run_are_left_alone(text: str) -> None:
    assert masked(text) == text


def test_the_values_of_variables_that_hold_keys_are_known_wherever_they_stand() -> None:
    secrets = secrets_of({"OWN_API_KEY": "k3y of its own 0123", "DB_PASSWORD": "hunter2hunter2", "X_TOKEN": "true"})

    assert secrets == ("k3y of its own 0123", "hunter2hunter2")
    assert mask_with(secrets)({"a": ["it said: k3y of its own 0123!"]}) == {"a": [f"it said: {KEY}!"]}


def test_what_was_taken_out_stays_out_where_it_is_repeated_word_by_word() -> None:
    mask = mask_with(())
    mask("write to ana@canary.example with gsk_canaryTyped0123456789")

    assert mask("what is 'write, ana, example, gsk, canaryTyped'?") == (
        f"what is 'write, {HIDDEN}, {HIDDEN}, {HIDDEN}, {HIDDEN}'?"
    )
    assert mask("for example, S01") == "for example, S01"


def test_filters_and_kept_columns_are_the_users_own_words() -> None:
    given = {"options": {"filter": [{"column": "country", "value": "DE"}], "keep_columns": ["email"], "seed": 42}}

    told = mask_with(())(given)

    assert told == {"options": {"filter": f"{HIDDEN}: filter", "keep_columns": f"{HIDDEN}: keep_columns", "seed": 42}}
    assert mask_with(())({"filter": []}) == {"filter": []}


def test_names_of_keys_are_masked_too() -> None:
    assert mask_with(())({"bob@x.com": 2}) == {MAIL: 2}


@given(JSONS)
@example({"a": ("b", 1.5)})
def test_the_shape_of_json_stays(value: object) -> None:
    told = mask_with(())(value)

    assert json.loads(json.dumps(told)) == told
    assert type(told) is type(value)


@given(st.text("abcdefgh", min_size=1), st.text("ijklmnop", min_size=1), TEXTS)
def test_no_address_gets_through_whatever_stands_around_it(name: str, host: str, around: str) -> None:
    assert f"{name}@{host}.com" not in mask_with(())(f"{around} {name}@{host}.com {around}")


@given(st.text("abc/\\ ", max_size=12))
def test_a_path_in_the_home_folder_does_not_name_it(rest: str) -> None:
    assert f"{Path.home()}/" not in masked(f"see {Path.home()}/x/{rest}")
