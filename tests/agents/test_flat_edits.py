"""The flat form that models fill in, and the typed edits and questions that come of it."""

from typing import Any, get_args

import pytest

from cartjury.agents.flat_edits import KINDS, TOPICS, typed_edit, typed_topic
from cartjury.agents.replies import WrongShapeError
from cartjury.data import edit_records as e
from cartjury.data.chat_records import Overview, Topic, WhatChanged, WhatIf, WhoIsIn, WhyName, WhyRank
from cartjury.data.edit_records import Edit
from cartjury.data.records import Comparison

NUMERIC = ("num_cart_items", "avg_order_value")
EMPTY: dict[str, Any] = {
    "segments": [],
    "name": "",
    "feature": "",
    "quantiles": [],
    "values": [],
    "numbers": [],
    "conditions": [],
    "mode": "",
    "guidance": "",
}


def numbers(**found: float) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in found.items()]


EDITS: list[tuple[dict[str, Any], Edit]] = [
    ({"kind": "rename", "segments": ["S03"], "name": "Calm Corner"}, e.Rename(segment="S03", name="Calm Corner")),
    ({"kind": "merge", "segments": ["S03", "S05"]}, e.Merge(segments=("S03", "S05"))),
    ({"kind": "split", "segments": ["S03"], "feature": "AOV"}, e.Split(segment="S03", by="AOV")),
    (
        {"kind": "split", "segments": ["S03"], "feature": "num_cart_items", "quantiles": [0.25, 0.5]},
        e.Split(segment="S03", by="num_cart_items", quantiles=(0.25, 0.5)),
    ),
    (
        {"kind": "split", "segments": ["S03"], "feature": "num_cart_items", "values": [3]},
        e.Split(segment="S03", by="num_cart_items", values=(3.0,)),
    ),
    (
        {"kind": "set_levels", "feature": "AOV", "numbers": numbers(levels=3)},
        e.SetLevels(dimension="AOV", levels=3),
    ),
    (
        {"kind": "set_levels", "feature": "AOV", "values": [50, 100]},
        e.SetLevels(dimension="AOV", cuts=(50.0, 100.0)),
    ),
    (
        {"kind": "set_cut", "feature": "AOV", "quantiles": [0.7], "numbers": numbers(position=2)},
        e.SetCut(dimension="AOV", position=2, quantile=0.7),
    ),
    ({"kind": "set_cut", "feature": "Profit", "values": [0]}, e.SetCut(dimension="Profit", value=0.0)),
    (
        {"kind": "add_dimension", "feature": "num_cart_items", "name": "Basket", "quantiles": [0.5]},
        e.AddDimension(column="num_cart_items", name="Basket", quantiles=(0.5,)),
    ),
    ({"kind": "drop_dimension", "feature": "Profit"}, e.DropDimension(dimension="Profit")),
    ({"kind": "set_window", "numbers": numbers(days=0)}, e.SetWindow(days=0)),
    (
        {"kind": "set_sizes", "numbers": numbers(min_size=800, max_size=9000)},
        e.SetSizes(min_size=800, max_size=9000),
    ),
    ({"kind": "set_sizes", "numbers": numbers(no_max=1)}, e.SetSizes(no_max=True)),
    ({"kind": "set_weights", "numbers": numbers(lift=0, size=0.5)}, e.SetWeights(weights={"lift": 0.0, "size": 0.5})),
    (
        {"kind": "set_priorities", "feature": "AOV", "numbers": numbers(High=1, Low=0.2)},
        e.SetPriorities(dimension="AOV", levels={"High": 1.0, "Low": 0.2}),
    ),
    (
        {
            "kind": "set_filter",
            "conditions": [
                {"column": "num_cart_items", "op": ">=", "value": "3"},
                {"column": "country", "op": "==", "value": "3"},
            ],
            "mode": "replace",
        },
        e.SetFilter(
            conditions=(
                Comparison(column="num_cart_items", op=">=", value=3.0),
                Comparison(column="country", op="=", value="3"),
            ),
            mode="replace",
        ),
    ),
    ({"kind": "set_filter", "mode": "replace"}, e.SetFilter(mode="replace")),
    ({"kind": "lock", "segments": ["S03"]}, e.Lock(segments=("S03",))),
    ({"kind": "unlock"}, e.Unlock()),
    (
        {"kind": "ask_again", "segments": ["S03"], "guidance": "more playful"},
        e.AskAgain(segments=("S03",), guidance="more playful"),
    ),
    ({"kind": "undo"}, e.Undo()),
    ({"kind": "redo", "numbers": numbers(steps=2)}, e.Redo(steps=2)),
    ({"kind": "reset", "numbers": numbers(revision=3)}, e.Reset(revision=3)),
]


@pytest.mark.parametrize(("flat", "typed"), EDITS)
def test_every_edit_comes_out_typed_from_the_full_form_and_from_a_short_one(flat: dict[str, Any], typed: Edit) -> None:
    assert typed_edit({**EMPTY, **flat}, NUMERIC) == typed
    assert typed_edit(flat, NUMERIC) == typed
    assert typed_edit({**dict.fromkeys(EMPTY), **flat}, NUMERIC) == typed


def test_the_form_knows_every_kind_of_edit_and_question_there_is() -> None:
    union = get_args(get_args(Edit)[0])
    kinds = {
        k.model_fields["kind"].default
        for part in union
        for k in (get_args(part) or (part,))
        if hasattr(k, "model_fields")
    }

    assert set(KINDS) == {typed.kind for _, typed in EDITS}
    assert kinds <= set(KINDS)
    assert set(TOPICS) == {"none", *(t.model_fields["kind"].default for t in get_args(get_args(Topic)[0]))}


