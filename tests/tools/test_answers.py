"""Answers about a plan: their figures against profiles and scores, by arithmetic of the tests' own."""

import re
from collections.abc import Callable

import pytest

from cartjury.data.chat_records import Overview, Topic, WhatIf, WhoIsIn, WhyRank
from cartjury.data.edit_records import Merge
from cartjury.data.errors import EditError
from cartjury.data.records import Box
from cartjury.data.revision_records import Journey, Standing
from cartjury.tools.answers.answer import answer
from cartjury.tools.answers.help_text import examples
from cartjury.tools.lines import columns_of, scene
from tests.carts import Segmented
from tests.standings import history, jury_of, named, revision, small, standing
from tests.tools.plan_examples import plan_of


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Segmented:
    return small(tmp_path_factory.mktemp("carts"), missing=0.02)


@pytest.fixture(scope="module")
def there(found: Segmented) -> Standing:
    return standing(found.carts, named(found.plan), jury_of(named(found.plan)))


@pytest.fixture(scope="module")
def ask(found: Segmented, there: Standing) -> Callable[[Topic], str]:
    return lambda topic: answer(topic, there, history(revision(1, there.plan)), found.carts, lambda _: there)


def rows(text: str) -> dict[str, list[str]]:
    """The rows of the table in a text, by the first cell."""
    cells = [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in text.splitlines() if line[:1] == "|"]
    return {first: rest for first, *rest in cells[2:]}


# --- why this rank ---


def test_a_rank_is_told_by_what_each_component_adds_against_the_mean(
    ask: Callable[[Topic], str], there: Standing
) -> None:
    score, others = there.scores[1], there.scores
    text = ask(WhyRank(segment=score.segment_id))
    table = rows(text)
    assert f"is rank 2 of {len(others)}, overall score {score.overall:.4f}: " in text
    labels = {"Conversion potential": "conversion", "Lift vs control": "lift", "Size": "size"}
    for label, metric in labels.items():
        weight, value, adds, mean, _ = map(float, table[label])
        assert weight * value == pytest.approx(adds, abs=2e-4)
        assert adds == pytest.approx(score.contributions[metric], abs=1e-4)  # type: ignore[index]
        assert mean == pytest.approx(sum(s.contributions[metric] for s in others) / len(others), abs=1e-4)  # type: ignore[index]
    parts = [row for label, row in table.items() if label != "Overall"]
    assert [float(row[2]) for row in parts] == sorted((float(row[2]) for row in parts), reverse=True)


@pytest.mark.parametrize("place", [0, 3, -1])
def test_differences_add_up_to_that_of_the_overall_scores(
    ask: Callable[[Topic], str], there: Standing, place: int
) -> None:
    big = [s for s in there.scores if s.size >= 20]
    one, other = big[place], big[1]
    table = rows(ask(WhyRank(segment=one.segment_id, against=other.segment_id)))
    total = table.pop("Overall")
    columns = list(zip(*(map(float, row[2:]) for row in table.values()), strict=True))
    assert [f"{sum(column):.4f}" for column in columns] == [f"{float(cell):.4f}" for cell in total[2:]]
    assert float(total[4]) == pytest.approx(one.overall - other.overall, abs=1.01e-4)


def test_what_raises_and_what_lowers_a_segment_most_is_named(ask: Callable[[Topic], str], there: Standing) -> None:
    big = [s for s in there.scores if s.size >= 20]
    first, last = big[0], big[-1]
    gaps = {m: first.contributions[m] - last.contributions[m] for m in first.contributions}
    words = {"conversion": "Conversion potential", "profitability": "Profitability", "size": "Size", "lift": "Lift"}
    text = ask(WhyRank(segment=first.segment_id, against=last.segment_id))
    best = max(gaps, key=gaps.__getitem__)
    assert f"{words[best]} raises it most ({gaps[best]:+.3f}" in text


def test_no_figures_of_fewer_than_twenty_users(ask: Callable[[Topic], str], there: Standing) -> None:
    tiny = next(s for s in there.scores if s.size < 20)
    for text in (ask(WhyRank(segment=tiny.segment_id)), ask(WhoIsIn(segment=tiny.segment_id))):
        assert "<20 users" in text
        assert "|" not in text
        assert f"{tiny.overall:.3f}"[:4] not in text
        assert "Rule: `AOV_High" in text


def test_a_segment_without_users_has_no_rank(found: Segmented, ask: Callable[[Topic], str], there: Standing) -> None:
    nobody = tuple(d.model_copy(update={"cuts": (0.5, 0.6)}) if d.name == "AOV" else d for d in there.plan.dimensions)
    empty = standing(found.carts, there.plan.with_changes(dimensions=nobody))
    past = history(revision(1, empty.plan))
    said = [
        answer(t, empty, past, found.carts, lambda _: empty) for t in (WhyRank(segment="S12"), WhoIsIn(segment="S12"))
    ]
    assert "has no rank: nobody is in it" in said[0]
    assert "Nobody is in it now; later users may be." in said[1]


