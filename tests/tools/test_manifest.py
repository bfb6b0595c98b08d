"""What a run says of its jury: in the manifest, in its warnings, and on the terminal."""

import json
from pathlib import Path
from typing import Any

import pytest

from cartjury.app.finished import report
from cartjury.data.call_records import Caps
from cartjury.data.jury_records import Abstention
from cartjury.data.run_records import Manifest
from cartjury.tools.manifest import manifest
from cartjury.tools.results import Results
from cartjury.tools.tables import strategy_csv
from tests.tools import report_cases as cases

EARLIER = {
    "run_id": "a-run",
    "cartjury": "1.0.0",
    "versions": {},
    "seed": 42,
    "as_of": "2026-11-23",
    "options": {},
    "plan_hash": "ab",
    "segments": 12,
    "users": 9,
    "mece_proven": True,
    "jury": "offline",
    "calls": 0,
    "cost_usd": 0.0,
    "warnings": [],
    "files": {},
    "timings": {},
    "source": {"source": "carts.csv", "generated": False, "sha256": "ab", "path": "carts.parquet", "rows": 9},
}


def results(run: dict[str, Any], **changes: Any) -> Results:
    jury = run["jury"].model_copy(update=changes)
    parts = (run[k] for k in ("dataset", "universe", "plan", "profiles"))
    return Results(*parts, jury, run["scores"], run["certificate"])


def of_models(**changes: Any) -> Results:
    return results(cases.model_run(), **changes)


def described(found: Results) -> Manifest:
    return manifest(found, "a-run", {}, seed=42, options={}, timings={})


def test_the_manifest_says_what_every_seat_took() -> None:
    found = described(of_models())

    assert (found.calls, found.abstentions, found.cost_unknown_calls) == (11, 1, 1)
    assert found.tokens == {"input": 16_200, "output": 6_020}
    assert found.cost_usd == pytest.approx(sum(s.cost_usd for s in found.jury_seats.values()))
    assert list(found.jury_seats) == list(cases.SITTING)
    assert found.flips == 1
    assert found.names_by_origin == {"model": 11, "offline": 1}


def test_a_manifest_with_a_panel_is_read_back_as_it_was() -> None:
    written = described(of_models())
    again = Manifest.model_validate_json(written.to_json())

    assert again == written
    assert again.panel == cases.panel()


def test_a_manifest_of_an_earlier_version_is_read() -> None:
    found = Manifest.model_validate_json(json.dumps(EARLIER))

    assert (found.panel, found.jury_seats, found.names_by_origin) == (None, {}, {})


def test_an_offline_jury_takes_nothing_and_has_nothing_to_warn_of() -> None:
    found = results(cases.usual_run())

    assert found.jury.abstentions
    assert found.warnings() == ()
    assert (described(found).calls, described(found).jury_seats) == (0, {})


def test_what_went_otherwise_than_asked_for_is_a_warning() -> None:
    assert of_models().warnings() == (
        "the offline jury, not a model, named 1 of 12 segments: S12",
        "the judge chose otherwise in the reverse order in 1 of 11 segments; the votes decided there",
        "risk manager abstained (proposal): no answer in time; details in jury.jsonl",
        "groq/made-up/small is no longer served by its provider; choose another model for its seats",
        "the cost of 1 request is not known",
    )


def test_seats_without_a_model_are_the_first_warning_of_the_jury() -> None:
    why = "GROQ_API_KEY is not set"
    empty = {"judge": why, "risk_manager": why, "data_scientist": "its model was withdrawn"}
    first, second, *_ = of_models(panel=cases.panel(empty=empty)).warnings()

    assert first == "no model sits as judge, risk manager: GROQ_API_KEY is not set"
    assert second == "no model sits as data scientist: its model was withdrawn"


def test_a_cap_that_was_reached_is_a_warning_with_the_caps() -> None:
    held = tuple(cases.attempt("judge", cases.LARGE, "budget", attempt=n).summary() for n in range(2))
    capped = cases.panel(caps=Caps(max_calls=10, max_cost=0.001))

    assert of_models(calls=held, panel=capped).warnings()[0] == (
        "1 request held back, to stay within the caps (--max-calls 10, --max-cost 0.001); "
        "the jury ended with what it had"
    )


def test_a_spend_above_a_cap_is_a_warning() -> None:
    capped = cases.panel(caps=Caps(max_calls=10, max_tokens=20_000, max_cost=0.05))
    calls = of_models().jury.calls
    dear = (
        calls[0].model_copy(update={"cost_usd": 8.03}),
        *(c.model_copy(update={"cost_usd": 0.0}) for c in calls[1:]),
    )
    said = of_models(panel=capped, calls=dear).warnings()

    assert "the providers counted $8.03 against a cap of $0.05" in said
    assert "the providers counted 22,220 tokens against a cap of 20,000" in said
    assert "11 requests sent against a cap of 10" in said


def test_a_spend_within_the_caps_is_none() -> None:
    capped = cases.panel(caps=Caps(max_calls=11, max_tokens=22_220, max_cost=0.05))

    assert not any("against a cap" in w for w in of_models(panel=capped).warnings())


