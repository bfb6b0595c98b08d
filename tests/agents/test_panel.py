"""Who sits in the jury: presets, efforts, keys, models of single seats, and what it is expected to take."""

from typing import Any

import pytest

from cartjury.agents.panel import QUICK_SEAT, convene, naming_estimate, reader_panel
from cartjury.data.call_records import Panel
from cartjury.data.errors import InputError
from cartjury.data.jury_records import PERSONAS
from cartjury.data.model_records import Chain, Model, ModelTable, Provider
from cartjury.data.options import ModelChoice, Options
from cartjury.data.seats import SEATS

KEYS = {"SUN_KEY": "s", "MOON_KEY": "m"}


def model(ref: str, **fields: Any) -> Model:
    provider, name = ref.split("/")
    known = {"family": name, "context": 9000, "price_in": 1.0, "price_out": 2.0}
    return Model.model_validate({"provider": provider, "id": name, **known, **fields})


TABLE = ModelTable(
    providers={
        "sun": Provider(client="groq", key_env="SUN_KEY", url_env=("SUN_URL",)),
        "moon": Provider(client="cerebras", key_env="MOON_KEY"),
        "own": Provider(client="openai", key_env="OWN_KEY", key_needed=False, url_env=("OWN_URL",)),
    },
    models={m.ref: m for m in (model("sun/alpha"), model("moon/beta"), model("own/*", price_in=None))},
    presets={
        "default": {s: Chain(models=("sun/alpha", "moon/beta"), temperature=0.2) for s in SEATS},
        "local": {s: Chain(models=("own/*",)) for s in SEATS},
        "judges": {"judge": Chain(models=("sun/alpha",))},
        "offline": {},
    },
)


def panel(
    environ: dict[str, str] | None = None, *, segments: int = 12, table: ModelTable = TABLE, **opts: Any
) -> Panel:
    return convene(table, Options(**opts), KEYS if environ is None else environ, segments)


def refs(found: Panel, seat: Any = "judge") -> list[str]:
    return [m.ref for m in found.seats[seat].models]


def test_with_a_key_the_default_preset_sits_with_effort_standard() -> None:
    found = panel()

    assert (found.preset, found.effort) == ("default", "standard")
    assert tuple(found.seats) == (*PERSONAS, "judge")
    assert refs(found) == ["sun/alpha", "moon/beta"]
    assert found.seats["judge"].temperature == 0.2
    assert found.empty == {}


@pytest.mark.parametrize("environ", [{}, {"SUN_KEY": "", "MOON_KEY": "  "}])
def test_without_a_key_the_offline_jury_sits(environ: dict[str, str]) -> None:
    found = panel(environ)

    assert (found.preset, found.effort, found.seats, found.empty) == ("offline", "offline", {}, {})
    assert found.estimate is not None
    assert (found.estimate.calls, found.estimate.tokens, found.estimate.cost_usd) == (0, 0, 0)


def test_the_effort_offline_asks_nobody_though_there_are_keys() -> None:
    assert panel(effort="offline").seats == {}
    assert panel(jury="default", effort="offline").seats == {}


@pytest.mark.parametrize(("effort", "seats"), [("quick", (QUICK_SEAT,)), ("standard", SEATS[:5]), ("thorough", SEATS)])
def test_an_effort_fills_the_seats_it_needs(effort: str, seats: tuple[str, ...]) -> None:
    assert tuple(panel(effort=effort).seats) == seats


def test_models_without_their_key_are_left_out() -> None:
    assert refs(panel({"MOON_KEY": "m"})) == ["moon/beta"]


def test_a_jury_that_was_asked_for_without_keys_is_empty_and_says_which_keys() -> None:
    found = panel({}, jury="default")

    assert (found.preset, found.effort, found.seats) == ("default", "standard", {})
    assert set(found.empty) == set(SEATS[:5])
    assert set(found.empty.values()) == {"no key for sun or moon: set SUN_KEY or MOON_KEY"}


def test_an_effort_that_was_asked_for_without_keys_is_kept_with_empty_seats() -> None:
    found = panel({}, effort="thorough")

    assert (found.effort, found.seats, set(found.empty)) == ("thorough", {}, set(SEATS))


