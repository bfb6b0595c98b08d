"""Which requests a server on this machine lets in, by what a browser cannot hide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketDisconnect

from cartjury.app.guard import Guard, refusal
from cartjury.app.studio import CHAT_PAGES, STUDIO, allowed_origins
from cartjury.data.errors import InputError

ALLOWED = ("https://friend.example",)


def asked(root_path: str = "", **headers: str) -> Scope:
    pairs = [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in headers.items()]
    return {"type": "http", "method": "GET", "path": "/", "root_path": root_path, "headers": pairs}


def is_let_in(**headers: str) -> bool:
    return refusal(asked(**headers), ALLOWED) is None


def test_a_program_is_let_in() -> None:
    assert is_let_in(host="127.0.0.1:8765")


def test_a_request_without_a_host_is_refused() -> None:
    assert not is_let_in()


def test_the_servers_own_pages_are_let_in() -> None:
    assert is_let_in(host="localhost:8765", origin="http://localhost:8765")
    assert is_let_in(host="localhost:8765", sec_fetch_site="same-origin")
    assert is_let_in(host="localhost:8765", sec_fetch_site="none")


def test_another_port_of_this_machine_is_another_origin() -> None:
    assert not is_let_in(host="localhost:8765", origin="http://localhost:8766")
    assert not is_let_in(host="localhost:8765", origin="http://127.0.0.1:8765")


def test_a_link_from_another_page_of_this_machine_may_be_followed_but_not_one_from_elsewhere() -> None:
    assert is_let_in(host="localhost:1", sec_fetch_site="same-site", sec_fetch_mode="navigate")
    assert not is_let_in(host="localhost:1", sec_fetch_site="cross-site", sec_fetch_mode="navigate")


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_no_other_host_is_let_in(host: str) -> None:
    name, _, port = host.rpartition(":") if ":" in host and not host.endswith("]") else (host, "", "")
    ours = name.lower() in {"127.0.0.1", "localhost", "[::1]"} and (port == "" or port.isdecimal())

    assert not is_let_in(host=host) or ours


@pytest.mark.parametrize("host", ["localhost.", "localhost:", "127.0.0.1:80:80", "127.0.0.1/evil", "0.0.0.0", "[::]"])
def test_what_only_looks_like_this_machine_is_refused(host: str) -> None:
    assert not is_let_in(host=host)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_no_other_origin_is_let_in(origin: str) -> None:
    assert not is_let_in(host="localhost:1", origin=origin) or origin in {
        *ALLOWED,
        "http://localhost:1",
        "https://localhost:1",
    }


def test_the_client_inside_the_server_is_let_in_and_nobody_who_takes_its_name() -> None:
    assert refusal(asked(root_path="/noauth", host="api"), ()) is None
    assert not is_let_in(host="api")


def test_two_origins_or_two_hosts_are_refused() -> None:
    twice = asked(host="localhost:1")
    twice["headers"] += [(b"host", b"localhost:1")]
    both = asked(host="localhost:1", origin=ALLOWED[0])
    both["headers"] += [(b"origin", ALLOWED[0].encode())]

    assert refusal(twice, ALLOWED)
    assert refusal(both, ALLOWED)


def test_a_websocket_of_a_foreign_page_is_closed_before_it_opens() -> None:
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")
        await socket.close()

    app = Starlette(routes=[WebSocketRoute("/ws", echo)])
    client = TestClient(Guard(app), base_url="http://127.0.0.1")
    with client.websocket_connect("/ws", headers={"host": "127.0.0.1"}) as socket:
        assert socket.receive_text() == "hello"
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/ws", headers={"host": "127.0.0.1", "origin": "https://evil.example"}),
    ):
        pass


def test_studio_and_the_chat_page_may_call_and_further_pages_of_this_machine_can_be_named() -> None:
    assert allowed_origins("") == (STUDIO, *CHAT_PAGES)
    assert allowed_origins(" http://localhost:5173/, https://[::1]:8443 ") == (
        STUDIO,
        *CHAT_PAGES,
        "http://localhost:5173",
        "https://[::1]:8443",
    )


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "https://evil.example",
        "http://localhost.evil.example",
        "http://localhost:3000/page",
        "localhost:3000",
    ],
)
def test_a_page_elsewhere_cannot_be_named(origin: str) -> None:
    with pytest.raises(InputError, match="no page of this machine"):
        allowed_origins(origin)
