"""`cartjury show` of a run that was refined by chat, and of a revision; `apply` of a plan from there."""

import json
import shutil
from pathlib import Path

import pytest

from cartjury.data.records import SegmentPlan
from cartjury.data.revision_records import History
from tests.app.shell import done
from tests.standings import history, revision

WARM = "Call S03 Warm_Hearts."


@pytest.fixture
def refined(run_folder: Path, tmp_path: Path) -> Path:
    """A run with two revisions of the same plan; the way back to the first one is not gone yet."""
    plan = SegmentPlan.from_json((run_folder / "plan.json").read_text(encoding="utf-8"))
    folder = tmp_path / "results"
    shutil.copytree(run_folder, folder)
    manifest = json.loads((run_folder / "manifest.json").read_text(encoding="utf-8"))
    for number in (2, 3):
        place = folder / "revisions" / f"{number:04d}"
        shutil.copytree(run_folder, place)
        (place / "manifest.json").write_text(json.dumps({**manifest, "revision": number}), encoding="utf-8")
    found = history(revision(1, plan), revision(2, plan, said=(WARM,)), revision(3, plan, said=("Lock it.",)))
    tell(folder, found, position=2)
    return folder


def tell(folder: Path, found: History, position: int) -> None:
    path = folder / "revisions" / "history.json"
    path.write_text(found.model_copy(update={"position": position}).model_dump_json(), encoding="utf-8")


def test_a_run_that_was_never_refined_is_shown_as_before(finished: Path) -> None:
    assert "revision" not in done("show", finished).stderr


def test_the_folder_of_the_run_says_which_revision_is_current_and_where(refined: Path) -> None:
    said = done("show", refined).stderr

    assert f"revision 3 of 3 is current: {refined / 'revisions' / '0003'}\n" in said


def test_after_all_was_undone_the_run_itself_is_current(refined: Path) -> None:
    found = History.model_validate_json((refined / "revisions" / "history.json").read_bytes())
    tell(refined, found, position=0)

    assert f"revision 1 of 3 is current: {refined}\n" in done("show", refined).stderr


def test_a_revision_says_its_number_and_what_was_done(refined: Path) -> None:
    assert f"revision 2, by ana: {WARM}\n" in done("show", refined / "revisions" / "0002").stderr


def test_a_revision_whose_history_is_gone_or_of_another_thread_says_its_number(refined: Path) -> None:
    path = refined / "revisions" / "history.json"
    found = History.model_validate_json(path.read_bytes())
    others = tuple(r.model_copy(update={"plan_hash": "0" * 64}) for r in found.revisions)
    tell(refined, found.model_copy(update={"revisions": others}), position=2)
    assert "revision 2\n" in done("show", refined / "revisions" / "0002").stderr

    path.unlink()
    assert "revision 2\n" in done("show", refined / "revisions" / "0002").stderr


def test_a_history_that_cannot_be_read_is_a_warning(refined: Path) -> None:
    (refined / "revisions" / "history.json").write_text("{", encoding="utf-8")

    assert "so nobody knows which revision is current" in done("show", refined).stderr


def test_names_of_people_and_sentences_are_one_clean_line(refined: Path) -> None:
    found = History.model_validate_json((refined / "revisions" / "history.json").read_bytes())
    evil = tuple(r.model_copy(update={"by": "a\nb", "said": ("x\x1b[31my",)}) for r in found.revisions)
    tell(refined, found.model_copy(update={"revisions": evil}), position=2)

    assert "\x1b" not in (said := done("show", refined / "revisions" / "0002").stderr)
    assert "revision 2, by a b: x" in said


@pytest.mark.usefixtures("empty_folder")
def test_a_plan_that_is_applied_says_of_which_revision_it_is(refined: Path) -> None:
    plan = json.loads((refined / "plan.json").read_text(encoding="utf-8"))
    (refined / "later.json").write_text(json.dumps({**plan, "revision": 2}), encoding="utf-8")
    carts = next(refined.glob("*_abandoners.*"))

    assert (
        "names from the plan, which is revision 2\n"
        in done("apply", refined / "later.json", carts, "--out", "out").stderr
    )
    assert "revision" not in done("apply", refined / "plan.json", carts, "--out", "first").stderr
