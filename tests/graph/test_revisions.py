"""The way through the revisions of a thread, against two stacks: what can be undone, and what can be redone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartjury.data.edit_records import Redo, Reset, Undo
from cartjury.data.errors import EditError, InputError
from cartjury.data.revision_records import History, Revision
from cartjury.graph.revisions import base_run, keep, new_run, standing_at
from cartjury.graph.state import Run
from cartjury.tools.history import begun, gone_on, gone_to
from tests.standings import jury_of, named, small, standing

STEPS = st.lists(
    st.one_of(
        st.just("edit"),
        st.tuples(st.sampled_from(["undo", "redo"]), st.integers(1, 4)),
        st.tuples(st.just("reset"), st.integers(1, 8)),
    ),
    max_size=30,
)


def revision(number: int, folder: str = "runs/x") -> Revision:
    return Revision(number=number, plan_hash=f"{number:064x}", by="Ana", at="2026-11-23T09:00:00+00:00", folder=folder)


class Stacks:
    """The same with two stacks, as textbooks have it."""

    def __init__(self) -> None:
        self.past: list[int] = []
        self.now = 1
        self.future: list[int] = []

    def go(self, number: int) -> None:
        self.past.append(self.now)
        self.now, self.future = number, []

    def move(self, steps: int, source: list[int], target: list[int]) -> bool:
        if steps > len(source):
            return False
        for _ in range(steps):
            target.append(self.now)
            self.now = source.pop()
        return True


@given(STEPS)
def test_undo_redo_and_reset_are_those_of_two_stacks(steps: list[object]) -> None:
    history, model = begun(revision(1)), Stacks()
    for step in steps:
        if step == "edit":
            number = len(history.revisions) + 1
            history = gone_on(history, revision(number))
            model.go(number)
            continue
        assert isinstance(step, tuple)
        kind, count = step
        moved = _moved(history, kind, count)
        if kind == "reset":
            possible = count <= len(history.revisions)
            if possible:
                model.go(count)
        else:
            stacks = (model.past, model.future) if kind == "undo" else (model.future, model.past)
            possible = model.move(count, *stacks)
        assert (moved is not None) == possible
        history = moved or history
        assert history.current.number == model.now


def _moved(history: History, kind: str, count: int) -> History | None:
    wish = Reset(revision=count) if kind == "reset" else {"undo": Undo, "redo": Redo}[kind](steps=count)
    try:
        return gone_to(history, wish, "Ana", "2026-11-23T09:00:00+00:00")
    except EditError:
        return None


@given(STEPS)
def test_what_was_done_is_never_forgotten(steps: list[object]) -> None:
    history = begun(revision(1))
    told = 1
    for step in steps:
        if step == "edit":
            history = gone_on(history, revision(len(history.revisions) + 1))
        else:
            assert isinstance(step, tuple)
            moved = _moved(history, *step)
            told -= moved is None
            history = moved or history
        told += 1
        assert len(history.journeys) == told
        assert [r.number for r in history.revisions] == list(range(1, len(history.revisions) + 1))


def test_numbers_are_not_used_twice_even_where_another_branch_has_taken_them(tmp_path: Path) -> None:
    base = Run(id="x", folder=str(tmp_path / "x"), work=str(tmp_path / "x" / ".work"))
    numbers = [new_run(base, [1])[0] for _ in range(3)]

    assert numbers == [2, 3, 4]
    assert new_run(base, [1, 9])[0] == 10


class Kept:
    """What stands at a first revision, written down."""

    def __init__(self, folder: Path) -> None:
        found = small(folder)
        plan = named(found.plan)
        self.standing = standing(found.carts, plan, jury_of(plan))
        known = {"work": str(folder), "plan_hash": plan.plan_hash}
        self.history = begun(revision(1, str(folder)).model_copy(update=known))
        keep(self.standing, self.history)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_what_stands_is_read_back_to_the_byte(kept: Kept) -> None:
    there = standing_at(kept.history.current)

    assert there == kept.standing
    assert there.plan.to_json() == kept.standing.plan.to_json()


@pytest.mark.parametrize("spoil", ["gone", "torn", "another"])
def test_what_was_changed_on_disk_is_not_gone_back_to(kept: Kept, spoil: str) -> None:
    file = Path(base_run(kept.history).work) / "standing.json"
    text = file.read_text()
    file.unlink()
    if spoil == "torn":
        file.write_text(text[:-10])
    if spoil == "another":
        file.write_text(text.replace('"window_days":7', '"window_days":6'))

    with pytest.raises(InputError, match="revision 1 cannot be gone back to"):
        standing_at(kept.history.current)