def test_a_seat_that_the_preset_does_not_name_says_so() -> None:
    found = panel(jury="judges")

    assert tuple(found.seats) == ("judge",)
    assert found.empty["risk_manager"] == "the preset judges names no model for it"


def test_a_server_of_one_s_own_needs_no_key() -> None:
    assert refs(panel({}, jury="local")) == ["own/*"]


def test_a_model_of_one_s_choice_is_asked_first_at_its_temperature() -> None:
    found = panel(models={"judge": ModelChoice(provider="moon", model="beta", temperature=0.7)})

    assert refs(found) == ["moon/beta", "sun/alpha"]
    assert found.seats["judge"].temperature == 0.7
    assert refs(found, "risk_manager") == ["sun/alpha", "moon/beta"]


def test_a_chosen_model_that_the_table_does_not_know_is_taken_at_its_word() -> None:
    chosen = panel(models={"judge": ModelChoice(provider="sun", model="maker/gamma-7b")}).seats["judge"].models[0]

    assert (chosen.id, chosen.family, chosen.context) == ("maker/gamma-7b", "gamma", 32_768)
    assert (chosen.status, chosen.price_in, chosen.price_out) == ("unknown", None, None)


def test_a_chosen_server_of_one_s_own_is_enough_for_a_jury() -> None:
    found = panel({}, models={"judge": ModelChoice(provider="own", model="delta")})

    assert (found.preset, tuple(found.seats)) == ("default", ("judge",))


