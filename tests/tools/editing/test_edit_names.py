"""Rename, lock, unlock, ask again: what they do, and why they may be refused."""

import pytest

from cartjury.data.edit_records import AskAgain, Lock, Merge, PlanEdit, Rename, SetLevels, SetSizes, Split, Unlock
from cartjury.data.errors import EditError
from cartjury.data.records import SegmentPlan
from cartjury.tools.edit import apply, resolve
from cartjury.tools.engine.carts import Carts
from tests.tools.editing.edit_examples import Scene, scene


def refusal(*edits: PlanEdit, of: Scene | None = None) -> str:
    """Why the last of some edits is impossible; the others are done."""
    plan, carts = of or scene()
    *before, last = edits
    for edit in before:
        plan = apply(plan, resolve(edit, plan, carts))
    with pytest.raises(EditError) as caught:
        resolve(last, plan, carts)
    return str(caught.value)


def test_spaces_of_a_name_become_underscores() -> None:
    segment = scene().edited(Rename(segment="S03", name="  Warm  Hearts_2 ")).segment("S03")

    assert (segment.name, segment.named_by) == ("Warm_Hearts_2", "person")


def test_hyphens_of_a_name_become_underscores() -> None:
    assert (
        scene().edited(Rename(segment="S03", name="Mid-Value Responders")).segment("S03").name == "Mid_Value_Responders"
    )


def test_a_name_that_looks_like_an_id_is_refused() -> None:
    assert "looks like the id" in refusal(Rename(segment="S03", name="S04"))


def test_a_rename_says_what_it_does() -> None:
    assert resolve(Rename(segment="S03", name="Warm Hearts"), *scene()).said == "Call S03 Name_AC Warm_Hearts."


@pytest.mark.parametrize("name", ["2nd_Choice", "One_Two_Three_Four_Five_Six", "What?", "Käse!", "<b>Bold</b>", "___"])
def test_a_name_of_another_form_is_refused(name: str) -> None:
    assert "one to five words" in refusal(Rename(segment="S03", name=name))


def test_a_name_with_accents_is_refused_with_its_plain_form() -> None:
    assert "say Caliente_Corazon;" in refusal(Rename(segment="S03", name="Caliente Corazón"))


def test_a_name_of_more_than_40_characters_is_refused() -> None:
    assert "41 characters" in refusal(Rename(segment="S03", name="A" * 41))


def test_a_name_that_differs_from_another_in_case_and_underscores_only_is_taken() -> None:
    assert "S04 is called Name_AD" in refusal(Rename(segment="S03", name="nameAD"))


def test_a_banned_word_is_refused_to_a_person_too() -> None:
    assert "no segment may be called by" in refusal(Rename(segment="S03", name="Cheap_Bastards"))


def test_renaming_to_the_same_name_is_refused() -> None:
    assert refusal(Rename(segment="S03", name="Name AC")) == "S03 is already called Name_AC"


def test_a_locked_name_is_not_renamed() -> None:
    assert "unlock S03 first" in refusal(Lock(segments=("S03",)), Rename(segment="S03", name="Warm_Hearts"))


def test_an_unknown_segment_is_refused_with_those_there_are() -> None:
    assert "there is no S40: the segments are S01, S02" in refusal(Rename(segment="S40", name="Warm"))


def test_a_name_that_the_rule_contradicts_is_noted_and_not_refused() -> None:
    notes = resolve(Rename(segment="S03", name="Budget_Buyers"), *scene()).notes

    assert any("order value is low" in note for note in notes)


def test_locking_nothing_in_particular_locks_all() -> None:
    plan = scene().edited(Lock())

    assert plan.locks == tuple(s.id for s in plan.segments)


def test_unlocking_nothing_in_particular_unlocks_all() -> None:
    assert scene().edited(Lock(), Unlock()).locks == ()


def test_unlocking_says_which_of_those_named_were_not_locked() -> None:
    base = scene()
    plan = base.edited(Lock(segments=("S03",)))

    assert resolve(Unlock(segments=("S03", "S04")), plan, base.carts).notes == ("S04 Name_AD is not locked",)


def test_locking_and_unlocking_without_effect_are_refused() -> None:
    assert refusal(Lock(segments=("S03",)), Lock(segments=("S03",))) == "S03 Name_AC is locked already"
    assert refusal(Unlock()) == "no name is locked"
    assert refusal(Unlock(segments=("S03",))) == "S03 Name_AC is not locked"


