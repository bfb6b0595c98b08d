"""Who may call the service: programs and pages of this machine that know the token, nobody else."""

import re
from pathlib import Path

import httpx
import pytest

from tests.app.serve.served import TOKEN, Service

CALLS = [
    ("GET", "/api/threads"),
    ("POST", "/api/threads"),
    ("GET", "/api/threads/x"),
    ("GET", "/api/threads/x/events"),
    ("POST", "/api/threads/x/messages"),
    ("POST", "/api/threads/x/decision"),
    ("POST", "/api/threads/x/undo"),
    ("GET", "/api/threads/x/files"),
    ("GET", "/api/threads/x/revisions/1/files/plan.json"),
    ("GET", "/api/inputs"),
    ("PUT", "/api/inputs/carts.csv"),
    ("GET", "/no/such/call"),
]


def nobody(service: Service, method: str, path: str, **more: object) -> httpx.Response:
    return httpx.request(method, service.url + path, timeout=20, verify=False, **more)  # type: ignore[arg-type] # headers, cookies


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_nothing_is_told_without_the_token(service: Service, method: str, path: str) -> None:
    refused = nobody(service, method, path)

    assert refused.status_code == 401
    assert refused.json()["error"]["kind"] == "token"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"X-Cartjury-Token": TOKEN + "x"},
        {"X-Cartjury-Token": ""},
        {"X-Cartjury-Token": b"\xff\xfe"},
        {"Cookie": f"token={TOKEN}"},
    ],
)
def test_a_wrong_token_is_none(service: Service, headers: dict[str, str]) -> None:
    assert nobody(service, "GET", "/api/threads", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/threads", {"Authorization": f"bearer {TOKEN}"}),
        ("/api/threads", {"X-Cartjury-Token": TOKEN}),
        (f"/api/threads?token={TOKEN}", {}),
    ],
)
def test_the_token_can_be_shown_in_three_ways(service: Service, path: str, headers: dict[str, str]) -> None:
    assert nobody(service, "GET", path, headers=headers).status_code == 200


def test_the_index_and_the_health_need_no_token_and_tell_of_no_thread(service: Service) -> None:
    thread = service.started()

    assert nobody(service, "GET", "/health").json() == {"ok": True}
    index = nobody(service, "GET", "/")
    assert "POST /api/threads/{id}/decision" in {call["call"] for call in index.json()["calls"]}
    assert all(call["what"] for call in index.json()["calls"])
    assert thread not in index.text
    assert "set-cookie" not in index.headers


def test_the_page_about_the_service_tells_of_every_call(service: Service) -> None:
    page = (Path(__file__).parents[3] / "docs" / "serve.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `((?:GET|POST|PUT) /[^`]*)` \|", page, flags=re.MULTILINE))
    calls = {c["call"] for c in service.http.get("/").json()["calls"]}

    assert told == calls | {"GET /", "GET /health"}


def test_the_address_with_the_token_sets_a_cookie_that_no_script_and_no_other_site_can_use(service: Service) -> None:
    with httpx.Client(base_url=service.url, verify=False) as browser:
        opened = browser.get("/", params={"token": TOKEN})
        cookie = opened.headers["set-cookie"]

        assert browser.get("/api/threads").status_code == 200

    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}


def test_the_address_with_a_wrong_token_sets_none(service: Service) -> None:
    opened = nobody(service, "GET", "/?token=wrong")

    assert opened.status_code == 401
    assert "set-cookie" not in opened.headers


def test_a_foreign_page_is_refused_even_with_the_token(service: Service) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "http://localhost:3000"}, {"Host": "evil.example"}):
        assert service.http.get("/api/threads", headers=headers).status_code == 403
        assert service.http.post("/api/threads", json={}, headers=headers).status_code == 403
    assert service.http.get("/api/threads", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_page_of_the_service_may_call_and_no_other_is_given_permission(service: Service) -> None:
    own = service.http.get("/api/threads", headers={"Origin": service.url, "Sec-Fetch-Site": "same-origin"})
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    preflight = service.http.request("OPTIONS", "/api/threads", headers=asked)

    assert own.status_code == 200
    assert preflight.status_code == 403
    assert not [h for r in (own, preflight) for h in r.headers if h.startswith("access-control")]


def test_every_response_forbids_framing_sniffing_and_keeping(service: Service) -> None:
    thread = service.started()
    service.do(thread, "messages", text="boom")
    responses = [
        service.http.get("/"),
        service.http.get("/api/threads"),
        service.http.get("/nowhere"),
        nobody(service, "GET", "/api/threads"),
        service.http.get("/", headers={"Origin": "https://evil.example"}),
        service.http.get(f"/api/threads/{thread}/revisions/1/files/plan.json"),
        service.http.get(f"/api/threads/{thread}/events?follow=0"),
    ]

    for response in responses:
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert "default-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
