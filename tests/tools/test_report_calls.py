"""What a jury took is counted from its calls, whoever answered first; the report shows it, and what models said."""

import re
from datetime import date
from importlib import resources
from typing import Any

import pytest

from cartjury.data.call_records import Call, Outcome
from cartjury.data.jury_records import JuryRecord
from cartjury.tools import report
from cartjury.tools.report import render_report
from cartjury.tools.report_calls import OUTCOME_WORDS, TURNED_AWAY, bill, by_seat, calls_of, held_for_caps, money, used
from tests.tools import report_cases as cases
from tests.tools.report_page import Page


def calls() -> list[Call]:
    return [a.summary() for a in cases.attempts()]


def test_requests_that_were_not_sent_took_nothing() -> None:
    took = used(calls())

    assert (took.calls, took.not_sent) == (11, {"skipped": 1})
    assert sum(took.asked.values()) == 11


def test_a_model_is_credited_with_full_answers_only() -> None:
    seats = by_seat(calls())

    assert seats["growth_strategist"].asked == {"groq/made-up/small": 1, "cerebras/made-up-other": 2}
    assert seats["growth_strategist"].answered == {"cerebras/made-up-other": 2}
    assert seats["data_scientist"].answered == {"cerebras/made-up-other": 2}
    assert seats["data_scientist"].failures == {"truncated": 1}
    assert seats["data_scientist"].repairs == 1


def test_tokens_cost_and_waits_add_up_over_the_seats() -> None:
    took, seats = used(calls()), by_seat(calls()).values()

    assert took.tokens_in == sum(s.tokens_in for s in seats) == 9 * 1800
    assert took.tokens_out == sum(s.tokens_out for s in seats) == 8 * 640 + 900
    assert took.cost_usd == pytest.approx(sum(s.cost_usd for s in seats))
    assert took.latency_s == pytest.approx(sum(s.latency_s for s in seats))
    assert (took.latency_max_s, took.waited_s) == (60.0, 1.5)


def test_the_sums_do_not_depend_on_who_answered_first() -> None:
    many = [c.model_copy(update={"latency_s": n / 7, "cost_usd": n / 3e6}) for n, c in enumerate(calls() * 20)]

    assert used(many).model_dump() == used(sorted(many, key=lambda c: -(c.latency_s or 0))).model_dump()


@pytest.mark.parametrize("outcome", sorted(TURNED_AWAY))
def test_a_request_that_was_turned_away_has_no_unknown_cost(outcome: Outcome) -> None:
    assert used([cases.attempt("judge", cases.LARGE, outcome)]).cost_unknown_calls == 0


@pytest.mark.parametrize("outcome", ["answered", "timeout", "connection", "server_error"])
def test_a_request_that_may_have_been_worked_on_has_an_unknown_cost(outcome: Outcome) -> None:
    assert used([cases.attempt("judge", cases.FREE, outcome, cost_usd=None)]).cost_unknown_calls == 1


def test_a_request_to_a_free_model_costs_nothing_also_where_no_tokens_were_counted() -> None:
    free = cases.model("local", "made-up-free", price_in=0, price_out=0)
    panel = cases.panel(seats={"judge": {"models": (free, cases.FREE), "temperature": 0.3}})
    asked = [cases.attempt("judge", m, "timeout", attempt=n).summary() for n, m in enumerate((free, cases.FREE))]

    assert used(calls_of(JuryRecord(panel=panel, calls=tuple(asked)))).cost_unknown_calls == 1


def test_a_question_that_a_cap_held_back_from_a_whole_chain_is_counted_once() -> None:
    rungs = [cases.attempt("judge", m, "budget", attempt=n) for n, m in enumerate((cases.LARGE, cases.OTHER))]
    other_order = cases.attempt("judge", cases.LARGE, "budget", order="reverse")
    answered = [cases.attempt("risk_manager", cases.LARGE, "budget"), cases.attempt("risk_manager", cases.FREE)]

    assert held_for_caps(rungs) == 1
    assert held_for_caps([*rungs, other_order, *answered]) == 2


def test_the_head_of_the_jury_says_how_often_the_judge_changed_its_mind() -> None:
    said = "the judge chose otherwise in the reverse order in 1 of 11 segments; the votes decided there. A juror"

    assert said in Page(render_report(**cases.model_run())).text
    assert "chose otherwise" not in Page(render_report(**cases.usual_run())).text


def test_every_outcome_has_words() -> None:
    assert set(OUTCOME_WORDS) == set(Outcome.__args__)


def test_the_bill_names_the_days_of_the_prices_and_models_without_one() -> None:
    older = cases.model("groq", "made-up/older", priced=date(2026, 5, 1))
    panel = cases.panel(seats={"judge": {"models": (older, cases.LARGE, cases.FREE, cases.OTHER), "temperature": 0.3}})
    asked = [cases.attempt("judge", m, attempt=n) for n, m in enumerate((cases.LARGE, older, cases.FREE))]
    found = bill(JuryRecord(panel=panel, calls=tuple(a.summary() for a in asked)))

    assert found.priced == (date(2026, 5, 1), date(2026, 10, 1))
    assert found.unpriced == ("local/made-up-own",)


def test_an_offline_jury_has_an_empty_bill() -> None:
    found = bill(JuryRecord())

    assert (found.seats, found.total.use.calls, found.estimate, found.total.cost) == ((), 0, None, "$0")


