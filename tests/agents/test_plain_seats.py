"""Seats without a persona: not a word of a title or a taste, and all else as in any other seat."""

import asyncio
import json
from dataclasses import replace

import pytest

from cartjury.agents import sitting
from cartjury.agents.ballot_question import Ranking
from cartjury.agents.debate_question import Debating
from cartjury.agents.desk import Desk
from cartjury.agents.naming_question import Naming
from cartjury.agents.panel import convene
from cartjury.data.call_records import Panel, Seat
from cartjury.data.jury_records import PERSONAS, Persona
from cartjury.data.lexicon import personas
from cartjury.data.model_records import Chain
from cartjury.data.model_table import load_table
from cartjury.data.options import ModelChoice, Options
from tests.agents.protocol import twelve
from tests.agents.scripted_model import answer
from tests.agents.sittings import Wire, desk, hearing, proposal
from tests.agents.test_prompt import GOAL, IDS

NAMES = dict.fromkeys(IDS, ("Golden_Stars", "Quiet_Budget"))
KEY = {"GROQ_API_KEY": "k"}


def texts(persona: Persona, *, plain: bool) -> dict[str, str]:
    """What a persona's seat is shown in each kind of question."""
    said = [proposal("creative_marketer", "Quiet_Thrifty_Embers", "S01")]
    at = hearing(twelve(), proposals=said, round=1)
    made = {
        "propose": Naming(persona, at, GOAL, plain=plain).prompt(IDS, {}, ""),
        "repair": Naming(persona, at, GOAL, plain=plain).prompt(IDS, {"S01": "S01: no."}, "5eed"),
        "debate": Debating(persona, at, GOAL, plain=plain).prompt(IDS, {}, ""),
        "rank": Ranking(persona, hearing(twelve()), GOAL, NAMES, plain=plain).prompt(IDS, {}, ""),
    }
    return {kind: "\n".join(m.text for m in prompt.messages) for kind, prompt in made.items()}


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_plain_seat_is_shown_the_same_without_the_words_of_a_persona(persona: Persona) -> None:
    for kind, text in texts(persona, plain=False).items():
        head, mark, _ = text.rpartition("\nYou are the ")
        assert mark, kind
        assert texts(persona, plain=True)[kind] == head.rstrip(), kind


def test_a_whole_sitting_of_plain_seats_hears_no_word_of_any_persona() -> None:
    wire = Wire(answer)
    spoken = json.dumps(hold(plainly(desk(wire)), wire))
    tastes = [personas()[p] for p in PERSONAS]

    assert all(asked in spoken for asked in ("Name every segment", "rank the names", "keep your name"))
    assert "You are the" not in spoken
    assert not [t for t in tastes if t.title.lower() in spoken.lower() or t.asks.strip()[:40] in spoken]


def test_in_other_sittings_every_persona_is_heard() -> None:
    wire = Wire(answer)
    spoken = json.dumps(hold(desk(wire), wire))

    assert all(f"You are the {personas()[p].title.lower()} of the jury" in spoken for p in PERSONAS)


def test_plain_seats_are_shown_the_segments_in_different_orders() -> None:
    wire = Wire(answer)
    hold(plainly(desk(wire)), wire)

    assert len({tuple(asked) for asked in wire.asked[:4]}) == len(PERSONAS)


def plainly(at: Desk) -> Desk:
    """The same desk with plain seats."""
    seats = {name: seat.model_copy(update={"plain": name in PERSONAS}) for name, seat in at.panel.seats.items()}
    at.panel = at.panel.model_copy(update={"seats": seats})
    return at


def hold(at: Desk, wire: Wire) -> list[object]:
    """Names, ballots and a debate; return all that was sent."""

    async def work() -> None:
        round_ = hearing(twelve())
        for heard in await asyncio.gather(*(sitting.hear(at, p, round_) for p in PERSONAS)):
            round_ = replace(round_, proposals=(*round_.proposals, *heard.proposals))
        await sitting.cast(at, round_)
        for persona in PERSONAS:
            await sitting.hear(at, persona, replace(round_, round=1))

    asyncio.run(work())
    return [body["messages"] for body in wire.bodies]


def test_records_say_that_a_seat_is_plain_and_stay_as_they_were_where_it_is_not() -> None:
    assert Seat(models=(), temperature=0.3).model_dump(mode="json") == {"models": [], "temperature": 0.3}
    assert Seat(models=(), temperature=0.3, plain=True).model_dump(mode="json")["plain"] is True
    assert Chain(models=("a/b",)).model_dump_json() == '{"models":["a/b"],"temperature":0.3}'


@pytest.mark.parametrize("plain", [True, False])
def test_a_panel_is_read_as_it_was_written(plain: bool) -> None:
    panel = Panel(preset="x", effort="standard", seats={"judge": Seat(models=(), temperature=0.3, plain=plain)})

    assert Panel.model_validate_json(panel.model_dump_json()) == panel
    assert Panel.model_validate(panel.model_dump(mode="json")) == panel


def test_a_panel_that_was_written_before_there_were_plain_seats_has_none() -> None:
    old = {"preset": "default", "effort": "quick", "seats": {"judge": {"models": [], "temperature": 0.1}}}

    assert not Panel.model_validate(old).seats["judge"].plain


def test_a_chain_makes_its_seat_plain_also_where_another_model_is_put_before_it() -> None:
    shipped = load_table(None)
    chain = shipped.presets["default"]["data_scientist"].model_copy(update={"plain": True})
    presets = {"default": {**shipped.presets["default"], "data_scientist": chain}}
    table = shipped.model_copy(update={"presets": presets})
    chosen = {"data_scientist": ModelChoice(provider="groq", model="mine", temperature=0.9)}

    for options in (Options(), Options.model_validate({"models": chosen})):
        seats = convene(table, options, KEY, 4).seats
        assert [name for name, seat in seats.items() if seat.plain] == ["data_scientist"]
    assert seats["data_scientist"].temperature == 0.9
