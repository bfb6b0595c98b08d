"""Which web pages and names `langgraph dev` answers to: Studio, named pages of this machine, and no others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_sync_client

from tests.graph.studio_server import free_port, served

STUDIO = "https://smith.langchain.com"
CHAT = "http://localhost:3000"
CONFIGURED = "http://localhost:4711"
EVIL = "https://evil.example"
ASKED = {"access-control-request-method": "POST", "access-control-request-headers": "content-type,x-api-key"}
PRIVATE = "access-control-request-private-network"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    folder = tmp_path_factory.mktemp("guarded")
    (folder / ".env").write_text(f"CARTJURY_ORIGINS={CONFIGURED}\n", encoding="utf-8")
    with served(folder, address, port):
        yield address


def threads(url: str) -> int:
    """How many threads there are, as a program that is no browser sees it."""
    return len(httpx.post(f"{url}/threads/search", json={"limit": 1000}).json())


def preflight(url: str, origin: str) -> httpx.Response:
    return httpx.options(f"{url}/threads", headers={"Origin": origin, **ASKED, PRIVATE: "true"})


@pytest.mark.parametrize("origin", [STUDIO, CHAT, "http://127.0.0.1:3000", CONFIGURED])
def test_pages_that_are_allowed_may_ask_post_and_read(url: str, origin: str) -> None:
    asked = preflight(url, origin)
    posted = httpx.post(f"{url}/threads", json={}, headers={"Origin": origin})
    read = httpx.get(f"{url}/threads/{posted.json()['thread_id']}", headers={"Origin": origin})

    assert asked.is_success
    assert asked.headers["access-control-allow-private-network"] == "true"
    assert "x-api-key" in asked.headers["access-control-allow-headers"]
    assert [r.headers["access-control-allow-origin"] for r in (asked, posted, read)] == [origin] * 3
    assert "content-location" in posted.headers["access-control-expose-headers"]


FOREIGN = [EVIL, "null", "http://localhost:3001", "http://evil.example:3000", f"{STUDIO}.evil.example", "file://"]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_preflight_of_any_other_page_is_refused_without_a_word_of_permission(url: str, origin: str) -> None:
    asked = preflight(url, origin)

    assert asked.status_code == 403
    assert not [name for name in asked.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_post_that_needs_no_preflight_does_nothing(url: str, origin: str) -> None:
    before = threads(url)
    posted = httpx.post(f"{url}/threads", content="{}", headers={"Origin": origin, "Content-Type": "text/plain"})

    assert posted.status_code == 403
    assert threads(url) == before


@pytest.mark.parametrize(
    "path", ["/", "/ok", "/info", "/docs", "/openapi.json", "/threads/{id}", "/threads/{id}/state"]
)
def test_a_foreign_page_reads_nothing_on_any_route(url: str, path: str) -> None:
    thread = httpx.post(f"{url}/threads", json={}).json()["thread_id"]
    read = httpx.get(url + path.format(id=thread), headers={"Origin": EVIL})

    assert read.status_code == 403
    assert thread not in read.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_browser_fetches_for_a_foreign_page_without_an_origin_is_refused(url: str, site: str) -> None:
    assert httpx.get(f"{url}/info", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:2024", "127.0.0.1.evil.example", "api", "localhost@evil"]
)
def test_a_foreign_name_that_points_here_is_refused(url: str, host: str) -> None:
    posted = httpx.post(f"{url}/threads", json={}, headers={"Host": host})

    assert posted.status_code == 403
    assert "127.0.0.1" in posted.json()["error"]["message"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:2024", "[::1]:2024", "127.0.0.1"])
def test_every_name_of_this_machine_is_answered(url: str, host: str) -> None:
    assert httpx.get(f"{url}/info", headers={"Host": host}).is_success


def test_programs_work_as_before(url: str) -> None:
    with get_sync_client(url=url, api_key=None) as client:
        thread = client.threads.create()
        done: Any = client.runs.wait(thread["thread_id"], "cartjury", input={"n_users": 2000, "seed": 3})

    assert done["manifest"]["users"] > 0


def test_an_origin_elsewhere_cannot_be_configured(tmp_path: Path) -> None:
    port = free_port()
    with (
        pytest.raises(AssertionError, match="no page of this machine"),
        served(tmp_path, f"http://127.0.0.1:{port}", port, CARTJURY_ORIGINS=EVIL),
    ):
        pass
