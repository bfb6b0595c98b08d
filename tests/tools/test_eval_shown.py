"""How figures of an evaluation are written, compared with a baseline, and put on a page."""

import re
from typing import Any

import pytest

from cartjury.data.errors import InputError
from cartjury.data.eval_records import Arm, CaseFile, Evaluation, Figure, Target
from cartjury.tools.evals import grid, shown
from cartjury.tools.evals.baseline import changes
from cartjury.tools.evals.page import render

RIGHT = Figure(name="plan is right", value=0.9, n=100, low=0.82, high=0.95, better="higher")
WRONG = Figure(name="wrong edits", value=0, unit="count", n=100, target=Target(op="==", value=0), better="lower")


def an_arm(*figures: Figure, **more: Any) -> Arm:
    given: dict[str, Any] = {"name": "grammar", "title": "The grammar.", "source": "offline", "figures": figures}
    return Arm(**given | more)


def an_evaluation(*arms: Arm, sha: str = "a" * 64, **more: Any) -> Evaluation:
    cases = (CaseFile(name="chat.jsonl", sha256=sha, cases=100),)
    given: dict[str, Any] = {"kind": "chat", "made": "2026-11-26 10:00", "versions": {"python": "3.12"}, "seed": 42}
    return Evaluation(**given | {"cases": cases, "arms": arms} | more)


def test_a_share_is_shown_in_percent_with_its_interval_and_n() -> None:
    assert shown.full(RIGHT) == "90.0 % (82.0 to 95.0), n = 100"


def test_what_was_not_measured_says_so_and_why() -> None:
    assert shown.full(Figure(name="x", value=None, why="no key")) == "not measured: no key"
    arm = an_arm(name="mixed", source=None, why_not="no key for groq")
    assert grid.source_of(arm) == "not measured: no key for groq"


def test_a_server_in_place_of_a_provider_is_named_beside_its_answers() -> None:
    arm = an_arm(source="live", elsewhere=("127.0.0.1:8080",))
    assert grid.source_of(arm) == "whatever answers at another address than a provider's (127.0.0.1:8080)"


def test_an_unknown_price_is_not_shown_as_nothing() -> None:
    assert shown.money(0.0, 3) == "unknown"
    assert shown.money(0.5, 3) == "at least $0.5000 (3 of unknown price)"


def test_a_missed_target_is_told_with_its_arm() -> None:
    missed = WRONG.model_copy(update={"value": 2.0})
    found = list(grid.missed(an_evaluation(an_arm(RIGHT, WRONG), an_arm(missed, name="model"))))
    assert found == [("model", missed)]


def test_a_target_that_is_not_asked_of_all_arms_says_of_which() -> None:
    free = WRONG.model_copy(update={"target": None})
    lines = grid.lines(an_evaluation(an_arm(WRONG), an_arm(free, name="model")))
    assert lines[0].target([0, 1]) == "exactly 0 (grammar)"
    assert lines[0].target([0]) == "exactly 0"
    assert lines[0].target([1]) == ""


def test_an_arm_without_a_figure_leaves_its_cell_empty() -> None:
    lines = grid.lines(an_evaluation(an_arm(RIGHT), an_arm(WRONG, name="model")))
    assert [line.name for line in lines] == ["plan is right", "wrong edits"]
    assert [cell.text for cell in lines[0].cells] == ["90.0 % (82.0 to 95.0)", ""]


def test_any_change_for_the_worse_of_what_no_model_had_a_part_in_is_worse() -> None:
    now, then = (an_evaluation(an_arm(RIGHT.model_copy(update={"value": v}))) for v in (0.89, 0.90))
    assert [c.verdict for c in changes(now, then)] == ["worse"]
    assert [c.verdict for c in changes(then, now)] == ["better"]
    assert [c.verdict for c in changes(now, now)] == ["same"]


@pytest.mark.parametrize(("then", "verdict"), [((0.97, 0.96, 0.99), "worse"), ((0.93, 0.90, 0.96), "differs")])
def test_models_are_only_worse_where_the_intervals_lie_apart(then: tuple[float, float, float], verdict: str) -> None:
    value, low, high = then
    before = an_arm(RIGHT.model_copy(update={"value": value, "low": low, "high": high}), source="live")
    found = changes(an_evaluation(an_arm(RIGHT, source="live")), an_evaluation(before))
    assert [c.verdict for c in found] == [verdict]


@pytest.mark.parametrize(
    "other", [{"source": "recorded"}, {"elsewhere": ("groq at http://127.0.0.1:1",)}, {"models": ("groq/other",)}]
)
def test_answers_of_another_source_address_or_model_are_not_compared(other: dict[str, Any]) -> None:
    live = {"source": "live", "models": ("groq/one",)}
    with pytest.raises(InputError, match="nothing to compare"):
        changes(an_evaluation(an_arm(RIGHT, **live)), an_evaluation(an_arm(RIGHT, **live | other)))


def test_a_baseline_of_more_cases_is_refused() -> None:
    fewer = an_evaluation(an_arm(RIGHT), cases=(CaseFile(name="chat.jsonl", sha256="a" * 64, cases=4),))
    with pytest.raises(InputError, match=r"of other cases \(100 of chat\.jsonl\) than this \(4 of chat\.jsonl\)"):
        changes(fewer, an_evaluation(an_arm(RIGHT)))


def test_a_baseline_of_other_cases_is_refused() -> None:
    with pytest.raises(InputError, match=r"chat\.jsonl were changed"):
        changes(an_evaluation(), an_evaluation(sha="b" * 64))


def test_a_baseline_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match="evaluation of naming"):
        changes(an_evaluation(), an_evaluation(kind="naming"))


def test_the_page_shows_every_figure_and_loads_nothing() -> None:
    page = render(an_evaluation(an_arm(RIGHT, WRONG), an_arm(name="model", source=None, why_not="no key")))
    assert "90.0 %" in page
    assert "not measured: no key" in page
    assert not re.search(r"<script|https?://|<link|<img", page)


def test_the_page_escapes_what_models_are_called() -> None:
    assert "<b>evil" not in render(an_evaluation(an_arm(models=("<b>evil/model",), source="live")))


def test_the_page_tells_what_became_worse() -> None:
    now, then = (an_evaluation(an_arm(RIGHT.model_copy(update={"value": v}))) for v in (0.5, 0.9))
    assert "90.0 % then, 50.0 % now: worse" in render(now, changes(now, then))


def test_a_name_of_a_model_is_not_obeyed_by_the_terminal() -> None:
    figure = RIGHT.model_copy(update={"name": "win share: groq/\x1b[31mred"})
    (header, rows), *_ = grid.as_text(an_evaluation(an_arm(figure, source="recorded")))
    assert "\x1b" not in str([*header, *rows[0]])
    assert rows[0][0] == "win share: groq/red"
