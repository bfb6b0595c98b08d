"""Which segments the jury is briefed on."""

from collections.abc import Mapping

from cartjury.data.run_records import SegmentProfile
from cartjury.tools.brief import FIGURES, briefs
from tests.tools.plan_examples import twelve


def profile(segment: str, users: int) -> SegmentProfile:
    means: Mapping[str, float | None] = dict.fromkeys(FIGURES, 0.123)
    return SegmentProfile.model_construct(segment_id=segment, users=users, means=dict(means))


def test_only_segments_with_users_and_without_a_name_or_a_lock_are_named() -> None:
    plan = twelve(names={"S02": "Golden_Stars"}).with_changes(locks=("S03",))
    profiles = [profile(s.id, 0 if s.id in {"S04", "S13"} else 100) for s in plan.segments]

    assert [b.id for b in briefs(plan, profiles)] == ["S01", "S05", "S06", "S07", "S08", "S09", "S10", "S11", "S12"]
