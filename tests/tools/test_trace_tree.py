"""The tree of what happened in a run: what is in it, what concerns one segment, and that nothing in it is obeyed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cartjury.data.jury_records import JuryRecord
from cartjury.data.trace_records import Branch
from cartjury.tools.report import render_report
from cartjury.tools.trace import turn_branch
from cartjury.tools.trace_narrow import narrowed
from cartjury.tools.turn import Turn
from tests.tools import report_cases as cases
from tests.tools.report_page import Page

EVIL = "[red]x[/] \x1b[31m<script>alert(1)</script>\u202e\nnext line"


def turn(run: dict[str, Any] | None = None, **changes: Any) -> Turn:
    """The usual run of models as a turn, with its requests."""
    run = run or cases.model_run()
    found = Turn(
        name="run",
        dataset=run["dataset"],
        users=run["universe"].size,
        plan=run["plan"],
        jury=run["jury"],
        attempts=cases.attempts() if run["jury"].calls else (),
        certificate=run["certificate"],
    )
    return found._replace(**changes)


def tree(of: Turn | None = None) -> Branch:
    return turn_branch(of or turn(), "run")


def every(branch: Branch) -> Iterator[Branch]:
    yield branch
    for child in branch.children:
        yield from every(child)


def lines(branch: Branch) -> str:
    """Everything that a screen would show."""
    return "\n".join(" ".join((b.title, *b.notes, *b.said.values())) for b in every(branch))


def find(branch: Branch, *titles: str) -> Branch:
    """The branch at the end of a path of beginnings of titles."""
    for title in titles:
        branch = next(child for child in branch.children if child.title.startswith(title))
    return branch


def test_the_nodes_of_a_run_are_in_their_order() -> None:
    nodes = [node.title for node in tree().children]

    assert " ".join(nodes) == ("prepare generate load universe bucket size profile jury name score certify publish")


def test_a_run_on_a_file_generates_nothing_and_a_revision_begins_with_what_was_said() -> None:
    run = cases.model_run()
    own = turn(run, dataset=run["dataset"].model_copy(update={"generated": False, "source": "carts.csv"}))
    later = turn(run, plan=run["plan"].with_changes(revision=2))

    assert "generate" not in [node.title for node in tree(own).children]
    assert [node.title for node in tree(later).children][:4] == ["listen", "preview", "approve", "apply"]


def test_a_plan_on_other_carts_asks_no_jury() -> None:
    applied = turn(jury=JuryRecord(preset="plan", effort="plan"), attempts=())

    assert "jury" not in [node.title for node in tree(applied).children]


def test_each_request_is_told_with_what_it_took_and_what_came_of_it() -> None:
    asked = find(tree(), "jury", "first round", "propose", "data scientist").children[:2]

    assert [a.title for a in asked] == [
        "attempt 1: cerebras/made-up-other, answer cut off",
        "attempt 2, with the fault quoted: cerebras/made-up-other, answered",
    ]
    assert asked[0].notes == ("1,800 tokens in, 900 out", "$0.0008", "after 2.12 s", "S01, S02", "prompt cdcdcdcd")
    assert "held back 1.50 s" in asked[1].notes
    assert asked[1].reply == '{"names": {}}'


def test_a_request_that_was_not_sent_took_nothing() -> None:
    skipped = find(tree(), "jury", "first round", "propose", "risk manager").children[1]

    assert skipped.title == "attempt 2: local/made-up-own, the model or provider had failed before"
    assert skipped.notes == ("not sent", "S01, S02", "prompt cdcdcdcd")


def test_what_was_accepted_and_what_was_not_stand_by_segment() -> None:
    parsed = {"S01": {"name": "Able_One", "claims": {}, "reason": "It is true."}}
    one = cases.attempt("judge", cases.LARGE, parsed=parsed, faults={"S02": "'X' is taken."}, persona="risk_manager")
    said = find(tree(turn(attempts=[one])), "jury", "first round", "propose", "risk manager", "attempt").said

    assert said == {"S01": "Able_One: It is true.", "S02": "not accepted: 'X' is taken."}


@pytest.mark.parametrize(
    ("stage", "value", "words"),
    [
        ("ballot", ["Able_One", "Bold_Two"], "Able_One > Bold_Two"),
        ("verdict", {"choice": "Able_One", "points": {"a": 30, "b": 12.5}}, "chose Able_One, 42.5 of 100 points"),
        ("verdict", {"odd": [1, None]}, '{"odd": [1, null]}'),
        ("verdict", {"choice": "Able_One", "points": "many"}, "chose Able_One"),
    ],
)
def test_every_kind_of_answer_is_put_shortly(stage: str, value: object, words: str) -> None:
    seat = "judge" if stage == "verdict" else "risk_manager"
    one = cases.attempt(seat, cases.LARGE, parsed={"S01": value}, stage=stage)  # type: ignore[arg-type]
    found = [b for b in every(tree(turn(attempts=[one]))) if b.kind == "attempt"]

    assert [b.said for b in found] == [{"S01": words}]


def test_the_offline_jury_is_shown_as_code_without_requests() -> None:
    found = tree(turn(cases.usual_run()))
    jury = find(found, "jury")

    assert jury.notes == ("the offline jury: code, no language model",)
    assert not [b for b in every(found) if b.kind == "attempt"]
    assert find(jury, "first round", "propose", "creative marketer").notes == ("the offline jury: code, no model",)
    assert "the offline rubric: code, no model" in lines(find(jury, "first round", "judge"))


def test_a_verdict_tells_whose_the_name_is_and_who_would_have_had_another() -> None:
    found = find(tree(), "jury", "verdicts", "S02")

    assert found.title == "S02 Premium_Engaged_Emerging"
    assert {"AOV_High & Engagement_High & Profit_Low", "contested", "1 debate round"} <= set(found.notes)
    assert "Data scientist preferred Alt_S02_Shoppers: it is the more precise." in lines(found)
    assert find(tree(), "jury", "verdicts", "S12").notes[1] == "by the offline jury"


def test_a_name_that_a_person_gave_afterwards_tells_what_the_jury_had_chosen() -> None:
    run = cases.model_run()
    first, *rest = run["plan"].segments
    ours = first.model_copy(update={"name": "Our_Name", "named_by": "person"})
    found = find(tree(turn(run, plan=run["plan"].with_changes(segments=(ours, *rest)))), "jury", "verdicts", "S01")

    assert (found.title, found.notes[1]) == ("S01 Our_Name", "by a person")
    assert "the jury had chosen Premium_Engaged_Profitable" in lines(found)


def test_what_was_said_at_an_earlier_revision_is_told_to_be() -> None:
    run = cases.model_run()
    later = run["jury"].model_copy(update={"asked": ("S01",), "calls": ()})
    found = find(tree(turn(run, jury=later, attempts=())), "jury", "verdicts")

    assert "judged at an earlier revision" not in find(found, "S01").notes
    assert "judged at an earlier revision" in find(found, "S02").notes


def test_seconds_are_shown_where_they_are_known_and_nowhere_else() -> None:
    timed = tree(turn(timings={"load": 1.25, "jury": 12.0}))

    assert timed.notes == ("13.2 s",)
    assert find(timed, "load").notes[0] == "1.25 s"
    assert find(timed, "jury").notes[0] == "12.0 s"
    assert find(tree(), "load").facts["seconds"] is None


def test_what_concerns_a_segment_is_the_way_down_to_it_and_nothing_of_the_others() -> None:
    found = narrowed(tree(), "S03")

    assert found is not None
    assert [node.title for node in found.children] == ["jury"]
    assert {i for b in every(found) for i in b.said} <= {"S03"}
    assert [v.title for v in find(found, "jury", "verdicts").children] == ["S03 Premium_Quiet_Profitable"]
    assert not [b for b in every(found) if b.kind == "attempt"]  # the requests of this run were about S01 and S02
    assert narrowed(tree(), "S99") is None


def test_whatever_was_said_is_one_clean_short_line() -> None:
    run = cases.model_run()
    verdicts = tuple(v.model_copy(update={"reason": EVIL * 50, "dissent": (EVIL,)}) for v in run["jury"].verdicts)
    bad = cases.attempt(
        "risk_manager", cases.model("groq", EVIL), "not_accepted", error=EVIL, parsed={"S01": {"name": EVIL}},
        faults={"S02": EVIL, EVIL: EVIL}, prompt_sha256=EVIL, segment_ids=("S01", "S02", EVIL),
    )  # fmt: skip
    data = run["dataset"].model_copy(update={"generated": False, "source": EVIL})
    jury = run["jury"].model_copy(update={"verdicts": verdicts, "preset": EVIL})
    shown = lines(tree(turn(run, jury=jury, attempts=[bad], dataset=data, warnings=(EVIL,))))

    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "next line" in shown
    assert max(len(line) for line in shown.splitlines()) < 1000
    assert not [line for line in shown.splitlines() if line.startswith("next line")]


def test_programs_get_the_whole_record_of_a_request_and_a_verdict() -> None:
    found = json.loads(tree().model_dump_json())
    jury = next(node for node in found["children"] if node["title"] == "jury")
    first = jury["children"][0]["children"][0]["children"][0]["children"][0]
    told = jury["children"][-1]["children"][0]["facts"]

    assert (first["facts"]["tokens_in"], first["facts"]["prompt_sha256"]) == (1800, "cd" * 32)
    assert told["rubric"]["mece_compliance"] == 30


def test_the_report_shows_the_same_tree_folded_and_without_ids_of_its_own() -> None:
    page = Page(render_report(**cases.model_run(), steps=tree(), health=("The jurors agreed.",)))
    steps = page.text[page.text.rindex("What happened, step by step") :]

    assert page.wrong == []
    assert page.open == []
    assert all(title in steps for title in ("prepare", "first round", "debate", "attempt 1", "S02"))
    assert not [attrs for tag, attrs in page.tags if tag == "details" and "open" in attrs]
    assert "#steps" in page.values("href")
    assert "The jurors agreed." in page.text


def test_a_tree_of_hostile_words_is_text_in_the_report() -> None:
    run = cases.model_run()
    bad = cases.attempt("risk_manager", cases.model("groq", EVIL), parsed={"S01": {"name": EVIL}})
    evil = Page(render_report(**run, steps=tree(turn(run, attempts=[bad]))))
    usual = Page(render_report(**run, steps=tree(turn(run))))

    assert {tag for tag, _ in evil.tags} <= {tag for tag, _ in usual.tags}
    assert "<script>alert(1)</script>" in evil.text
