"""A folder with a manifest is complete, whatever happens while it is written."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cartjury.data.journal import JOURNAL, append, in_order, read
from cartjury.data.jury_records import JuryRecord
from cartjury.data.options import Options
from cartjury.data.records import SegmentPlan
from cartjury.tools.name_plan import name_segments
from cartjury.tools.publish import MANIFEST, Settings, publish_run, write_atomically
from cartjury.tools.results import Results
from tests.carts import Segmented, carts, random_carts, segmented, write_csv, write_frame
from tests.tools import report_cases as cases

FILES = {
    "cart_abandoners.csv",
    "mece_strategy.csv",
    "plan.json",
    "segments.sql",
    "jury.jsonl",
    "verdicts.json",
    "certificate.json",
    "report.html",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Segmented:
    return segmented(write_frame(tmp_path_factory.mktemp("carts"), random_carts(300, 1, missing=0.02)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def results(found: Segmented, **changes: Any) -> Results:
    plan = name_segments(found.plan, JuryRecord())
    whole = Results(found.dataset, found.universe, plan, found.profiles, JuryRecord(), found.scores, found.certificate)
    return whole._replace(**changes)


def publish(found: Results, folder: Path, timing: float = 0.5, **options: Any) -> dict[str, Any]:
    work = folder / ".work"
    work.mkdir(exist_ok=True)
    settings = Settings(Options.model_validate(options), 42, {"load": timing})
    record = publish_run(found, "a-run", folder, work, settings)
    assert {path.name for path in work.iterdir()} <= {JOURNAL}
    return record.model_dump(mode="json")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".work"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_run_writes_its_files_and_a_manifest_with_their_hashes(found: Segmented, folder: Path) -> None:
    record = publish(results(found), folder)
    assert names(folder) == FILES | {MANIFEST}
    assert json.loads((folder / MANIFEST).read_text()) == record
    assert set(record["files"]) == FILES
    for name, entry in record["files"].items():
        content = (folder / name).read_bytes()
        assert entry == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def test_the_manifest_says_what_the_run_was(found: Segmented, folder: Path) -> None:
    record = publish(results(found), folder, min_size=3)
    assert (record["run_id"], record["seed"], record["options"]["min_size"]) == ("a-run", 42, 3)
    assert record["plan_hash"] == SegmentPlan.from_json((folder / "plan.json").read_text()).plan_hash
    assert (record["users"], record["segments"]) == (found.universe.size, len(found.scores))
    assert record["mece_proven"] is True
    assert record["source"]["sha256"] == found.dataset.sha256


def test_the_same_run_gives_the_same_bytes_but_for_the_timings(found: Segmented, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, timing in ((one, 0.1), (other, 7.0)):
        folder.mkdir()
        publish(results(found), folder, timing)
    first, second = contents(one), contents(other)
    assert {n for n in first if first[n] != second[n]} == {MANIFEST}
    manifests = [json.loads(text[MANIFEST]) for text in (first, second)]
    assert [m.pop("timings") for m in manifests] == [{"load": 0.1}, {"load": 7.0}]
    assert manifests[0] == manifests[1]


def test_another_reading_of_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    frame = random_carts(3000, 5, missing=0.06)
    written = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        publish(results(segmented(write_frame(folder, frame))), folder)
        written.append({n: text for n, text in contents(folder).items() if n in FILES})
    assert written[0] == written[1]


def test_files_of_an_earlier_run_go_and_files_of_others_stay(found: Segmented, folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")
    publish(results(found), folder)
    publish(results(found), folder, users_format="parquet")
    assert names(folder) == (FILES - {"cart_abandoners.csv"}) | {"cart_abandoners.parquet", MANIFEST, "notes.txt"}
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_manifest_that_somebody_edited_cannot_reach_outside_its_folder(found: Segmented, folder: Path) -> None:
    publish(results(found), folder)
    outside = folder.parent / "precious.txt"
    outside.write_text("keep")
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"] |= {"../precious.txt": {}, str(outside): {}, "..": {}}
    (folder / MANIFEST).write_text(json.dumps(manifest))
    publish(results(found), folder)
    assert outside.read_text() == "keep"


@pytest.mark.parametrize("text", ["", "{half", "[]", '{"name": "something else"}'])
def test_a_manifest_that_cannot_be_read_is_replaced(found: Segmented, folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text)
    publish(results(found), folder)
    assert names(folder) == FILES | {MANIFEST}


class CrashError(Exception):
    """The machine stops."""


@pytest.fixture(params=[1, 2, 5, 8, 9])
def crash(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Let the n-th file that is moved to its place never arrive."""
    move, moves = Path.replace, iter(range(1, 100))

    def replace(self: Path, target: Path) -> Path:
        if next(moves) == request.param:
            raise CrashError
        return move(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        yield request.param


def test_a_crash_among_the_moves_leaves_no_manifest(found: Segmented, folder: Path, crash: int) -> None:
    with pytest.raises(CrashError):
        publish(results(found), folder)
    assert not (folder / MANIFEST).exists()
    assert len(FILES & names(folder)) == crash - 1


def test_a_crash_before_the_moves_leaves_the_run_before(
    found: Segmented, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(results(found), folder)
    before = contents(folder)

    def no_report(**_: object) -> str:
        raise CrashError

    monkeypatch.setattr("cartjury.tools.publish.render_report", no_report)
    with pytest.raises(CrashError):
        publish(results(found), folder)
    assert contents(folder) == before


def test_a_crash_over_an_earlier_run_leaves_no_manifest_that_lies(
    found: Segmented, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(results(found), folder)

    def replace(self: Path, target: Path) -> Path:
        raise CrashError

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(CrashError):
        publish(results(found), folder)
    assert not (folder / MANIFEST).exists()


def test_after_a_crash_the_next_run_is_whole(found: Segmented, folder: Path) -> None:
    (folder / ".work" / "draft").mkdir(parents=True)
    (folder / ".work" / "draft" / "half.csv").write_text("half")
    publish(results(found), folder)
    assert names(folder) == FILES | {MANIFEST}


def test_a_text_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.json"
    write_atomically(target, "old")

    def no_sync(_: int) -> None:
        raise CrashError

    monkeypatch.setattr("os.fsync", no_sync)
    with pytest.raises(CrashError):
        write_atomically(target, "new")
    assert target.read_text() == "old"


def test_the_call_log_is_published_in_the_order_of_the_jury(found: Segmented, folder: Path) -> None:
    (folder / ".work").mkdir()
    asked = cases.attempts()
    for attempt in reversed(asked):
        append(folder / ".work" / JOURNAL, attempt)
    publish(results(found), folder)

    assert read(folder / "jury.jsonl") == in_order(asked)


def test_a_published_call_log_makes_the_same_run_again(found: Segmented, tmp_path: Path) -> None:
    said = JuryRecord(panel=cases.panel(), calls=tuple(a.summary() for a in cases.attempts()))
    first, again = tmp_path / "first", tmp_path / "again"
    for folder in (first, again):
        (folder / ".work").mkdir(parents=True)
    for attempt in cases.attempts():
        append(first / ".work" / JOURNAL, attempt)
    publish(results(found, jury=said), first)
    (again / ".work" / JOURNAL).write_bytes((first / "jury.jsonl").read_bytes())
    publish(results(found, jury=said), again)

    assert contents(again) == contents(first)


def test_bad_rows_of_a_quarantine_are_published_with_the_run(tmp_path: Path) -> None:
    path = write_csv(tmp_path, carts("1", "abc", "3"))
    found = segmented(path, on_bad_rows="quarantine")
    (tmp_path / "run").mkdir()
    settings = Settings(Options(), None, {})
    record = publish_run(results(found), "a-run", tmp_path / "run", Path(found.dataset.path).parent, settings)
    assert "rejected_rows.csv" in record.files
    assert "abc" in (tmp_path / "run" / "rejected_rows.csv").read_text()
    assert any("1 bad row" in w for w in record.warnings)


def test_a_proof_that_failed_is_the_first_warning(found: Segmented, folder: Path) -> None:
    failed = found.certificate.model_copy(update={"data_proven": False})
    record = publish(results(found, certificate=failed), folder)
    assert record["mece_proven"] is False
    assert record["warnings"][0].startswith("the MECE proof FAILED")
