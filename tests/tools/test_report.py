"""The report is read here as a browser and a reader would: as parsed HTML and as visible text."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from cartjury.data.records import Comparison, Dimension
from cartjury.data.run_records import Counterexample
from cartjury.tools.report import render_report, share_words
from tests.tools import report_cases as cases
from tests.tools.report_page import Page, contrast

SIXTY = tuple(
    Dimension(name=n, column=n.lower(), cuts=tuple(range(1, k))) for n, k in (("Age", 5), ("Tenure", 4), ("Risk", 3))
)


def sixty(**changes: Any) -> dict[str, Any]:
    sizes = {f"S{n:02d}": max(1, int(9_000_000 / n**2.2)) for n in range(1, 61)}
    return cases.run_of(cases.cells_plan(SIXTY, []), sizes, **changes)


def everyone(users: int = 18_500) -> dict[str, Any]:
    return cases.run_of(cases.cells_plan((), ["Every_Cart_Abandoner"]), {"S01": users})


def not_proven() -> dict[str, Any]:
    run = cases.usual_run()
    clash = Counterexample(kind="overlap", segments=("S01", "S02"), point={"avg_order_value": 85.0}, users=499)
    changes = {"claimed_once": 20_000, "data_proven": False, "counterexamples": (clash,)}
    return {**run, "certificate": cases.certificate(run["plan"], {"S01": 20_499}, **changes)}


SHAPES = [cases.usual_run, cases.model_run, sixty, everyone, lambda: everyone(1), not_proven]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_run_is_valid_and_self_contained(shape: Callable[[], dict[str, Any]]) -> None:
    html = render_report(**shape())
    page = Page(html)

    assert page.wrong == []
    assert page.open == []
    assert len(page.values("id")) == len(set(page.values("id")))
    assert all(link[1:] in page.values("id") for link in page.values("href"))
    assert not {"script", "link", "img", "iframe", "object", "form"} & {t for t, _ in page.tags}
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on") or a in {"src", "style"}]
    assert not re.search(r"https?:|url\(|@import|\bNone\b|\bnan\b", html)


def test_the_page_forbids_scripts_and_requests() -> None:
    page = Page(render_report(**cases.usual_run()))

    [policy] = [a["content"] or "" for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_headings_leave_out_no_level() -> None:
    levels = [int(t[1]) for t, _ in Page(render_report(**cases.usual_run())).tags if re.fullmatch(r"h\d", t)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_the_same_run_gives_the_same_bytes() -> None:
    assert render_report(**cases.usual_run()) == render_report(**cases.usual_run())


def test_a_name_with_html_in_it_is_shown_as_text() -> None:
    names = ["<b>x</b>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "</style><script>alert(1)</script>"]
    run = cases.usual_run(names=names, warnings=["<script>alert(2)</script>"])
    page = Page(render_report(**run))

    assert not {"b", "img", "script"} & {t for t, _ in page.tags}
    assert page.wrong == []
    assert all(name in page.text for name in [*names, "<script>alert(2)</script>"])


def test_characters_that_reorder_or_break_a_page_are_replaced() -> None:
    html = render_report(**cases.usual_run(names=["\u202ecod.exe", "nul\x00l"]))

    assert not re.search("[\x00\u202e]", html)
    assert "\ufffdcod.exe" in html


def test_the_table_lists_the_best_segment_first() -> None:
    run = cases.usual_run()
    text = Page(render_report(**run)).text
    table = text[text.index("Segments, best first") : text.index("What each overall score")]

    best_first = [s.segment_id for s in sorted(run["scores"], key=lambda s: -s.overall)]
    assert re.findall(r"\bS\d\d\b", table) == best_first


def test_the_top_says_what_was_proven_and_who_named() -> None:
    text = Page(render_report(**cases.usual_run())).text

    assert "20,499 of 20,499 users and 240 test points of the rules, each in exactly one segment" in text
    assert "named by the offline jury, no language model" in text
    assert "Best segment Premium_Engaged_Profitable" in text


def test_names_of_several_origins_are_counted() -> None:
    run = cases.usual_run()
    first, *rest = run["plan"].segments
    plan = run["plan"].with_changes(segments=(first.model_copy(update={"named_by": "person", "name": "Ours"}), *rest))
    text = Page(render_report(**{**run, "plan": plan})).text

    assert "11 by the offline jury, 1 by a person" in text
    assert "Renamed afterwards by a person; the jury had chosen Premium_Engaged_Profitable." in text


def test_warnings_and_notices_stand_above_the_numbers_once_each() -> None:
    run = cases.usual_run(warnings=["look out", "twice"])
    run["universe"] = run["universe"].model_copy(update={"notices": ("twice", "left out 20 users")})
    text = Page(render_report(**run)).text

    assert "3 things to know before reading on" in text
    assert text.count("twice") == 1
    assert text.index("left out 20 users") < text.index("Best segment")


def test_without_warnings_there_is_no_box_for_them() -> None:
    assert "to know before reading on" not in render_report(**cases.usual_run(warnings=[]))


def test_a_plan_that_is_not_proven_is_an_alarm_with_its_counterexample() -> None:
    text = Page(render_report(**not_proven())).text

    assert text.index("These segments are not proven to be MECE") < text.index("Best segment")
    assert "avg_order_value = 85 (499 users)" in text


def test_unknown_profitability_is_called_unknown() -> None:
    run = cases.usual_run()
    run["scores"][0] = run["scores"][0].model_copy(update={"profitability": None})

    assert "1.62\u00d7 modelled unknown 0.800" in Page(render_report(**run)).text


def test_an_empty_else_segment_is_in_the_method_and_not_in_the_table() -> None:
    text = Page(render_report(**cases.usual_run())).text

    assert "users with a missing value will land in Unscored_Visitors, which has 0 users and no score" in text
    assert "Unscored_Visitors" not in text[: text.index("How they are cut")]


def test_an_else_segment_with_users_is_a_row_like_any_other() -> None:
    run = cases.usual_run(sizes=(*cases.SIZES, 166))
    text = Page(render_report(**run)).text

    assert "Unscored_Visitors S13" in text[: text.index("What each overall score")]
    assert "Users with a missing value (AOV, Engagement, Profit) are in the segment Unscored_Visitors." in text


def test_a_segment_without_users_here_is_named_below_the_method() -> None:
    text = Page(render_report(**cases.usual_run(sizes=cases.SIZES[:11]))).text

    assert "Without users here, and so without a score: S12 Bargain_Passive_Browsers" in text


def test_the_jury_is_told_with_votes_dissent_and_abstentions() -> None:
    text = Page(render_report(**cases.usual_run())).text

    assert "Risk manager (offline) gave no ballot for S03: no allowed name was left" in text
    assert "Data scientist preferred Alt_S02_Shoppers: it is the more precise." in text
    assert "of 12 names debated, 3 contested to the end" in text
    assert "Alt_S02_Shoppers Data scientist says what data scientist cares for 2 4.5" in text
    assert "Rubric 89.5 of 100: MECE compliance 30" in text


def test_the_log_of_the_size_policy_is_told_step_by_step() -> None:
    text = Page(render_report(**cases.usual_run())).text

    assert "Merged S07 (1,000), S13 (244): S13 is under the minimum of 500 users" in text
    assert "Cut rounded: AOV: the cut at 84.9731 is rounded to 85" in text


def test_the_method_states_cuts_window_filter_and_weights() -> None:
    run = cases.usual_run()
    plan = run["plan"].with_changes(filter=(Comparison(column="num_cart_items", op=">=", value=1000.0),))
    text = Page(render_report(**{**run, "plan": plan})).text

    assert "AOV (avg_order_value): Low (under 45), Medium (45 to under 85), High (85 or more)." in text
    assert "from 2026-11-16 to 2026-11-23 (the as-of date and the 7 days before it)" in text
    assert "num_cart_items >= 1,000" in text
    assert "0.3 \u00d7 conversion potential + 0.2 \u00d7 lift vs control + 0.1 \u00d7 size" in text


def test_seed_scoring_is_described_as_what_it_is() -> None:
    run = cases.usual_run()
    text = Page(render_report(**{**run, "plan": run["plan"].with_changes(scoring="seed")})).text

    assert "percentile rank" not in text
    assert "share of the universe" in text


def test_the_parts_of_a_bar_are_as_long_as_the_overall_score() -> None:
    run = everyone()
    widths = re.findall(r'<rect class="\w+" x="[\d.]+" width="([\d.]+)" height="14"/>', render_report(**run))

    assert sum(map(float, widths)) == pytest.approx(100 * run["scores"][0].overall, abs=0.01)


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0.0 %"), (1e-7, "<0.1 %"), (0.25, "25.0 %"), (0.99999, ">99.9 %"), (1, "100.0 %")],
)
def test_a_share_is_never_rounded_to_nobody_or_all(share: float, words: str) -> None:
    assert words == share_words(share)


TEXT_PAIRS = [("text", "surface"), ("text", "page"), ("muted", "page"), ("muted", "surface"), ("muted", "raised")]
TEXT_PAIRS += [("link", "page"), ("link", "surface"), ("link", "bad-bg"), ("text", "raised"), ("good", "surface")]
TEXT_PAIRS += [("good", "good-bg"), ("bad", "bad-bg"), ("bad", "surface"), ("note", "note-bg")]
TEXT_PAIRS += [(f"on-{n}", f"shade-{n}") for n in range(5)]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_texts_have_contrast_aa(scheme: int) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1; 1.4.11: 3 to 1 for the pieces of a bar."""
    colours = dict(re.findall(r"--([\w-]+): #(\w{6})", render_report(**everyone()).split("@media screen")[scheme]))

    assert [(a, b) for a, b in TEXT_PAIRS if contrast(colours[a], colours[b]) < 4.5] == []
    bars = ("conversion", "lift", "size", "profitability", "strategic_fit")
    assert [m for m in bars if contrast(colours[m], colours["surface"]) < 3] == []