@pytest.mark.parametrize(
    ("usd", "text"),
    [(0, "$0"), (4e-7, "<$0.0001"), (0.0001, "$0.0001"), (0.01128, "$0.0113"), (1, "$1.00"), (1234.5, "$1,234.50")],
)
def test_money_is_never_rounded_to_nothing(usd: float, text: str) -> None:
    assert money(usd) == text


def test_a_hearing_shows_models_points_and_the_sentences_of_the_judge() -> None:
    text = Page(render_report(**cases.model_run())).text
    heard = text[text.index("Premium_Engaged_Emerging S02 contested") :]

    assert "named by language models (creative marketer, growth strategist; cerebras/made-up-other)" in heard
    assert "Creative marketer groq/made-up/large" in heard
    assert "Judge (groq/made-up/large): It names tier" in heard
    assert "MECE compliance 30 of 30 It does well on mece compliance." in heard
    assert "The judge chose otherwise when the names were shown in the reverse order." in heard
    assert "Risk manager abstained from the proposal: no answer in time" in heard


def test_the_segments_table_says_whose_name_each_is() -> None:
    text = Page(render_report(**cases.model_run())).text
    table = text[text.index("Segments, best first") : text.index("What each overall score")]

    assert table.count("named by groq/made-up/large") == 6
    assert table.count("named by cerebras/made-up-other") == 5
    assert table.count("named by the offline jury") == 1


def test_what_the_jury_took_is_told_by_seat_and_beside_the_estimate() -> None:
    text = Page(render_report(**cases.model_run())).text
    took = text[text.index("Requests to language models, by seat") : text.index("How they are cut")]

    small = "groq/made-up/small answered 0 of 1"
    assert f"Growth strategist {small}cerebras/made-up-other answered 2 of 2 3 1 model no longer served" in took
    assert "1 answer cut off 1 repair asked for" in took
    assert "All seats" in took
    assert "22,220 16,200 in 6,020 out $0.0060 1 request not known 79.4 s longest 60.0 s 1.5 s held back" in took
    assert "Estimate made before 10 31,000 $0.0102 14.0 s from start to end" in took
    assert "Prices as of 2026-10-01" in took
    assert "No price is known for local/made-up-own." in took
    assert "Risk manager: 1 attempt, because the model or provider had failed before" in took


def test_the_offline_jury_took_nothing() -> None:
    text = Page(render_report(**cases.usual_run())).text

    assert "No request was sent to a language model: no tokens, no cost." in text
    assert "Requests to language models, by seat" not in text


def test_models_that_were_to_be_asked_and_were_not_are_not_credited() -> None:
    panel = cases.panel(seats={}, empty={"judge": "GROQ_API_KEY is not set"})
    run = cases.usual_run()
    jury = run["jury"].model_copy(update={"panel": panel, "preset": "default", "effort": "standard"})
    text = Page(render_report(**{**run, "jury": jury})).text

    assert "Language models were to be asked (preset default, effort standard), but no request was sent" in text
    assert "Judge: GROQ_API_KEY is not set" in text
    assert "Four personas proposed names" not in text


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "' onclick='x",
    "</bdi></section>",
    "{{7*7}}{% raw %}",
    "\u202egnp.exe\x1b[2J",
    "x" * 10_000,
    "many words " * 1_000,
]


def said_everywhere(text: str) -> dict[str, Any]:
    """A run in which models and their names say one thing."""
    run = cases.model_run()
    bad = cases.model("local", text)
    verdicts = tuple(
        v.model_copy(
            update={
                "reason": text,
                "reasons": dict.fromkeys(v.rubric, text) | {text: text},
                "dissent": (text,),
                "model": bad.ref,
                "name_model": bad.ref,
                "stop_reason": text,
                "displaced": text,
            }
        )
        for v in run["jury"].verdicts
    )
    absent = run["jury"].abstentions[0].model_copy(update={"reason": text, "model": bad.ref})
    changes = {
        "verdicts": verdicts,
        "abstentions": (absent,),
        "proposals": tuple(p.model_copy(update={"reason": text, "model": text}) for p in run["jury"].proposals),
        "calls": (cases.attempt("judge", bad).summary(), cases.attempt("judge", bad, "budget", attempt=1).summary()),
        "panel": cases.panel(empty={"risk_manager": text}, preset=text),
        "preset": text,
    }
    return {**run, "jury": run["jury"].model_copy(update=changes)}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_a_model_says_is_shown_as_text(text: str) -> None:
    plain, html = cases.model_run(), render_report(**said_everywhere(text))
    page, usual = Page(html), Page(render_report(**plain))

    assert page.wrong == []
    assert {t for t, _ in page.tags} <= {t for t, _ in usual.tags}
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on") or a in {"src", "style"}]
    assert all(link.startswith("#") for link in page.values("href"))
    assert not re.search("[\x00\x1b\u202e]|x{1000}", html)
    assert len(html) < 4 * len(render_report(**plain))


def test_no_template_turns_escaping_off() -> None:
    names = [f.name for f in resources.files("cartjury.tools").joinpath("templates").iterdir()]

    assert report._environment().autoescape is True
    assert len(names) > 3
    assert not [n for n in names if re.search(r"\|\s*safe\b|autoescape", report._template(n))]