def test_flips_of_two_judges_may_be_their_disagreement() -> None:
    verdicts = of_models().jury.verdicts
    both = tuple(v.model_copy(update={"model": "groq/a and groq/b", "flipped": True}) for v in verdicts)
    found = of_models(verdicts=both)

    assert described(found).flips == 12
    assert (
        "the judge chose otherwise in the reverse order, or the judges differed, in 12 of 12 segments; "
        "the votes decided there"
    ) in found.warnings()


def test_a_flip_of_the_offline_judge_is_no_warning() -> None:
    offline = tuple(v.model_copy(update={"flipped": True, "model": "offline"}) for v in of_models().jury.verdicts)
    found = of_models(verdicts=offline)

    assert described(found).flips == 0
    assert not any("chose otherwise" in w for w in found.warnings())


A, B = cases.LARGE.ref, cases.OTHER.ref


def absent(persona: str, reason: str, stage: Any = "proposal") -> Abstention:
    return Abstention(persona=persona, model=f"{A} and {B}", stage=stage, segment_ids=("S01",), reason=reason)


def told(*abstentions: Abstention) -> list[str]:
    return [w for w in of_models(abstentions=abstentions).warnings() if " abstained (" in w]


def test_jurors_with_the_same_reason_share_a_warning_without_models() -> None:
    why = f"{A} and {B}: its server failed"
    seats = ("creative_marketer", "growth_strategist", "data_scientist", "risk_manager")
    said = told(*(absent(s, why) for s in seats), absent("judge", f"in the forward order: {why}", "verdict"))

    assert said == [
        (
            "creative marketer, growth strategist and 3 others abstained (proposal, verdict): its server failed; "
            "details in jury.jsonl"
        )
    ]


def test_each_kind_of_reason_is_one_warning_with_an_example() -> None:
    refused = "its answer was refused: the name 'A_B_C' is taken"
    said = told(
        absent("judge", f"{A}: {refused}; {B}: it did not answer within 60 s", "ballot"),
        absent("judge", f"{A}: it did not answer within 59 s; {B}: {refused.replace('A_B', 'D_E')}"),
    )

    assert said == [
        (
            "judge abstained (proposal, ballot): its answer was refused, for example: the name 'A_B_C' is taken; "
            "details in jury.jsonl"
        ),
        "judge abstained (proposal, ballot): it did not answer within 60 s; details in jury.jsonl",
    ]


def test_many_reasons_of_long_chains_are_few_whole_warnings() -> None:
    stages = ("proposal", "ballot", "verdict")
    said = told(
        *(
            absent(s, f"{A}: its answer was refused: {'long ' * n}; {B}: its answer was not JSON", stage)
            for s in cases.SITTING
            for stage in stages
            for n in range(1, 60)
        )
    )

    assert len(said) == 2
    assert all(len(w) <= 240 and w.endswith("; details in jury.jsonl") for w in said)


def test_a_jury_without_any_model_says_that_all_names_are_offline() -> None:
    run = cases.usual_run()
    found = results(run, panel=cases.panel(seats={}, empty={"judge": "no key"}), preset="default", effort="standard")

    assert found.warnings()[1] == "the offline jury, not a model, named all 12 segments"


def test_warnings_hold_no_control_codes_and_no_novel() -> None:
    gone = cases.model("local", "\x1b[2J\u202emodel" + "x" * 10_000)
    calls = (cases.attempt("judge", gone, "model_gone").summary(),)
    hostile = of_models(calls=calls, panel=cases.panel(empty={"judge": "\x07why\n" * 1000}))

    assert all(w.isprintable() and len(w) < 300 for w in hostile.warnings())


def shown(found: Results, folder: Path, capsys: pytest.CaptureFixture[str], **changes: Any) -> list[str]:
    words = {s.id: "" for s in found.plan.segments}
    text = strategy_csv(found.plan, found.scores, words, found.universe, found.jury)
    (folder / "mece_strategy.csv").write_text(text, newline="")
    report(folder, described(found).model_copy(update=changes), as_json=False)
    return capsys.readouterr().err.splitlines()


def test_the_terminal_says_who_named_and_what_it_took(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    *_, found, named, where = shown(of_models(), tmp_path, capsys, cost_unknown_calls=0)

    assert found == "20,499 users in 12 segments as of 2026-11-23, of made-up carts, proven MECE"
    assert named == (
        "named by: default jury (standard): 11 names by models, 1 offline; 11 requests, 22,220 tokens, $0.0060"
    )
    assert where.startswith("results: ")


def test_the_terminal_says_so_where_a_cost_is_not_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(of_models(), tmp_path, capsys)[-2].endswith("$0.0060 and the unknown cost of 1 request")
    assert shown(of_models(), tmp_path, capsys, cost_unknown_calls=11)[-2].endswith("tokens, cost not known")


def test_the_terminal_line_of_an_offline_jury_stays_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, _ = shown(results(cases.usual_run()), tmp_path, capsys)

    assert found.endswith("proven MECE, named by: offline jury")


def test_no_request_has_no_price(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = results(cases.usual_run(), panel=cases.panel(seats={}), preset="default", effort="standard")

    assert shown(found, tmp_path, capsys)[-2].endswith("0 names by models, 12 offline; 0 requests")


def test_a_panel_that_asks_nobody_has_nothing_to_warn_of() -> None:
    asked_nobody = cases.panel(preset="offline", effort="offline", seats={}, estimate=None)

    assert results(cases.usual_run(), panel=asked_nobody).warnings() == ()
