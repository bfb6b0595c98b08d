"""Settings come from five places, in one order, and a mistyped key is never silently dropped."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cartjury.app.config import Settings, load_keys, load_settings
from cartjury.data.errors import InputError
from cartjury.data.options import DimensionSpec
from cartjury.data.records import Comparison, ScoreWeights
from cartjury.data.seats import SEATS

pytestmark = pytest.mark.usefixtures("empty_folder")

# Every number of the seed's "Configuration" and "Contributing" sections, none of them the default.
EVERYTHING = """
n_users = 500
seed = 7
as_of = 2026-10-01
window_days = 14
exact_cuts = true
min_size = 30
max_size = 900
scoring = "seed"
jury = "offline"
effort = "offline"
goal = "win them back"
batch = 12
max_calls = 40
max_tokens = 100000
max_cost = 0.25
max_seconds = 600.0
rate_limits = "off"
call_timeout = 30.0
require_models = true
on_bad_rows = "quarantine"
keep_columns = ["country"]
users_format = "parquet"
missing_aov = 0.25
memory_limit = "500MB"
decimal = ","
encoding = "cp1252"
delimiter = ";"
out = "results"
engine = "spark"
spark_master = "local[2]"
users_out = "s3a://bucket/users"

[map]
avg_order_value = "AOV (USD)"

[date_format]
last_order_date = "%d/%m/%Y"

[scale]
engagement_score = 100

[[dimensions]]
name = "Spend"
column = "avg_order_value"
quantiles = [0.3, 0.7]

[[dimensions]]
name = "Items"
column = "num_cart_items"
cuts = [2, 5]

[[filter]]
column = "num_cart_items"
op = ">="
value = 2

[weights]
conversion = 0.2
lift = 0.2
size = 0.2
profitability = 0.2
strategic_fit = 0.2

[priorities.Spend]
High = 1.0
Medium = 0.5

[models.creative_marketer]
provider = "groq"
model = "qwen/qwen3-32b"
temperature = 0.4

