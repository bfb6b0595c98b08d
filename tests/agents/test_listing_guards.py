"""Asking for a list of models is guarded as asking for an answer is."""

import pytest

from tests.agents.test_listing import BODY, CLIENTS, asked, failure
from tests.fault_server import FaultServer
from tests.faults import FAULTS, Rejection


@pytest.mark.parametrize("client", CLIENTS)
def test_a_redirect_is_not_followed(client: str) -> None:
    with FaultServer() as elsewhere, FaultServer() as first:
        first.fault = lambda seen: Rejection(307, BODY, "", {"location": f"{elsewhere.url}/v1/models"})

        assert failure(client, first.url).endswith("answers with status 307")
        assert (len(first.seen), len(elsewhere.seen)) == (1, 0)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("flood", ["bomb", "huge"])
def test_a_flood_is_no_list_of_models(flood: str, client: str) -> None:
    with FaultServer(fault=lambda seen: FAULTS[flood]) as server:
        assert failure(client, server.url).endswith("answers, but not with a list of models")


def test_what_is_set_for_openai_does_not_reach_an_own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "meant-for-openai")
    with FaultServer() as server:
        server.list_models("openai", ["one"])

        assert asked("openai", server.url, "", key_needed=False) == ("one",)
        assert "meant-for-openai" not in str(server.seen)
