"""An evaluation against a loopback server that stands in for a provider. What that says is a fixture."""

from collections.abc import Mapping
from typing import Any

from cartjury.data.arms import arms, evaluation_table
from cartjury.data.eval_records import NamingCase
from cartjury.data.model_table import load_table
from cartjury.data.options import Options
from cartjury.graph.evaluating import Evaluating
from tests.agents.protocol import twelve
from tests.agents.scripted_model import SALT, answer, mix
from tests.fault_server import FaultServer

KEY = "gsk_c4nary0fTheEvaluation"
TABLE = evaluation_table(load_table(None))
ARMS = {arm.name: arm for arm in arms()}
CASE = NamingCase(id="four", vertical="fashion", shape="4", briefs=twelve()[:4])
WHOLE = NamingCase(id="twelve", vertical="fashion", shape="12", briefs=twelve())
NAMES = {"S01": "Budget_Quiet_ThinMargin", "S02": "Thrifty_Mellow_Stars", "S03": "LowSpend_Eager_LowMargin"}
OTHERS = {"S01": "Maple_Cedar_Crowd", "S02": "Birch_Willow_Carts", "S03": "Amber_Lagoon_Circle"}
# Model ids under which the fixture gives four different names.
ALIASES = sorted({int(mix(SALT, f"m{n}"), 16) % 4: f"m{n}" for n in range(40)}.values())
SIGNS = ("Creative marketer", "Growth strategist", "Data scientist", "Risk manager")


def as_another(body: Mapping[str, Any]) -> str:
    """The fixture, with other names for each persona, or else for each temperature, as samples of one model are."""
    said = str(body["messages"][-1]["content"])
    signs = [n for n, title in enumerate(SIGNS) if f"You are the {title.lower()}" in said]
    place = signs[0] if signs else round(body["temperature"] * 5) - 1
    return answer({**body, "model": ALIASES[place % 4]})


def at(server: FaultServer, seed: int = 42, **options: Any) -> Evaluating:
    environ = {"GROQ_API_KEY": KEY, "GROQ_API_BASE": server.url}
    return Evaluating(TABLE, environ, Options(rate_limits="off", **options), seed, pause=0.01)


NOBODY = Evaluating(TABLE, {})  # neither a key nor a network