def test_what_stands_alone_is_a_list_of_one_and_ids_may_be_small() -> None:
    assert typed_edit({"kind": "Lock", "segments": " s03 "}, ()) == e.Lock(segments=("S03",))
    assert typed_edit({"kind": "set_window", "numbers": {"days": "14"}}, ()) == e.SetWindow(days=14)


@pytest.mark.parametrize(
    ("flat", "said"),
    [
        ({"kind": "delete", "segments": ["S01"]}, "must be one of rename, merge"),
        ({}, "must be one of rename, merge"),
        ("merge", "must be an object, not 'merge'"),
        ({"kind": "merge", "segments": ["S01"]}, "merge: 'segments'"),
        ({"kind": "merge", "segments": ["S01", "S02"], "name": "Calm"}, "merge does not use 'name'"),
        ({"kind": "rename", "segments": ["S01", "S02"], "name": "Calm"}, "takes one entry in 'segments', not 2"),
        ({"kind": "rename", "name": "Calm"}, "'segment' is missing"),
        ({"kind": "rename", "segments": ["Golden_Stars"], "name": "Calm"}, "GOLDEN_STARS"),
        ({"kind": "rename", "segments": ["S01"], "name": "x" * 81}, "at most 80 characters"),
        ({"kind": "split", "segments": ["S01"], "feature": "AOV", "quantiles": [50]}, "less than 1"),
        ({"kind": "split", "segments": ["S01"], "feature": "AOV", "values": [True]}, "must be a number"),
        ({"kind": "set_sizes", "numbers": numbers(minimum=5)}, "knows the keys min_size, max_size, no_max"),
        ({"kind": "set_sizes", "numbers": numbers(min_size=1.5)}, "'min_size'"),
        ({"kind": "set_sizes", "numbers": [{"key": "min_size", "value": 1}] * 2}, "a key twice"),
        ({"kind": "set_sizes", "numbers": [800]}, "must have 'key' and 'value'"),
        ({"kind": "set_window"}, "'days' is missing"),
        ({"kind": "set_weights", "numbers": numbers(beauty=1)}, "beauty"),
        ({"kind": "set_filter", "conditions": [{"column": "x", "op": "~", "value": "1"}]}, "'~'"),
        ({"kind": "set_filter", "conditions": ["x > 1"]}, "a condition must have"),
        (
            {"kind": "set_filter", "conditions": [{"column": "num_cart_items", "op": ">", "value": "many"}]},
            "num_cart_items must be a number, not 'many'",
        ),
        ({"kind": "set_filter", "mode": "remove"}, "'remove'"),
        ({"kind": "ask_again", "guidance": ["x"]}, "must be a text"),
    ],
)
def test_what_is_no_edit_is_refused_in_words_that_a_model_can_follow(flat: Any, said: str) -> None:
    with pytest.raises(WrongShapeError) as caught:
        typed_edit(flat, NUMERIC)

    assert said in str(caught.value)


def test_long_guidance_is_cut_and_hidden_characters_are_taken_out() -> None:
    found = typed_edit({"kind": "ask_again", "guidance": "warm\u202eer\n\x1b[31m" + "x" * 300}, ())

    assert isinstance(found, e.AskAgain)
    assert found.guidance.startswith("warmer x")
    assert len(found.guidance) == e.GUIDANCE


@pytest.mark.parametrize(
    ("flat", "typed"),
    [
        ({"topic": "why_name", "about": ["S03"]}, WhyName(segment="S03")),
        ({"topic": "why_rank", "about": ["S03", "S01"]}, WhyRank(segment="S03", against="S01")),
        ({"topic": "why_rank", "about": ["S03"]}, WhyRank(segment="S03")),
        ({"topic": "who_is_in", "about": ["S03"]}, WhoIsIn(segment="S03")),
        ({"topic": "what_changed", "since": 2}, WhatChanged(since=2)),
        ({"topic": "what_changed", "since": 0}, WhatChanged()),
        ({"topic": "what_if"}, WhatIf(edits=(e.Unlock(),))),
        ({"topic": "overview", "of": "history"}, Overview(of="history")),
        ({"topic": "overview", "of": ""}, Overview()),
    ],
)
def test_every_question_comes_out_typed(flat: dict[str, Any], typed: Topic) -> None:
    assert typed_topic(flat, (e.Unlock(),)) == typed


@pytest.mark.parametrize(
    ("flat", "said"),
    [
        ({"topic": "none"}, "'topic' must be one of why_name"),
        ({"topic": "why_name"}, "'segment' is missing"),
        ({"topic": "why_name", "about": ["S01", "S02"]}, "about 1 segment, not 2"),
        ({"topic": "overview", "of": "weather"}, "weather"),
        ({"topic": "what_if"}, "'edits'"),
        ({"topic": "what_changed", "since": -1}, "'since'"),
    ],
)
def test_what_is_no_question_is_refused(flat: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongShapeError) as caught:
        typed_topic(flat, ())

    assert said in str(caught.value)


def test_travel_between_revisions_is_nothing_to_wonder_about() -> None:
    with pytest.raises(WrongShapeError):
        typed_topic({"topic": "what_if"}, (e.Undo(),))
