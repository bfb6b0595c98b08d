"""What a preview measures and notes, on made-up carts; its figures against the users file, counted in pandas."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from cartjury.data.edit_records import AskAgain, Lock, Rename
from cartjury.data.errors import PlanError
from cartjury.data.records import ScoreWeights, SegmentPlan, SizePolicy
from cartjury.data.revision_records import Preview
from cartjury.data.run_records import Certificate
from cartjury.data.step_records import LockStep, NameStep, ResolvedEdit, UnnameStep
from cartjury.tools import preview as module
from cartjury.tools.edit import Resolved
from cartjury.tools.preview import preview
from cartjury.tools.tables import write_users
from tests.carts import Segmented
from tests.standings import jury_of, merge_of, merged, named, small, standing


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Segmented:
    return small(tmp_path_factory.mktemp("carts"), missing=0.02)


def previewed(found: Segmented, after: SegmentPlan, *edits: ResolvedEdit, before: SegmentPlan | None = None) -> Preview:
    plan = before or named(found.plan)
    resolved = Resolved(edits or (merge_of("S02", "S03"),), after, found.carts)
    return preview(found.carts, standing(found.carts, plan, jury_of(named(found.plan))), 4, resolved)


def unnamed(*ids: str, guidance: str = "") -> ResolvedEdit:
    step = UnnameStep(segments=ids, guidance=guidance)
    return ResolvedEdit(edit=AskAgain(segments=ids, guidance=guidance), steps=(step,), said="New names.")


def test_a_merge_is_measured_on_all_users(found: Segmented, tmp_path: Path) -> None:
    before, after = named(found.plan), merged(named(found.plan), "S02", "S03")
    shown = previewed(found, after)
    files = []
    for name, plan in (("old", before), ("new", after)):
        write_users(tmp_path / f"{name}.csv", found.carts, plan, ())
        files.append(pd.read_csv(tmp_path / f"{name}.csv")["segment_id"])
    assert {line.id: line.users for line in shown.after if line.users} == dict(Counter(files[1]))
    assert {line.id: line.users for line in shown.before if line.users} == dict(Counter(files[0]))
    assert {(m.source, m.target): m.users for m in shown.moves} == dict(Counter(zip(*files, strict=True)))
    assert shown.certificate.proven
    assert sum(shown.certificate.sizes.values()) == len(files[1])


def test_a_preview_is_bound_to_the_plan_it_starts_from_and_the_one_it_comes_to(found: Segmented) -> None:
    after = merged(named(found.plan), "S02", "S03")
    shown = previewed(found, after)
    assert (shown.base_revision, shown.base_hash) == (4, named(found.plan).plan_hash)
    assert (shown.plan_hash, shown.plan) == (after.plan_hash, after)
    assert [s.segment_id for s in shown.scores] == [line.id for line in shown.after if line.users]


def test_the_jury_is_asked_for_segments_with_users_without_a_name_that_are_not_locked(found: Segmented) -> None:
    plan = named(found.plan)
    blank = plan.with_changes(
        segments=tuple(s.model_copy(update={"name": "", "named_by": None}) for s in plan.segments), locks=("S07",)
    )
    sizes = {p.segment_id: p.users for p in found.profiles}
    asked = previewed(found, blank, unnamed("S05")).naming.asked
    assert asked == tuple(s.id for s in plan.segments if sizes[s.id] and s.id != "S07")


def test_guidance_goes_with_the_segments_that_are_asked_about(found: Segmented) -> None:
    plan = named(found.plan)
    blank = {"name": "", "named_by": None}
    after = plan.with_changes(
        segments=tuple(s.model_copy(update=blank if s.id == "S05" else {}) for s in plan.segments)
    )
    edits = (unnamed("S05", "S06", guidance="playful"), unnamed("S05", guidance="more playful"))
    naming = previewed(found, after, *edits).naming
    assert (naming.asked, naming.guidance) == (("S05",), {"S05": "more playful"})


def test_a_size_limit_that_breaks_is_noted_once_it_is_new(found: Segmented) -> None:
    sizes = {p.segment_id: p.users for p in found.profiles}
    low, plan = min(s for s in sizes.values() if s >= 20), named(found.plan)
    limit = {"size_policy": SizePolicy(min_size=low + 1)}
    notes = previewed(found, plan.with_changes(**limit)).notes
    broken = [i for i, size in sizes.items() if 0 < size <= low]
    assert sorted(note.split()[0] for note in notes) == sorted(broken)
    assert any(f"would have {low} users, under the minimum of {low + 1}" in note for note in notes)
    again = plan.with_changes(**limit)
    assert not previewed(found, again.with_changes(weights=ScoreWeights(conversion=0.4, lift=0.1)), before=again).notes


def test_a_maximum_that_breaks_is_noted(found: Segmented) -> None:
    plan = named(found.plan).with_changes(size_policy=SizePolicy(min_size=1, max_size=60))
    after = merged(plan, "S02", "S06")
    size = sum(p.users for p in found.profiles if p.segment_id in {"S02", "S06"})
    assert f"S02 would have {size} users, over the maximum of 60" in previewed(found, after, before=plan).notes


def test_what_an_edit_says_of_sizes_itself_is_not_said_twice(found: Segmented) -> None:
    plan = named(found.plan).with_changes(size_policy=SizePolicy(min_size=1, max_size=60))
    said = ("S02 Shoppers_B is over the maximum of 60",)
    notes = previewed(found, merged(plan, "S02", "S06"), merge_of("S02", "S06", notes=said), before=plan).notes
    assert [note for note in notes if "S02" in note] == [*said]


def test_else_is_under_no_limit(found: Segmented) -> None:
    users = next(p.users for p in found.profiles if found.plan.segment(p.segment_id).rule == "ELSE")
    notes = previewed(found, named(found.plan).with_changes(size_policy=SizePolicy(min_size=users + 1))).notes
    assert users
    assert not any(note.startswith("S13") for note in notes)


def test_a_segment_that_loses_all_its_users_is_noted(found: Segmented) -> None:
    plan = named(found.plan)
    nobody = tuple(d.model_copy(update={"cuts": (0.5, 0.6)}) if d.name == "AOV" else d for d in plan.dimensions)
    notes = previewed(found, plan.with_changes(dimensions=nobody)).notes
    assert "nobody would be in S12 (AOV_Low & Engagement_Low & Profit_Low) today; later users may be" in notes


def test_a_locked_name_that_its_rule_no_longer_bears_out_is_noted(found: Segmented) -> None:
    plan = named(found.plan)
    true = [s.model_copy(update={"name": "Premium_Engaged"}) if s.id == "S01" else s for s in plan.segments]
    before = plan.with_changes(segments=tuple(true), locks=("S01",))
    kept = merged(before, "S01", "S09")
    segments = tuple(
        s.model_copy(update={"name": "Premium_Engaged", "named_by": "offline"}) if s.id == "S01" else s
        for s in kept.segments
    )
    notes = previewed(found, kept.with_changes(segments=segments), before=before).notes
    (note,) = [n for n in notes if n.startswith("S01 ")]
    assert note.startswith("S01 Premium_Engaged: 'Premium' says order value is high")


def test_a_name_by_a_person_is_held_against_the_rule_and_not_against_the_form_of_jury_names(found: Segmented) -> None:
    plan = named(found.plan)
    changes = {"name": "Tiny", "named_by": "person"}
    after = plan.with_changes(
        segments=tuple(s.model_copy(update=changes if s.id == "S09" else {}) for s in plan.segments)
    )
    step = NameStep(segment="S09", name="Tiny")
    called = ResolvedEdit(edit=Rename(segment="S09", name="Tiny"), steps=(step,), said="Call S09 Tiny.")
    assert not previewed(found, after, called).notes


def test_a_name_that_was_never_true_is_no_news(found: Segmented) -> None:
    plan = named(found.plan)
    false = [s.model_copy(update={"name": "Premium_Engaged"}) if s.id == "S12" else s for s in plan.segments]
    before = plan.with_changes(segments=tuple(false), locks=("S12",))
    step = LockStep(segments=("S12",), locked=True)
    lock = ResolvedEdit(edit=Lock(segments=("S12",)), steps=(step,), said="S12 keeps its name.")
    assert not previewed(found, before, lock, before=before).notes


def test_notes_of_the_edits_are_kept_and_told_once(found: Segmented) -> None:
    edit = merge_of("S02", "S03", notes=("mind the gap",))
    assert previewed(found, merged(named(found.plan), "S02", "S03"), edit, edit).notes == ("mind the gap",)


def test_a_plan_that_is_not_proven_is_not_shown(found: Segmented, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = module.prove(found.carts, found.plan)
    broken: Certificate = proof.model_copy(update={"data_proven": False})
    monkeypatch.setattr(module, "prove", lambda *_: broken)
    before = standing(found.carts, named(found.plan))
    with pytest.raises(PlanError, match=r"nothing was changed\. NOT proven"):
        preview(found.carts, before, 1, Resolved((merge_of("S02", "S03"),), found.plan, found.carts))
