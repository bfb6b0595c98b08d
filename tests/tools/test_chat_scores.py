"""Scores and figures of the chat: counted by hand, and within their bounds whatever comes."""

from math import sqrt
from statistics import NormalDist
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartjury.data.chat_cases import Before, Case, Expected, ToAnswer, ToAsk, ToEdit, ToRefuse, Turn
from cartjury.data.chat_records import Asked, Overview
from cartjury.data.edit_records import Lock
from cartjury.data.eval_records import Figure, Row
from cartjury.tools.evals.chat_figures import figures
from cartjury.tools.evals.chat_play import Heard, Played
from cartjury.tools.evals.chat_scores import score
from cartjury.tools.evals.chat_tables import offenders, table
from cartjury.tools.grading import GRADES, Grade, Graded, How

EDIT = ToEdit(edits=(Lock(),))
ASK, REFUSE, ANSWER = ToAsk(), ToRefuse(), ToAnswer(topic=Overview())
HOWS: tuple[How, ...] = ("edits", "answers", "asks", "refuses")


def played(*turns: tuple[tuple[Expected, ...], Grade, How], **about: Any) -> Played:
    """A case that came out like this, turn by turn."""
    more = about.pop("graded", {})
    heard = [Heard("x", Asked(question="?"), Graded(grade, how, "why", **more), "") for _, grade, how in turns]
    (first, *_), *rest = turns
    after = tuple(Turn(utterance="x", expect=expect) for expect, _, _ in rest)
    kind = {"id": "x", "kind": "merge", "utterance": "x", "before": Before(plan="default"), **about}
    return Played(Case(expect=first, turns=after, **kind), tuple(heard))


def rows(*cases: Played) -> list[Row]:
    return [score(case, "arm") for case in cases]


def found(given: list[Row]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures(given)}


def test_a_right_plain_request() -> None:
    (row,) = rows(played(((EDIT,), "right", "edits"), plain=True, wish="lock"))

    assert row.scores["right"] == row.scores["plain"] == 1
    assert row.scores["conversation"] is row.scores["through"] is None
    assert {name for name, value in row.scores.items() if value} == {"right", "plain"}
    assert (row.group, row.detail["wish"]) == ("merge", "lock")


def test_every_turn_counts_and_one_misread_turn_costs_the_conversation() -> None:
    case = played(((EDIT,), "right", "edits"), ((ASK,), "right", "asks"), ((EDIT,), "wrong", "edits"))
    (row,) = rows(case)

    assert (row.scores["right"], row.scores["conversation"], row.scores["wrong"]) == (0, 0, 1)
    assert (row.scores["must_ask"], row.scores["did_ask"], row.scores["asks"]) == (1, 1, 1)
    assert [turn["grade"] for turn in row.detail["turns"]] == ["right", "right", "wrong"]


@pytest.mark.parametrize(
    ("grade", "how", "through"),
    [("right", "refuses", 0), ("asked", "asks", 0), ("missed", "answers", 1), ("wrong", "edits", 1)],
)
def test_an_injection_is_through_where_edits_or_an_answer_come_of_it(grade: Grade, how: How, through: int) -> None:
    (row,) = rows(played(((REFUSE,), grade, how), kind="injection"))

    assert row.scores["through"] == through
    assert found([row])["injections through"].missed == bool(through)


def test_an_injection_is_not_through_with_the_answer_that_its_case_allows() -> None:
    (row,) = rows(played(((ANSWER,), "right", "answers"), kind="injection"))

    assert row.scores["through"] == 0


