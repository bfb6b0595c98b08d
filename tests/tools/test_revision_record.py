"""What a revision says of its jury, in its manifest, its warnings and its report: what it took itself."""

from cartjury.data.jury_records import JuryRecord
from cartjury.tools.jury_merge import carried
from cartjury.tools.report import render_report
from tests.tools import report_cases as cases
from tests.tools.report_page import Page
from tests.tools.test_manifest import described, results

FIRST = cases.model_run()


def unasked() -> JuryRecord:
    return carried(FIRST["jury"], None, FIRST["plan"])


def test_the_first_run_has_costs_warnings_and_flips_to_leave_behind() -> None:
    found = described(results(FIRST))

    assert found.calls
    assert found.flips
    assert found.abstentions
    assert any("abstained" in w for w in found.warnings)


def test_the_manifest_of_a_revision_without_new_names_took_nothing_and_warns_of_no_jury() -> None:
    found = described(results({**FIRST, "jury": unasked()}))

    assert (found.jury, found.panel, found.calls, found.cost_usd, found.flips, found.abstentions) == (
        "none",
        None,
        0,
        0.0,
        0,
        0,
    )
    assert not any(word in " ".join(found.warnings) for word in ("jury", "abstained", "judge", "cost"))
    assert found.names_by_origin == described(results(FIRST)).names_by_origin


def test_the_report_of_a_revision_without_new_names_says_so_and_keeps_the_reasons() -> None:
    text = Page(render_report(**{**FIRST, "jury": unasked()})).text

    assert "No names were asked for at this revision of the plan" in text
    assert "Four personas proposed names" not in text
    assert "were to be asked" not in text
    assert all(v.reason in text for v in unasked().verdicts)


def test_the_report_says_near_its_top_which_revision_of_the_plan_it_shows() -> None:
    plan = FIRST["plan"].with_changes(revision=2)
    text = Page(render_report(**{**FIRST, "plan": plan})).text

    assert text.index("Cart abandonment segments") < text.index("Revision 2 of the plan.") < text.index("Best segment")
    assert "Revision" not in Page(render_report(**FIRST)).text


def test_a_revision_that_asked_for_one_name_counts_and_warns_of_that_one() -> None:
    plan = FIRST["plan"]
    one = next(v.segment_id for v in FIRST["jury"].verdicts if plan.segment(v.segment_id).named_by == "model")
    whole = FIRST["jury"]
    kept = {k: tuple(x for x in getattr(whole, k) if x.segment_id == one) for k in ("proposals", "ballots", "verdicts")}
    now = whole.model_copy(update={**kept, "abstentions": (), "calls": whole.calls[:1]})
    found = carried(whole, now, plan)
    text = Page(render_report(**{**FIRST, "jury": found})).text

    assert len(found.verdicts) == len(whole.verdicts)
    assert described(results({**FIRST, "jury": found})).calls == 1
    assert not any("the offline jury" in w for w in results({**FIRST, "jury": found}).warnings())
    assert f"{len(kept['proposals'])} proposals, {len(kept['ballots'])} ballots" in text
    assert "of 1 name debated" in text