def test_unknown_segments_and_itself_are_refused(ask: Callable[[Topic], str]) -> None:
    with pytest.raises(EditError, match="there is no segment S99; there are S01, S02"):
        ask(WhoIsIn(segment="S99"))
    with pytest.raises(EditError, match="with itself"):
        ask(WhyRank(segment="S01", against="S01"))


# --- who is in ---


def test_who_is_in_gives_rule_size_and_means_beside_everyones(ask: Callable[[Topic], str], there: Standing) -> None:
    profile = next(p for p in there.profiles if p.segment_id == "S05")
    text = ask(WhoIsIn(segment="S05"))
    assert "Rule: `AOV_Medium & Engagement_High & Profit_High`: orders between" in text
    assert (
        f"{profile.users} users, {100 * profile.users / there.universe.size:.1f}% of {there.universe.size:,}." in text
    )
    table = rows(text)
    everyone = [(p.means["avg_order_value"] or 0, p.known["avg_order_value"]) for p in there.profiles]
    mean = sum(m * n for m, n in everyone) / sum(n for _, n in everyone)
    assert table["Order value"] == [
        f"{profile.means['avg_order_value']:.2f}", f"{mean:.2f}", str(profile.known["avg_order_value"])
    ]  # fmt: skip
    assert not any("rank" in label for label in table)


def test_a_mean_of_fewer_than_twenty_values_is_not_shown(found: Segmented, there: Standing) -> None:
    few = tuple(
        p.model_copy(update={"known": {**p.known, "avg_order_value": 19}}) if p.segment_id == "S05" else p
        for p in there.profiles
    )
    known = there.model_copy(update={"profiles": few})
    text = answer(WhoIsIn(segment="S05"), known, history(revision(1, there.plan)), found.carts, lambda _: known)
    assert (rows(text)["Order value"][0], rows(text)["Order value"][2]) == ("-", "<20")


# --- overview, history, help ---


def test_the_overview_lists_all_segments_best_first(ask: Callable[[Topic], str], there: Standing) -> None:
    text = ask(Overview())
    table = [line.split("|") for line in text.splitlines() if line.startswith("|")][2:]
    assert [row[2].strip() for row in table][: len(there.scores)] == [s.segment_id for s in there.scores]
    assert len(table) == len(there.plan.segments)
    assert f"{len(there.scores)} segments of {there.universe.size} users" in text


def test_the_history_tells_who_did_what_and_when(there: Standing) -> None:
    line = history(revision(1, there.plan), revision(2, there.plan, said=("S02 and S03 become one.",)))
    done = [("made", 1, ""), ("made", 2, ""), ("rejected", 2, "not [now](x)"), ("undo", 1, "")]
    journeys = tuple(
        Journey(what=what, revision=r, by="bo", at=f"2026-11-2{i}", reason=reason)  # type: ignore[arg-type]
        for i, (what, r, reason) in enumerate(done)
    )
    past = line.model_copy(update={"journeys": journeys, "position": 0})
    text = answer(Overview(of="history"), there, past, None, lambda _: there)  # type: ignore[arg-type]
    assert text.splitlines() == [
        "Revision 1 is current, of 2 revisions.",
        "",
        "- 2026-11-20: bo made revision 1: the plan that the run fitted",
        "- 2026-11-21: bo made revision 2: S02 and S03 become one.",
        r"- 2026-11-22: bo rejected a preview and stayed at revision 2: “not \[now\](x)”",
        "- 2026-11-23: bo undid to revision 1",
    ]


def test_help_speaks_of_the_plans_own_segments(ask: Callable[[Topic], str], there: Standing) -> None:
    first, second = there.scores[0].segment_id, there.scores[1].segment_id
    text = ask(Overview(of="help"))
    assert f"- merge {first} and {second}" in text
    assert "{" not in text


def test_what_help_says_is_understood_without_a_model(found: Segmented, there: Standing) -> None:
    reader = pytest.importorskip("cartjury.tools.understand.read")
    shown = scene(there, columns_of(found.carts))
    said = [e for group in examples(there) for e in group.examples]
    assert {e: reader.read_message(e, shown).kind for e in said} == {
        e: "wondered" if e.startswith(("w", "show")) else "wishes" for e in said
    }


def test_help_leaves_out_what_the_plan_has_not(found: Segmented) -> None:
    one = standing(found.carts, plan_of([], [[Box(levels=())]]))
    said = [e for group in examples(one) for e in group.examples]
    assert "undo" in said
    assert "lock S01" in said
    assert not any("merge" in e or "drop" in e or "{" in e for e in said)


def test_what_if_is_no_question_for_the_record(ask: Callable[[Topic], str]) -> None:
    with pytest.raises(LookupError, match="a preview"):
        ask(WhatIf(edits=(Merge(segments=("S01", "S02")),)))