def test_a_segment_without_a_name_cannot_be_locked() -> None:
    assert "S01 has no name yet" in refusal(Merge(segments=("S01", "S02")), Lock(segments=("S01",)))


def test_locking_all_where_nothing_has_a_name_is_refused() -> None:
    assert refusal(AskAgain(), AskAgain(segments=("S01",)), Lock(), of=scene()) == (
        "no segment has a name that could be locked"
    )


def test_asking_again_takes_the_names_of_all_that_are_not_locked() -> None:
    plan = scene().edited(Lock(segments=("S03",)), AskAgain())

    assert [s.id for s in plan.segments if s.name] == ["S03"]


def test_guidance_is_cleaned() -> None:
    resolved = resolve(AskAgain(segments=("S03",), guidance="more\n\x1b[31mplayful\u202e"), *scene())

    assert 'with the wish "more playful"' in resolved.said
    assert resolved.steps[0].model_dump()["guidance"] == "more playful"


def test_asking_again_for_a_locked_name_is_refused() -> None:
    assert "unlock it first" in refusal(Lock(segments=("S03",)), AskAgain(segments=("S03",)))
    assert refusal(Lock(), AskAgain()) == "all names are locked: unlock some first"


def test_asking_again_for_a_segment_without_users_is_refused() -> None:
    everybody_known = scene(missing=0.0)

    assert "nobody is in S13" in refusal(AskAgain(segments=("S13",)), of=everybody_known)


def test_a_merge_with_one_locked_segment_keeps_its_name_and_its_lock() -> None:
    plan = scene().edited(Lock(segments=("S02",)), Merge(segments=("S01", "S02")))

    assert (plan.segment("S01").name, plan.locks) == ("Name_AB", ("S01",))


def test_a_merge_of_two_locked_segments_is_refused() -> None:
    said = refusal(Lock(segments=("S01", "S02")), Merge(segments=("S01", "S02")))

    assert said.startswith("S01 Name_AA and S02 Name_AB are locked")
    assert "unlock S01 or S02 first" in said


def test_a_split_of_a_locked_segment_leaves_name_and_lock_with_the_part_that_keeps_the_id() -> None:
    plan = scene().edited(Lock(segments=("S08",)), Split(segment="S08", by="sessions_last_30d", values=(4,)))

    assert (plan.segment("S08").name, plan.locks, plan.segment("S14").name) == ("Name_AH", ("S08",), "")


def test_a_locked_segment_that_a_cut_would_do_away_with_stops_it() -> None:
    assert "S05 Name_AE would be gone" in refusal(Lock(segments=("S05",)), SetLevels(dimension="AOV", levels=2))


def test_two_locked_segments_that_the_minimum_would_merge_stay_apart_and_a_note_says_so() -> None:
    base = scene()
    plan = base.edited(Lock())
    resolved = resolve(SetSizes(min_size=60), plan, base.carts)

    assert [s.id for s in apply(plan, resolved).segments] == [s.id for s in plan.segments]
    assert any("are both locked, so they stay apart" in note for note in resolved.notes)


def test_a_locked_segment_that_the_minimum_merges_keeps_its_lock() -> None:
    base = scene()
    small = min((s for s in base.plan.segments if not s.is_else), key=lambda s: sizes(base.carts, base.plan)[s.id])
    plan = base.edited(Lock(segments=(small.id,)), SetSizes(min_size=60))

    assert [plan.segment(i).name for i in plan.locks] == [small.name]


def sizes(carts: Carts, plan: SegmentPlan) -> dict[str, int]:
    from tests.tools.editing.edit_examples import sizes_by_pandas

    return sizes_by_pandas(carts, plan)


def test_a_lost_name_of_a_person_is_noted() -> None:
    base = scene()
    plan = base.edited(Rename(segment="S01", name="Warm_Hearts"), Rename(segment="S02", name="Cold_Hands"))

    assert resolve(Merge(segments=("S01", "S02")), plan, base.carts).notes == (
        "S01 was called Warm_Hearts by you; the jury is asked for a new name: lock it first to keep it",
        "S02 Cold_Hands, a name by you, is gone with its segment: lock it first to keep it",
    )


def test_a_locked_name_of_a_person_that_fits_no_longer_is_noted() -> None:
    base = scene()
    plan = base.edited(Rename(segment="S01", name="Engaged_Buyers"), Lock(segments=("S01",)))

    notes = resolve(Merge(segments=("S01", "S03")), plan, base.carts).notes

    assert any("'Engaged' says engagement is" in note for note in notes)
