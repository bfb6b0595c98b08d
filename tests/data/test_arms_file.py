"""data/evals/arms.toml: arms that differ in one thing only, and readers that sit in no jury where there are such."""

from pathlib import Path

import pytest

from cartjury.data.arms import arms, evaluation_table
from cartjury.data.errors import InputError
from cartjury.data.jury_records import PERSONAS
from cartjury.data.model_table import load_table
from cartjury.data.seats import SEATS, SeatName

SHIPPED = load_table(None)
TABLE = evaluation_table(SHIPPED)
ARMS = {arm.name: arm for arm in arms()}
COMPARED = ("best_x4", "one_model", "mixed")


def chain(arm: str, seat: SeatName) -> tuple[str, ...]:
    return TABLE.presets[ARMS[arm].preset][seat].models


def changed(folder: Path, toml: str) -> Path:
    (folder / "cartjury.toml").write_text(toml, encoding="utf-8")
    return folder


def test_the_arms_in_their_order() -> None:
    assert [(a.name, a.preset, a.effort) for a in arms()] == [
        ("one_call", "one_model", "quick"),
        ("best_x4", "best_x4", "standard"),
        ("one_model", "one_model", "standard"),
        ("mixed", "default", "standard"),
        ("mixed_debate", "default", "thorough"),
        ("offline", "offline", "offline"),
        ("local", "local", "standard"),
    ]


@pytest.mark.parametrize("seat", ["judge", "second_judge"])
def test_the_judge_is_the_same_in_all_arms_that_are_compared(seat: SeatName) -> None:
    assert {(chain(arm, seat), TABLE.presets[ARMS[arm].preset][seat].temperature) for arm in COMPARED} == {
        (SHIPPED.presets["default"][seat].models, SHIPPED.presets["default"][seat].temperature)
    }


def test_one_call_four_samples_and_one_model_ask_the_same_model() -> None:
    asked = {chain(arm, persona) for arm in ("one_call", "best_x4", "one_model") for persona in PERSONAS}
    (models,) = asked

    assert len({ref.rpartition("/")[2] for ref in models}) == 1
    assert {ref.partition("/")[0] for ref in models} == {"groq", "cerebras"}


def test_only_the_four_samples_are_without_a_persona_and_each_has_a_temperature_of_its_own() -> None:
    plain = {(p, s) for p, seats in TABLE.presets.items() for s, c in seats.items() if c.plain}

    assert plain == {("best_x4", persona) for persona in PERSONAS}
    assert len({TABLE.presets["best_x4"][p].temperature for p in PERSONAS}) == len(PERSONAS)


def test_four_personas_on_one_model_have_the_temperatures_of_the_mixed_jury() -> None:
    assert [TABLE.presets["one_model"][p].temperature for p in PERSONAS] == [
        SHIPPED.presets["default"][p].temperature for p in PERSONAS
    ]


@pytest.mark.parametrize("seat", ["matcher", "arbiter"])
def test_whoever_is_asked_first_to_read_is_of_a_family_that_sits_in_no_jury(seat: SeatName) -> None:
    jury = {SHIPPED.models[ref].family for s in SEATS for arm in ("one_model", "mixed") for ref in chain(arm, s)}
    first = TABLE.presets["evaluation"][seat].models[0]

    assert SHIPPED.models[first].family not in jury


def test_no_jury_can_be_ordered_that_is_made_for_evaluations() -> None:
    assert set(TABLE.presets) - set(SHIPPED.presets) == {"one_model", "best_x4", "evaluation"}
    assert load_table(None).presets == SHIPPED.presets


def test_what_a_cartjury_toml_says_of_a_seat_stays(tmp_path: Path) -> None:
    own = """
    [providers.third]
    client = "openai"
    key_env = "THIRD_KEY"
    url = "https://third.example/v1"
    [[model]]
    provider = "third"
    id = "reader-1"
    family = "reader"
    context = 32768
    [presets.evaluation.matcher]
    models = ["third/reader-1"]
    [presets.best_x4.judge]
    models = ["third/reader-1"]
    """
    found = evaluation_table(load_table(changed(tmp_path, own))).presets

    assert found["evaluation"]["matcher"].models == ("third/reader-1",)
    assert found["evaluation"]["arbiter"] == TABLE.presets["evaluation"]["arbiter"]
    assert found["best_x4"]["judge"].models == ("third/reader-1",)
    assert found["best_x4"]["second_judge"] == SHIPPED.presets["default"]["second_judge"]
    assert found["best_x4"]["risk_manager"] == TABLE.presets["best_x4"]["risk_manager"]


def test_another_default_judge_is_the_judge_of_every_arm(tmp_path: Path) -> None:
    own = '[presets.default.judge]\nmodels = ["groq/openai/gpt-oss-20b"]'
    found = evaluation_table(load_table(changed(tmp_path, own))).presets

    assert {found[ARMS[arm].preset]["judge"].models for arm in COMPARED} == {("groq/openai/gpt-oss-20b",)}


def test_a_misspelt_key_of_a_seat_of_an_arm_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"presets\.best_x4\.judge: unknown key 'plane', did you mean 'plain'"):
        load_table(changed(tmp_path, "[presets.best_x4.judge]\nmodels = []\nplane = true"))