[models.judge]
provider = "cerebras"
model = "gpt-oss-120b"
temperature = 0.1
"""


def settings(toml: str = "", dotenv: str = "", env: dict[str, str] | None = None, **given: Any) -> Settings:
    Path("cartjury.toml").write_text(toml, encoding="utf-8")
    Path(".env").write_text(dotenv, encoding="utf-8")
    os.environ.update(env or {})
    return load_settings(given, Path.cwd())


def test_without_settings_the_numbers_are_the_seed_s() -> None:
    found = load_settings({}, Path.cwd())

    assert (found.n_users, found.window_days) == (25_000, 7)
    assert found.weights.as_tuple() == (0.3, 0.2, 0.1, 0.3, 0.1)
    assert [d.quantiles for d in found.dimensions] == [(0.4, 0.8), (0.6,), (0.6,)]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (0, 7),  # the default
        (1, 11),  # cartjury.toml
        (2, 12),  # .env
        (3, 13),  # the environment
        (4, 14),  # the command line
    ],
)
def test_the_command_line_wins_over_the_environment_over_dotenv_over_toml_over_defaults(
    places: int, expected: int
) -> None:
    found = settings(
        toml="window_days = 11" if places >= 1 else "",
        dotenv="CARTJURY_WINDOW_DAYS=12" if places >= 2 else "",
        env={"CARTJURY_WINDOW_DAYS": "13"} if places >= 3 else {},
        window_days=14 if places >= 4 else None,
    )

    assert found.window_days == expected


def test_places_complete_each_other() -> None:
    found = settings("min_size = 5", "CARTJURY_SEED=9", {"CARTJURY_EXACT_CUTS": "true"}, scoring="seed")

    assert (found.min_size, found.seed, found.exact_cuts, found.scoring) == (5, 9, True, "seed")


def test_what_is_switched_on_in_a_file_can_be_switched_off_at_the_command_line() -> None:
    assert settings("exact_cuts = true", exact_cuts=False).exact_cuts is False


def test_everything_can_be_set_in_toml() -> None:
    found = settings(EVERYTHING)

    assert found.dimensions == (
        DimensionSpec(name="Spend", column="avg_order_value", quantiles=(0.3, 0.7)),
        DimensionSpec(name="Items", column="num_cart_items", cuts=(2, 5)),
    )
    assert found.filter == (Comparison(column="num_cart_items", op=">=", value=2),)
    assert found.weights == ScoreWeights(conversion=0.2, lift=0.2, size=0.2, profitability=0.2, strategic_fit=0.2)
    assert found.priorities == {"Spend": {"High": 1.0, "Medium": 0.5}}
    assert [(m.model, m.temperature) for m in found.models.values()] == [("qwen/qwen3-32b", 0.4), ("gpt-oss-120b", 0.1)]
    kept = [name for name in Settings.model_fields if name != "dimension"]  # a wish: it becomes one of the dimensions
    same = [name for name in kept if getattr(found, name) == getattr(Settings(), name)]
    assert same == []  # no setting that the file above forgets


def test_everything_can_be_set_in_the_environment_with_tables_as_json() -> None:
    in_toml = settings(EVERYTHING).model_dump(mode="json")
    env = {f"CARTJURY_{k.upper()}": json.dumps(v) if isinstance(v, dict | list) else str(v) for k, v in in_toml.items()}

    assert settings(env=env).model_dump(mode="json") == in_toml


def test_a_list_of_columns_may_be_written_with_commas() -> None:
    assert settings(dotenv="CARTJURY_KEEP_COLUMNS=country, plan").keep_columns == ("country", "plan")


@pytest.mark.parametrize(
    ("toml", "unknown", "meant"),
    [
        ("windw_days = 3", "windw_days", "window_days"),
        ("[weights]\nconvrsion = 0.3", "weights.convrsion", "conversion"),
        ('[[dimensions]]\nname = "A"\ncolum = "x"', "dimensions.0.colum", "column"),
        ('[[filter]]\ncolumn = "x"\nop = ">="\nvalu = 3', "filter.0.valu", "value"),
        ('[models.judge]\nprovider = "groq"\nmodel = "m"\ntemprature = 0', "models.judge.temprature", "temperature"),
        ('[models.jugde]\nprovider = "groq"\nmodel = "m"', "models.jugde", "judge"),
        ('[models.secondjudge]\nprovider = "groq"\nmodel = "m"', "models.secondjudge", "second_judge"),
        ("[provider.groq]\nclient = 'groq'", "provider", "providers"),
        ("[preset.mine]", "preset", "presets"),
    ],
)
def test_a_mistyped_key_is_named_with_the_one_that_was_meant(toml: str, unknown: str, meant: str) -> None:
    with pytest.raises(InputError) as caught:
        settings(toml)

    assert str(caught.value) == f"cartjury.toml: unknown key '{unknown}', did you mean '{meant}'?"


def test_a_key_that_resembles_nothing_gets_no_suggestion() -> None:
    with pytest.raises(InputError) as caught:
        settings("xyzzy = 1")

    assert str(caught.value) == "cartjury.toml: unknown key 'xyzzy'"


def test_mistyped_variables_are_found_in_the_environment_and_in_dotenv() -> None:
    with pytest.raises(InputError, match=r"^\.env: unknown key 'min_sise', did you mean 'min_size'"):
        settings(dotenv="CARTJURY_MIN_SISE=3")
    with pytest.raises(InputError, match="the environment: unknown key 'sede', did you mean 'seed'"):
        settings(env={"CARTJURY_SEDE": "3"})


def test_the_model_table_s_keys_are_left_to_the_model_table() -> None:
    assert settings("[providers.x]\ny = 1\n[[model]]\nz = 2\n[presets.p.judge]\nmodels = []") == Settings()


def test_the_model_table_s_keys_are_no_options_elsewhere() -> None:
    with pytest.raises(InputError, match="the environment: unknown key 'providers'"):
        settings(env={"CARTJURY_PROVIDERS": "{}"})


def test_every_seat_may_have_a_model_of_its_own() -> None:
    chosen = "".join(f'[models.{seat}]\nprovider = "groq"\nmodel = "m"\n' for seat in SEATS)

    assert tuple(settings(chosen).models) == SEATS


def test_variables_of_others_are_none_of_our_business() -> None:
    found = settings(dotenv="GROQ_API_KEY=x\nOTHER=1", env={"CARTJURY_DATA_ROOTS": "/data", "HOME_PAGE": "x"})

    assert found == Settings()


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("window_days = -1", "window_days = -1"),
        ("min_size = 'many'", "min_size = 'many'"),
        ("seed = 99999999999999999999", "seed"),
        ("[weights]\nconversion = 0.9", "must add up to 1, not to 1.6"),
        ('[[dimensions]]\nname = "A"\ncolumn = "x"\nquantiles = [0.8, 0.4]', "must increase"),
        ('[[dimensions]]\nname = "A"\ncolumn = "x"', "either quantiles or cuts"),
        ('[[dimensions]]\nname = "A"\nquantiles = [0.5]', "'dimensions.0.column' is missing"),
        ("[priorities.AOV]\nHigh = 7", "priorities.AOV.High = 7"),
        ("window_days = ", "not valid TOML"),
        ("memory_limit = 'lots'", "memory_limit = 'lots'"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(toml: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        settings(toml)

    assert str(caught.value).startswith("cartjury.toml")
    assert said in str(caught.value)


def test_json_that_is_none_is_named() -> None:
    with pytest.raises(InputError, match="CARTJURY_WEIGHTS is not valid JSON"):
        settings(env={"CARTJURY_WEIGHTS": "{conversion: 0.5"})


def test_another_file_can_be_named_and_must_exist(tmp_path: Path) -> None:
    Path("other.toml").write_text("seed = 5", encoding="utf-8")
    Path("cartjury.toml").write_text("seed = 6", encoding="utf-8")

    assert load_settings({}, tmp_path, Path("other.toml")).seed == 5
    with pytest.raises(InputError, match=r"there is no file none\.toml"):
        load_settings({}, tmp_path, Path("none.toml"))


def test_keys_of_dotenv_reach_the_environment_unless_it_has_them(tmp_path: Path) -> None:
    Path(".env").write_text("GROQ_API_KEY=from-file\nCEREBRAS_API_KEY=from-file\nCARTJURY_SEED=3\n", encoding="utf-8")
    os.environ["CEREBRAS_API_KEY"] = "already-there"

    load_keys(tmp_path)

    assert (os.environ["GROQ_API_KEY"], os.environ["CEREBRAS_API_KEY"]) == ("from-file", "already-there")
    assert "CARTJURY_SEED" not in os.environ


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_key_is_not_set_wherever_it_stands(tmp_path: Path, blank: str) -> None:
    Path(".env").write_text(f"GROQ_API_KEY={blank}\nCEREBRAS_API_KEY=from-file\n", encoding="utf-8")
    os.environ["CEREBRAS_API_KEY"] = blank

    load_keys(tmp_path)

    assert "GROQ_API_KEY" not in os.environ
    assert os.environ["CEREBRAS_API_KEY"] == "from-file"


def test_pairs_may_be_written_as_on_the_command_line() -> None:
    found = settings(env={"CARTJURY_MAP": "avg_order_value=AOV = x", "CARTJURY_DATE_FORMAT": "%d/%m/%Y"})
    assert found.map == {"avg_order_value": "AOV = x"}
    assert found.date_format == {"*": "%d/%m/%Y"}
    with pytest.raises(InputError, match="'AOV' is not of the form column=value"):
        settings(map=["AOV"])
