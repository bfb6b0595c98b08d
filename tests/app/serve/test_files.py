"""Inputs that clients send, and results that they fetch."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cartjury.app.serve.places import revisions, safe_name
from tests.app.serve.fake_thread import FILES, manifest
from tests.app.serve.served import LIMIT, TOKEN, Service

CARTS = b"user_id,cart_abandoned_date\nu1,2026-10-01\n"


def inputs(service: Service) -> dict[str, bytes]:
    folder = service.folder / "inputs"
    return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.is_dir() else {}


def test_an_upload_can_be_ordered_by_the_path_that_comes_back(fresh: Service) -> None:
    sent = fresh.http.put("/api/inputs/carts.csv", content=CARTS)

    assert sent.status_code == 201
    assert Path(sent.json()["path"]).read_bytes() == CARTS
    assert sent.json()["bytes"] == len(CARTS)
    assert fresh.http.get("/api/inputs").json()["inputs"] == [sent.json()]
    fresh.started(input_path=sent.json()["path"])


def test_an_upload_never_overwrites(fresh: Service) -> None:
    names = [fresh.http.put("/api/inputs/carts.csv", content=CARTS + bytes([i])).json()["name"] for i in range(3)]

    assert names == ["carts.csv", "carts-2.csv", "carts-3.csv"]
    assert inputs(fresh) == {name: CARTS + bytes([i]) for i, name in enumerate(names)}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("carts.csv.gz", "carts.csv.gz"),
        ("Carts 2026 (final).PARQUET", "Carts_2026_final_.parquet"),
        ("..%5c..%5cevil.csv", "_.._evil.csv"),
        ("-rf.csv", "rf.csv"),
        ("<img src=x>.csv", "_img_src_x_.csv"),
        ("a%00b.csv", "a_b.csv"),
        ("\u202evsc.csv", "_vsc.csv"),
        ("x" * 150 + ".csv", "x" * 80 + ".csv"),
    ],
)
def test_an_upload_is_kept_under_a_harmless_name(fresh: Service, name: str, kept: str) -> None:
    assert fresh.http.put(f"/api/inputs/{name}", content=CARTS).json()["name"] == kept
    assert set(inputs(fresh)) == {kept}


def test_a_name_of_dots_alone_gets_another_one() -> None:
    stem, ending = safe_name("....csv")

    assert stem.startswith("carts-")
    assert ending == ".csv"


@pytest.mark.parametrize("name", ["carts.exe", "carts", ".env", "carts.csv.sh", "threads.sqlite"])
def test_only_what_can_be_read_is_taken(fresh: Service, name: str) -> None:
    assert fresh.http.put(f"/api/inputs/{name}", content=CARTS).status_code == 415
    assert inputs(fresh) == {}


@pytest.mark.parametrize("name", ["..%2f..%2fevil.csv", "a%2fb.csv", "../../evil.csv", "sub/carts.csv"])
def test_an_upload_cannot_name_a_folder(fresh: Service, name: str) -> None:
    assert fresh.http.put(f"/api/inputs/{name}", content=CARTS).status_code in {404, 405}
    assert inputs(fresh) == {}
    assert not list(fresh.folder.rglob("*evil*"))


def pieces(size: int) -> Iterator[bytes]:
    """A body whose length is not declared."""
    for _ in range(size // 1000):
        yield b"x" * 1000


def test_an_upload_over_the_limit_is_refused_and_nothing_is_left(fresh: Service) -> None:
    declared = fresh.http.put("/api/inputs/carts.csv", content=b"x" * (LIMIT + 1))
    streamed = fresh.http.put("/api/inputs/carts.csv", content=pieces(LIMIT + 1000))

    assert [r.status_code for r in (declared, streamed)] == [413, 413]
    assert declared.json()["error"]["kind"] == "too_large"
    assert inputs(fresh) == {}
    assert fresh.http.put("/api/inputs/carts.csv", content=pieces(LIMIT)).status_code == 201


def test_an_empty_upload_is_refused(fresh: Service) -> None:
    assert fresh.http.put("/api/inputs/carts.csv", content=b"").status_code == 400
    assert inputs(fresh) == {}


def test_an_upload_that_breaks_off_leaves_nothing(fresh: Service) -> None:
    host, port = fresh.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        head = f"PUT /api/inputs/carts.csv HTTP/1.1\r\nHost: {host}:{port}\r\nX-Cartjury-Token: {TOKEN}\r\n"
        client.sendall(f"{head}Content-Length: 5000\r\n\r\nhalf of it".encode())
        wait_until(lambda: len(inputs(fresh)) == 1)
    wait_until(lambda: inputs(fresh) == {})


def wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError


def test_only_files_that_can_be_read_are_listed(fresh: Service) -> None:
    folder = fresh.folder / "inputs"
    folder.mkdir()
    for name in ("a.csv", "b.parquet", "notes.txt", ".hidden.csv"):
        (folder / name).write_bytes(CARTS)
    (folder / "sub.csv").mkdir()

    assert [i["name"] for i in fresh.http.get("/api/inputs").json()["inputs"]] == ["a.csv", "b.parquet"]


def published(service: Service, thread: str, number: int) -> Path:
    """A further revision, as the graph publishes it."""
    folder = service.folder / "runs" / thread / "revisions" / f"{number:04d}"
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text(f'{{"revision": {number}}}', encoding="utf-8")
    listed: dict[str, dict[str, object]] = {"plan.json": {"sha256": "0" * 64, "bytes": 15}}
    (folder / "manifest.json").write_text(json.dumps(manifest(thread, listed)), encoding="utf-8")
    return folder


def test_what_a_thread_published_is_listed_by_revision_and_can_be_fetched(service: Service) -> None:
    thread = service.started()
    published(service, thread, 2)
    found = service.http.get(f"/api/threads/{thread}/files").json()["revisions"]
    names = {r["revision"]: {f["name"] for f in r["files"]} for r in found}
    fetched = {f["url"]: service.http.get(f["url"]) for r in found for f in r["files"]}
    second = fetched[f"/api/threads/{thread}/revisions/2/files/plan.json"]

    assert names == {1: {*FILES, "manifest.json"}, 2: {"plan.json", "manifest.json"}}
    assert {r.status_code for r in fetched.values()} == {200}
    assert second.json() == {"revision": 2}
    assert second.headers["content-disposition"] == 'attachment; filename="plan.json"'
    assert second.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "path",
    [
        "1/files/secret.txt",
        "1/files/.work",
        "1/files/.work%2ffake.json",
        "1/files/..%2f..%2fsecret.txt",
        "1/files/%2e%2e%2fsecret.txt",
        "1/files/%2fetc%2fpasswd",
        "1/files/plan.json%00",
        "1/files/PLAN.JSON",
        "3/files/plan.json",
        "0/files/plan.json",
        "-1/files/plan.json",
        "x/files/plan.json",
    ],
)
def test_what_the_manifest_does_not_list_is_not_there(service: Service, path: str) -> None:
    thread = service.started()
    (service.folder / "runs" / thread / "secret.txt").write_text("secret", encoding="utf-8")

    assert service.http.get(f"/api/threads/{thread}/revisions/{path}").status_code == 404


def test_a_listed_file_that_leads_elsewhere_is_not_served(service: Service) -> None:
    thread = service.started()
    folder = published(service, thread, 2)
    (service.folder / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "linked.txt").symlink_to(service.folder / "secret.txt")
    entry: dict[str, object] = {"sha256": "0" * 64, "bytes": 6}
    listed = dict.fromkeys(("linked.txt", "../../../../secret.txt", "/etc/passwd", "s3://bucket/part-0.csv"), entry)
    (folder / "manifest.json").write_text(json.dumps(manifest(thread, listed)), encoding="utf-8")
    (found,) = (r for r in service.http.get(f"/api/threads/{thread}/files").json()["revisions"] if r["revision"] == 2)

    assert [f["name"] for f in found["files"]] == ["manifest.json"]
    for name in ("linked.txt", "..%2f..%2f..%2f..%2fsecret.txt", "%2fetc%2fpasswd"):
        assert service.http.get(f"/api/threads/{thread}/revisions/2/files/{name}").status_code == 404


def test_a_revision_without_a_manifest_was_never_published(tmp_path: Path) -> None:
    (tmp_path / "revisions" / "0002").mkdir(parents=True)
    (tmp_path / "revisions" / "notes").mkdir()

    assert revisions(tmp_path) == {}
