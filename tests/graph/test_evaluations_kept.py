"""What an evaluation keeps of each question: heard again without a network, gone on with, and checked before."""

from pathlib import Path

import pytest

from cartjury.data.errors import InputError
from cartjury.data.journal import JOURNAL, read
from cartjury.graph.evaluating import Evaluating
from cartjury.graph.kept import KEPT
from tests.fault_server import FaultServer
from tests.graph.evaluations import ARMS, CASE, KEY, NAMES, NOBODY, OTHERS, TABLE, WHOLE, at


@pytest.mark.parametrize("arm", ["one_call", "best_x4", "mixed_debate", "offline"])
def test_a_jury_is_heard_again_from_its_folder_without_key_or_network(
    arm: str, evaluated: FaultServer, tmp_path: Path
) -> None:
    live = at(evaluated).name_table(ARMS[arm], CASE, folder=tmp_path / "a")
    asked = len(evaluated.seen)

    assert NOBODY.name_table(ARMS[arm], CASE, recorded=tmp_path / "a") == live
    assert len(evaluated.seen) == asked


def test_readers_are_heard_again_and_the_copy_is_as_good_a_record(evaluated: FaultServer, tmp_path: Path) -> None:
    first = at(evaluated).match_table(CASE, NAMES, folder=tmp_path / "m")
    second = at(evaluated).prefer_table(CASE, NAMES, OTHERS, folder=tmp_path / "p")

    for copy, record in (("m2", "m"), ("m3", "m2")):
        assert NOBODY.match_table(CASE, NAMES, folder=tmp_path / copy, recorded=tmp_path / record) == first
    assert NOBODY.prefer_table(CASE, NAMES, OTHERS, recorded=tmp_path / "p") == second
    assert (tmp_path / "m3" / KEPT).read_bytes() == (tmp_path / "m" / KEPT).read_bytes()


def test_a_record_of_other_names_or_of_another_seed_or_table_is_refused(evaluated: FaultServer, tmp_path: Path) -> None:
    at(evaluated).match_table(CASE, NAMES, folder=tmp_path)

    for asking, case, names in (
        (NOBODY, CASE, OTHERS),
        (Evaluating(TABLE, {}, seed=1), CASE, NAMES),
        (NOBODY, WHOLE, NAMES),
    ):
        with pytest.raises(InputError, match="The record holds no answer"):
            asking.match_table(case, names, recorded=tmp_path)


@pytest.mark.parametrize("harm", ["changed", "without log", "without note", "spoilt note"])
def test_a_record_that_is_not_as_it_was_is_refused(harm: str, evaluated: FaultServer, tmp_path: Path) -> None:
    at(evaluated).name_table(ARMS["one_call"], CASE, folder=tmp_path)
    log, note = tmp_path / JOURNAL, tmp_path / KEPT
    {
        "changed": lambda: log.write_bytes(log.read_bytes().replace(b"S01", b"S02")),
        "without log": log.unlink,
        "without note": note.unlink,
        "spoilt note": lambda: note.write_text("{}"),
    }[harm]()

    with pytest.raises(InputError, match=str(tmp_path)):
        NOBODY.name_table(ARMS["one_call"], CASE, recorded=tmp_path)


def test_a_record_is_not_written_over_by_its_own_replay(evaluated: FaultServer, tmp_path: Path) -> None:
    at(evaluated).match_table(CASE, NAMES, folder=tmp_path)

    with pytest.raises(InputError, match="overwritten by its own replay"):
        NOBODY.match_table(CASE, NAMES, folder=tmp_path / ".", recorded=tmp_path)
    assert NOBODY.match_table(CASE, NAMES, recorded=tmp_path).measured


def test_a_question_that_was_cut_off_is_gone_on_with_and_an_answered_one_is_asked_anew(
    evaluated: FaultServer, tmp_path: Path
) -> None:
    asking, log = at(evaluated), tmp_path / JOURNAL
    whole = asking.name_table(ARMS["best_x4"], CASE, folder=tmp_path)
    (tmp_path / KEPT).unlink()
    log.write_text("".join(line for line in log.read_text().splitlines(keepends=True) if '"verdict"' not in line))

    again = asking.name_table(ARMS["best_x4"], CASE, folder=tmp_path)
    assert (len(evaluated.seen), again.names) == (12, whole.names)

    asking.name_table(ARMS["best_x4"], CASE, folder=tmp_path)
    assert (len(evaluated.seen), len(read(log))) == (22, 10)


def test_a_folder_that_cannot_be_made_is_bad_input(evaluated: FaultServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(InputError, match="cannot write to"):
        at(evaluated).match_table(CASE, NAMES, folder=tmp_path / "file" / "m")
    assert evaluated.seen == []


def test_no_key_is_written_down(evaluated: FaultServer, tmp_path: Path) -> None:
    asking = at(evaluated)
    asking.name_table(ARMS["one_call"], CASE, folder=tmp_path / "n")
    asking.prefer_table(CASE, NAMES, OTHERS, folder=tmp_path / "p")

    assert not [f for f in tmp_path.rglob("*") if f.is_file() and KEY in f.read_text()]