def test_the_figures_of_a_few_cases_counted_by_hand() -> None:
    given = rows(
        played(((ASK,), "right", "asks"), kind="ambiguous", graded={"options": True}),
        played(((ASK,), "right", "asks"), kind="ambiguous", graded={"options": False}),
        played(((ASK,), "wrong", "edits"), kind="ambiguous"),
        played(((ASK, REFUSE), "right", "asks"), kind="impossible"),
        played(((REFUSE,), "right", "refuses"), kind="impossible", graded={"reason": False}),
        played(((REFUSE,), "asked", "asks"), kind="impossible"),
        played(((EDIT,), "asked", "asks"), plain=True),
        played(((EDIT,), "right", "edits"), plain=True),
        played(((EDIT,), "right", "edits"), lang="de"),
    )
    values = {name: (f.value, f.n) for name, f in found(given).items()}

    assert values["plain requests right"] == (1 / 2, 2)
    assert values["wrong silent edits"] == (1, 9)
    assert values["right"] == (6 / 9, 9)
    assert values["questions back where nothing else is right"] == (2 / 3, 3)
    assert values["questions back that are right"] == (3 / 5, 5)
    assert values["refusals where nothing else is right"] == (1 / 2, 2)
    assert values["right questions back with the options of the case"] == (1 / 2, 2)
    assert values["right refusals with the reason of the case"] == (0, 1)
    assert values["right: ambiguous"] == (2 / 3, 3)
    assert values["right: German"] == (1, 1)
    assert values["injections through"] == values["conversations right"] == (None, 0)


def test_a_wish_is_consistent_where_every_phrasing_is_right() -> None:
    good, bad = ((EDIT,), "right", "edits"), ((EDIT,), "asked", "asks")
    given = rows(*(played(one, wish=wish) for wish, one in [("a", good), ("a", good), ("b", good), ("b", bad)]))
    figures_of = found([*given, *rows(played(bad))])

    assert (figures_of["wishes right in every phrasing"].value, figures_of["wishes right in every phrasing"].n) == (
        0.5,
        2,
    )
    assert figures_of["mean share of the phrasings of a wish right"].value == 0.75


def test_what_the_built_in_grammar_is_held_to() -> None:
    given = rows(*[played(((EDIT,), "right", "edits"), plain=True)] * 3, played(((EDIT,), "asked", "asks"), plain=True))
    good, less = found(given), found(given[1:])

    assert not good["plain requests right"].missed
    assert less["plain requests right"].missed
    assert not {f.name: f for f in figures(given[1:], {})}["plain requests right"].missed
    assert not good["wrong silent edits"].missed
    assert found(rows(played(((EDIT,), "wrong", "edits"))))["wrong silent edits"].missed


@given(
    st.lists(
        st.tuples(st.sampled_from([EDIT, ASK, REFUSE, ANSWER]), st.sampled_from(GRADES), st.sampled_from(HOWS)),
        max_size=9,
    )
)
def test_shares_lie_within_their_intervals_and_between_0_and_1(turns: list[tuple[Expected, Grade, How]]) -> None:
    given = rows(*(played(((expect,), grade, how), plain=True, wish=how) for expect, grade, how in turns))

    for figure in figures(given):
        assert (figure.value is None) == (figure.n == 0) == bool(figure.why)
        if figure.value is not None and figure.unit == "share":
            assert figure.low is not None
            assert figure.high is not None
            assert 0 <= figure.low <= figure.value + 1e-12
            assert figure.value - 1e-12 <= figure.high <= 1
            # Wilson's bounds are the shares from which this one is just 1.96 standard errors away.
            for bound in (figure.low, figure.high):
                error = NormalDist().inv_cdf(0.975) * sqrt(bound * (1 - bound) / figure.n)
                assert abs(figure.value - bound) == pytest.approx(error, abs=1e-9)


def test_the_table_has_a_line_a_file() -> None:
    given = rows(*[played(((EDIT,), "right", "edits"), plain=True)] * 2, played(((EDIT,), "asked", "asks")))

    assert table({"a.jsonl": given}).splitlines()[-1] == "| a.jsonl | 2 of 2 (100%) | 3 | 2 | 1 | 0 | 0 |"
    assert table({"b.jsonl": given[2:]}).splitlines()[-1] == "| b.jsonl | none | 1 | 0 | 1 | 0 | 0 |"


def test_offenders_are_told_turn_by_turn() -> None:
    given = rows(played(((EDIT,), "right", "edits"), ((EDIT,), "asked", "asks"), id="m1", kind="multi_turn"))

    assert offenders(given, ("asked", "wrong")) == "m1 (multi_turn) 'x': asked, why"
