"""Providers are asked what they serve, through their own client libraries; whatever comes back, nothing leaks."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from cartjury.agents.addresses import address_of, key_of, normalised
from cartjury.agents.listing import ListingError, living, name_own_models
from cartjury.agents.nearest import nearest
from cartjury.agents.panel import convene
from cartjury.data.call_records import Panel
from cartjury.data.errors import InputError
from cartjury.data.model_records import Chain, Model, ModelTable, Provider
from cartjury.data.options import Options
from cartjury.data.seats import SEATS
from tests.model_lists import ModelServer, listing, serving

CLIENTS = ("groq", "cerebras", "openai")
KEY = "canary-key"
BODY = "canary-body"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving("one", "two") as running:
        yield running


def provider(client: str, **fields: Any) -> Provider:
    return Provider.model_validate({"client": client, "key_env": "THE_KEY", "url_env": ("THE_URL",), **fields})


def asked(client: str, url: str, key: str = KEY, *, seconds: float = 5.0, **fields: Any) -> tuple[str, ...]:
    environ = {"THE_URL": url, "THE_KEY": key}
    return asyncio.run(living("sun", provider(client, **fields), environ, seconds=seconds))


def failure(client: str, url: str, key: str = KEY, **fields: Any) -> str:
    with pytest.raises(ListingError) as caught:
        asked(client, url, key, **fields)
    assert KEY not in str(caught.value)
    assert BODY not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("client", "path"), [("groq", "/openai/v1/models"), ("cerebras", "/v1/models"), ("openai", "/v1/models")]
)
def test_a_provider_is_asked_once_where_its_library_expects_it(server: ModelServer, client: str, path: str) -> None:
    assert asked(client, server.url) == ("one", "two")
    assert server.seen == [(path, KEY)]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_refused_key_is_said_without_the_key(server: ModelServer, client: str) -> None:
    server.status, server.body = 401, '{"error": {"message": "canary-body"}}'

    assert failure(client, server.url) == "sun refuses the key in THE_KEY"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", "<html>canary-body</html>"),
        ("application/json", "<html>canary-body</html>"),
        ("application/json", '{"data": "canary-body"}'),
        ("application/json", '["canary-body"]'),
        ("application/json", '{"data": ["canary-body"]}'),
        ("application/json", "null"),
    ],
)
def test_what_is_no_list_of_models_is_said_to_be_none(
    server: ModelServer, client: str, content_type: str, body: str
) -> None:
    server.content_type, server.body = content_type, body

    assert failure(client, server.url).endswith("answers, but not with a list of models")


@pytest.mark.parametrize("client", CLIENTS)
def test_an_error_of_the_server_is_told_by_its_number(server: ModelServer, client: str) -> None:
    server.status, server.body = 503, BODY

    assert failure(client, server.url).endswith("answers with status 503")
    assert len(server.seen) == 1


@pytest.mark.parametrize("client", CLIENTS)
def test_a_server_that_hangs_is_left_after_its_time(server: ModelServer, client: str) -> None:
    server.hangs = True

    assert failure(client, server.url, seconds=0.2).startswith("no answer from http://127.0.0.1:")


@pytest.mark.parametrize("client", CLIENTS)
def test_nobody_there_is_no_answer(client: str) -> None:
    assert failure(client, "http://127.0.0.1:9", seconds=2).startswith("no answer from http://127.0.0.1:9")


@pytest.mark.parametrize(("key", "said"), [(" ", "no key for sun: set THE_KEY"), ("schlüssel", "no key has")])
def test_without_a_usable_key_nothing_is_asked(server: ModelServer, key: str, said: str) -> None:
    assert said in failure("groq", server.url, key)
    assert server.seen == []


def test_a_server_of_one_s_own_is_asked_without_a_key(server: ModelServer) -> None:
    assert asked("openai", server.url, "", key_needed=False) == ("one", "two")


def test_ids_that_could_write_on_a_terminal_are_left_out(server: ModelServer) -> None:
    server.body = listing("good", "bad\x1b[31m", "", "x" * 500)

    assert asked("openai", server.url) == ("good",)


@pytest.mark.parametrize(
    ("client", "given", "wanted"),
    [
        *((c, f"http://h:1{tail}", "http://h:1") for c in ("groq", "cerebras") for tail in ("", "/", "/v1", "/v1/")),
        ("groq", "http://h/openai/v1", "http://h"),
        ("groq", "http://h/openai/v1/chat/completions", "http://h"),
        ("groq", "http://h/gate/openai/v1/", "http://h/gate"),
        ("cerebras", "http://h/openai/v1", "http://h/openai"),
        *(("openai", f"http://h:1{tail}", "http://h:1/v1") for tail in ("", "/", "/v1", "/v1/", "/v1/models")),
        ("openai", "http://h/api/v3", "http://h/api/v3"),
    ],
)
def test_addresses_may_be_written_with_and_without_their_version(client: str, given: str, wanted: str) -> None:
    assert normalised(given, client, "here") == wanted


def test_the_first_address_that_is_set_wins_and_a_blank_one_is_not_set() -> None:
    two = provider("openai", url_env=("A", "B"), url="http://c/v1")

    assert address_of(two, {"A": "http://a/v1", "B": "http://b/v1"}) == "http://a/v1"
    assert address_of(two, {"A": " ", "B": "http://b/v1"}) == "http://b/v1"
    assert address_of(two, {"A": "", "B": ""}) == "http://c/v1"
    assert address_of(provider("groq"), {}) is None
    assert key_of(two, {"THE_KEY": " \n"}) is None
    assert key_of(two, {"THE_KEY": "k\n"}) == "k"


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(InputError, match="THE_URL") as caught:
        address_of(provider("groq"), {"THE_URL": "http://me:canary@h"})

    assert "canary" not in str(caught.value)


def known(ref: str, family: str, price: float | None = None, context: int = 1000) -> Model:
    name, _, model = ref.partition("/")
    return Model(provider=name, id=model, family=family, context=context, price_in=price, price_out=price)


FAMILIES = {
    m.ref: m
    for m in (
        known("sun/tall-70b", "tall", 1.0),
        known("sun/tall-9b", "tall", 0.1),
        known("sun/wide-8b", "wide", 0.2),
        known("sun/flat-90b", "flat", 1.1),
        known("moon/tall-70b", "tall", 1.0),
    )
}
RELATED = ModelTable(providers={}, models=FAMILIES, presets={})


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        (("wide-8b", "tall-9b", "flat-90b"), "tall-9b"),  # the family counts first
        (("wide-8b", "tall-9b", "tall-80b"), "tall-9b"),  # of the family, one that the table knows
        (("wide-8b", "maker/tall-80b", "tall-1b-x"), "maker/tall-80b"),  # of the family, the most alike
        (("wide-8b", "flat-90b", "tall-guard-2b"), "flat-90b"),  # no relative that can speak: the nearest price
        (("whisper-large", "tall-guard-2b"), None),
        ((), None),
    ],
)
def test_the_nearest_to_a_model_that_is_gone(ids: tuple[str, ...], found: str | None) -> None:
    assert nearest(FAMILIES["sun/tall-70b"], ids, RELATED) == found


OWN = known("local/*", "own")
OWN_TABLE = ModelTable(
    providers={
        "local": provider("openai", key_needed=False),
        "sun": provider("groq", url_env=("SUN_URL",)),
    },
    models={OWN.ref: OWN, "sun/alpha": known("sun/alpha", "alpha")},
    presets={
        "local": {s: Chain(models=("local/*",)) for s in SEATS},
        "both": {s: Chain(models=("local/*", "sun/alpha")) for s in SEATS},
    },
)


def own_panel(environ: dict[str, str], jury: str = "local") -> Panel:
    asked = convene(OWN_TABLE, Options(jury=jury), environ, 12)
    return asyncio.run(name_own_models(asked, OWN_TABLE, environ))


def test_the_own_model_is_the_first_that_the_server_lists_asked_for_once(server: ModelServer) -> None:
    found = own_panel({"THE_URL": server.url})

    assert {m.id for seat in found.seats.values() for m in seat.models} == {"one"}
    assert found.seats["judge"].models[0].context == OWN.context
    assert len(found.seats) == 5
    assert len(server.seen) == 1


def test_a_model_named_by_the_user_is_taken_without_asking(server: ModelServer) -> None:
    found = own_panel({"THE_URL": server.url, "LOCAL_LLM_MODEL": "maker/mine"})

    assert found.seats["judge"].models[0].ref == "local/maker/mine"
    assert found.seats["judge"].models[0].family == "mine"
    assert server.seen == []


def test_a_server_that_is_not_there_leaves_its_seats_empty_and_says_where_it_was_sought() -> None:
    found = own_panel({"THE_URL": "http://127.0.0.1:9"})

    assert found.seats == {}
    assert set(found.empty.values()) == {
        "no answer from http://127.0.0.1:9/v1: is the server running? THE_URL says where it is"
    }
    assert found.estimate is not None
    assert found.estimate.calls == 0


def test_a_server_that_is_not_there_leaves_the_rest_of_a_chain() -> None:
    found = own_panel({"THE_URL": "http://127.0.0.1:9", "THE_KEY": KEY}, "both")

    assert [m.ref for m in found.seats["judge"].models] == ["sun/alpha"]
    assert found.empty == {}


def test_a_server_without_models_leaves_its_seats_empty(server: ModelServer) -> None:
    server.body = listing()

    assert set(own_panel({"THE_URL": server.url}).empty.values()) == {"local lists no model"}


def test_a_panel_without_an_own_model_asks_nobody() -> None:
    panel = Panel(preset="offline", effort="offline")

    assert asyncio.run(name_own_models(panel, OWN_TABLE, {})).seats == {}