@pytest.mark.parametrize(
    ("opts", "said"),
    [
        ({"jury": "defualt"}, "unknown jury 'defualt', did you mean 'default'?"),
        ({"jury": "xyzzy"}, "unknown jury 'xyzzy', there is default, local, judges, offline"),
        ({"jury": "offline", "effort": "standard"}, "the jury 'offline' asks no model"),
        ({"models": {"judge": {"provider": "suun", "model": "m"}}}, "did you mean 'sun'?"),
        ({"models": {"judge": {"provider": "sun", "model": ""}}}, "names no model"),
    ],
)
def test_what_cannot_be_seated_is_an_error(opts: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        panel(**opts)

    assert said in str(caught.value)


def test_a_wrong_address_is_said_before_anything_is_asked_and_not_repeated() -> None:
    with pytest.raises(InputError, match="SUN_URL") as caught:
        panel({**KEYS, "SUN_URL": "https://me:SECRET@example.com"})

    assert "SECRET" not in str(caught.value)


def test_the_panel_keeps_what_the_options_say_of_limits() -> None:
    found = panel(
        goal="win back", batch=5, max_calls=1, max_cost=0.001, max_tokens=9, max_seconds=3, rate_limits="off",
        call_timeout=7,
    )  # fmt: skip

    assert (found.goal, found.batch, found.rate_limited, found.timeout) == ("win back", 5, False, 7)
    assert (found.caps.max_calls, found.caps.max_cost) == (1, 0.001)
    assert (found.caps.max_tokens, found.caps.max_seconds) == (9, 3)


def test_no_key_is_in_a_panel() -> None:
    assert "canary" not in panel({"SUN_KEY": "canary-1", "MOON_KEY": "canary-2"}).to_json()


@pytest.mark.parametrize(
    ("effort", "segments", "batch", "calls"),
    [
        ("quick", 12, 20, 1),
        ("standard", 12, 20, 4 + 4 + 2),
        ("thorough", 12, 20, 4 + 4 + 2 + 2),
        ("standard", 41, 20, 3 * (4 + 4 + 2)),
        ("quick", 12, 4, 3),
    ],
)
def test_the_estimate_counts_the_calls_of_an_effort(effort: str, segments: int, batch: int, calls: int) -> None:
    estimate = panel(effort=effort, segments=segments, batch=batch).estimate

    assert estimate is not None
    assert estimate.calls == calls


def test_the_estimate_of_one_call_is_prompt_and_answer_at_their_prices() -> None:
    estimate = panel(effort="quick", segments=10).estimate

    assert estimate is not None
    assert estimate.tokens == (900 + 1_050) + (600 + 900)
    assert estimate.cost_usd == pytest.approx((1950 * 1.0 + 1500 * 2.0) / 1e6)
    assert estimate.seconds == 3


def test_the_estimate_has_no_cost_where_a_price_is_not_known() -> None:
    estimate = panel({}, jury="local").estimate

    assert estimate is not None
    assert estimate.cost_usd is None
    assert estimate.tokens > 0


@pytest.mark.parametrize(
    ("limits", "waited"),
    [
        ({"requests_per_minute": 5}, 60),  # ten requests, five at once, five in the next minute
        ({"requests_per_minute": 30}, 0),
        ({"tokens_per_minute": 100_000}, 0),
        ({"tokens_per_minute": 10_000}, 60 * (38_328 / 10_000 - 1)),
    ],
)
def test_the_estimate_waits_for_rate_limits_unless_they_are_off(limits: dict[str, float], waited: float) -> None:
    table = TABLE.model_copy(update={"models": {**TABLE.models, "sun/alpha": model("sun/alpha", **limits)}})
    slow, fast = (panel(table=table, rate_limits=r).estimate for r in ("free", "off"))

    assert slow is not None
    assert fast is not None
    assert slow.tokens == 4 * (2_160 + 1_680) + 4 * (2_340 + 700) + 2 * (3_004 + 2_400)  # names, rankings, verdicts
    assert fast.seconds == 9
    assert slow.seconds == pytest.approx(9 + waited)


def test_the_estimate_for_some_names_says_who_would_give_them() -> None:
    words, few = naming_estimate(TABLE, Options(), KEYS, 2)

    assert (words, few) == ("default (standard)", panel(segments=2).estimate)
    assert naming_estimate(TABLE, Options(), {}, 2) == ("offline", panel({}, segments=2).estimate)


def test_names_that_are_not_asked_for_take_nothing() -> None:
    words, nothing = naming_estimate(TABLE, Options(), KEYS, 0)

    assert words == "none"
    assert nothing is not None
    assert (nothing.calls, nothing.tokens, nothing.cost_usd, nothing.seconds) == (0, 0, 0, 0)


def reader(environ: dict[str, str], table: ModelTable = TABLE, **opts: Any) -> Panel:
    chain = Chain(models=("sun/alpha", "moon/beta"), temperature=0.0)
    presets = {**table.presets, "default": {**table.presets["default"], "interpreter": chain}}
    return reader_panel(table.model_copy(update={"presets": presets}), Options(**opts), environ)


def test_the_reader_sits_alone_with_the_models_that_have_a_key_and_the_caps() -> None:
    found = reader({"MOON_KEY": "m"}, max_calls=3)

    assert tuple(found.seats) == ("interpreter",)
    assert refs(found, "interpreter") == ["moon/beta"]
    assert found.seats["interpreter"].temperature == 0.0
    assert found.caps.max_calls == 3


@pytest.mark.parametrize(
    ("environ", "opts", "why"),
    [
        ({}, {}, "no key for sun or moon: set SUN_KEY or MOON_KEY"),
        (KEYS, {"jury": "offline"}, "the jury 'offline' asks no model"),
        (KEYS, {"effort": "offline"}, "the effort 'offline' asks no model"),
        (KEYS, {"jury": "judges"}, "the preset judges names no model for it"),
    ],
)
def test_an_empty_seat_of_the_reader_says_why(environ: dict[str, str], opts: dict[str, Any], why: str) -> None:
    found = reader(environ, **opts)

    assert (found.seats, found.empty) == ({}, {"interpreter": why})


def test_a_model_for_the_reader_alone_seats_no_jury() -> None:
    chosen = {"interpreter": ModelChoice(provider="own", model="mine", temperature=0.1)}

    assert refs(reader({}, models=chosen), "interpreter") == ["own/mine"]
    assert panel({}, models=chosen).preset == "offline"


def test_no_jury_seats_a_reader() -> None:
    assert "interpreter" not in panel(effort="thorough").seats
