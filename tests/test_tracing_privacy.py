"""Nothing of a user is in a trace: not of rows that were read, not of rows that were refused, not of what was typed.

Runs on files of canaries (tests/test_privacy.py), traced to a recording server: one that leaves bad rows out and a chat
about it, and one that fails on a bad row.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import program
from tests.agents.scripted_model import answer, data_of
from tests.app.jury_program import CEREBRAS_KEY, GROQ_KEY, keys
from tests.carts import cart, write_csv
from tests.fault_server import FaultServer, Seen
from tests.faults import FAULTS, Fault
from tests.recording_langsmith import LangSmith
from tests.test_privacy import CANARIES, found_in

COLUMN = "canary-column"
TYPED = "write to ana@canary.example, card 4111 1111 1111 1111, key gsk_canaryTyped0123456789, please"
OWN_KEY = "canary key of a server of ones own"
MERGE = {"kind": "wishes", "edits": [{"kind": "merge", "segments": ["S01", "S03"]}]}


def rows() -> list[dict[str, object]]:
    """Carts with values that occur nowhere else; one row is bad."""
    good = [
        cart(user_id=f"canary-id-{i}", avg_order_value=f"{20 + i}") | {COLUMN: f"u{i}@canary.example"}
        for i in range(1, 300)
    ]
    good[7] |= {"num_cart_items": "7713377", "avg_order_value": "86421.97"}
    good[8] |= {"engagement_score": "0.123454321", "profitability_score": "0.987656789"}
    return [*good, cart(user_id="canary-bad", engagement_score="7.7713377") | {COLUMN: "x@canary.example"}]


def answered(body: dict[str, object]) -> str:
    return json.dumps({"message": MERGE}) if "message" in data_of(body) else answer(body)


def refused(seen: Seen) -> Fault | None:
    """One provider repeats the key that it refuses."""
    return FAULTS["401"] if seen.provider == "groq" else None


class Spied:
    """What a server was told of runs on canaries, and how they ended."""

    def __init__(self, server: LangSmith, models: FaultServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        write_csv(folder, rows(), [*cart(), COLUMN])
        env = {**server.env, **keys(models), "LOCAL_LLM_API_KEY": OWN_KEY}
        leave_out = ("--on-bad-rows", "quarantine", "--keep-columns", COLUMN, "--rate-limits", "off")
        commands = (
            ("run", str(folder / "carts.csv"), *leave_out, "--out", str(folder / "out")),
            ("chat", "out", "--yes", "--say", "merge S01 and S03", "--say", TYPED),
            ("run", "carts.csv", "--out", "failed"),
        )
        self.run, self.chat, self.failed = (program.run(*words, folder=folder, env=env) for words in commands)

    @property
    def bodies(self) -> bytes:
        """All bodies, without the headers that carry LangSmith's own key."""
        return b"\n".join(request.raw for request in self.server.requests)


@pytest.fixture(scope="module")
def spied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spied]:
    with LangSmith() as server, FaultServer(answer=answered, fault=refused) as models:
        yield Spied(server, models, tmp_path_factory.mktemp("canary-person"))


def test_the_runs_were_traced_and_saw_the_canaries(spied: Spied) -> None:
    codes = [done.code for done in (spied.run, spied.chat, spied.failed)]

    assert codes == [0, 0, 2], spied.chat.err
    assert [root["name"] for root in spied.server.roots] == ["cartjury"] * 5  # the chat has three turns
    assert CANARIES[0] in (spied.folder / "out" / "cart_abandoners.csv").read_text()
    assert "7.7713377" in spied.failed.err


def test_nothing_of_a_user_was_sent(spied: Spied) -> None:
    assert found_in(spied.server.everything) == []
    assert b"7.7713377" not in spied.server.everything


def test_a_run_does_not_even_name_the_columns_that_it_keeps(spied: Spied) -> None:
    """The chat does: its reader is shown the names of columns that can be talked about."""
    (run, *_) = spied.server.roots

    assert COLUMN not in json.dumps([run, *spied.server.below(run)])


def test_the_run_that_failed_says_where_and_not_on_what(spied: Spied) -> None:
    failed = spied.server.roots[-1]

    assert failed["error"].startswith("InputError in ")
    assert "its message stays" in failed["error"]
    assert spied.failed.err.strip() not in failed["error"]


def test_no_key_was_sent_but_langsmiths_own_in_the_header_for_it(spied: Spied) -> None:
    assert b"401" in spied.bodies  # a provider did repeat its key
    for key in (GROQ_KEY, CEREBRAS_KEY, OWN_KEY, spied.server.env["LANGSMITH_API_KEY"]):
        assert key.encode() not in spied.bodies


def test_what_was_typed_is_sent_without_addresses_cards_and_keys(spied: Spied) -> None:
    assert b"write to [e-mail], card [card number], key [key], please" in spied.bodies
    assert b"4111 1111" not in spied.bodies
    assert b"canaryTyped" not in spied.bodies
    assert "approve" in [r["name"] for r in spied.server.runs.values()]


def test_no_folder_is_named_in_which_somebody_works(spied: Spied) -> None:
    assert str(spied.folder).encode() not in spied.bodies
    assert b"canary-person" not in spied.bodies
    assert str(Path.home()).encode() + b"/" not in spied.bodies
    assert b".../carts.csv" in spied.bodies


def test_the_search_would_find_a_canary(spied: Spied) -> None:
    """Without this the tests above could not fail."""
    assert b"please" in spied.server.everything
    assert b"AOV_High" in spied.server.everything
    assert found_in(spied.server.everything + b"canary-id-7") == ["canary-id-"]
