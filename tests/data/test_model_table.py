"""The model table: what ships is sound, and a cartjury.toml changes just what it names."""

from pathlib import Path

import pytest

from cartjury.data.errors import InputError
from cartjury.data.jury_records import PERSONAS
from cartjury.data.model_records import Chain, ModelTable
from cartjury.data.model_table import family_of, load_table, split_ref
from cartjury.data.seats import READER, SEATS, SeatName

SHIPPED = load_table(None)
MODEL_PRESETS = ("default", "seed")


def table(folder: Path, toml: str) -> ModelTable:
    (folder / "cartjury.toml").write_text(toml, encoding="utf-8")
    return load_table(folder)


def refused(folder: Path, toml: str) -> str:
    with pytest.raises(InputError) as caught:
        table(folder, toml)
    return str(caught.value)


def first(preset: str, seat: SeatName) -> str:
    return SHIPPED.presets[preset][seat].models[0]


def providers_of(chain: Chain) -> set[str]:
    return {split_ref(ref)[0] for ref in chain.models}


def test_every_preset_fills_every_seat_and_offline_none() -> None:
    seats = {name: tuple(chains) for name, chains in SHIPPED.presets.items()}
    product = (*SEATS, READER)

    assert seats == {"default": product, "seed": product, "local": product, "offline": ()}


@pytest.mark.parametrize("preset", MODEL_PRESETS)
def test_every_chain_survives_the_death_of_either_provider(preset: str) -> None:
    for chain in SHIPPED.presets[preset].values():
        assert providers_of(chain) == {"groq", "cerebras"}


@pytest.mark.parametrize("preset", MODEL_PRESETS)
def test_every_chain_holds_models_believed_to_live_at_both_providers(preset: str) -> None:
    for chain in SHIPPED.presets[preset].values():
        living = Chain(models=tuple(r for r in chain.models if SHIPPED.models[r].status in {"production", "preview"}))
        assert providers_of(living) == {"groq", "cerebras"}


@pytest.mark.parametrize("preset", MODEL_PRESETS)
@pytest.mark.parametrize("seat", SEATS[:5])
def test_personas_and_judge_need_no_preview_model_at_either_provider(preset: str, seat: SeatName) -> None:
    chain = SHIPPED.presets[preset][seat]
    lasting = Chain(models=tuple(r for r in chain.models if SHIPPED.models[r].status == "production"))

    assert providers_of(lasting) == {"groq", "cerebras"}


def test_the_default_proposers_are_of_two_families_side_by_side() -> None:
    families = [SHIPPED.models[first("default", p)].family for p in PERSONAS]

    assert sorted(families.count(f) for f in set(families)) == [2, 2]


def test_the_default_judge_is_no_proposer_and_the_second_judge_of_another_family() -> None:
    judge = SHIPPED.models[first("default", "judge")]
    proposers = {first("default", p) for p in PERSONAS}
    # The same model may have another id at the other provider: what follows the last slash is compared.
    weights = {ref.rpartition("/")[2] for ref in proposers}

    assert judge.id.rpartition("/")[2] not in weights
    assert SHIPPED.models[first("default", "second_judge")].family != judge.family


def test_the_seed_preset_starts_with_five_models_four_of_which_are_withdrawn() -> None:
    five = [SHIPPED.models[first("seed", seat)] for seat in SEATS[:5]]

    assert [m.status for m in five] == [*["withdrawn"] * 4, "production"]
    assert [SHIPPED.presets["seed"][seat].temperature for seat in SEATS[:5]] == [0.3, 0.3, 0.3, 0.2, 0.1]


def test_a_withdrawn_model_has_its_day_and_is_in_no_other_preset() -> None:
    withdrawn = [m for m in SHIPPED.models.values() if m.status == "withdrawn"]
    elsewhere = {ref for name in ("default", "local") for c in SHIPPED.presets[name].values() for ref in c.models}

    assert all("withdrawn on 2026-" in m.note for m in withdrawn)
    assert not elsewhere & {m.ref for m in withdrawn}


def test_every_price_has_the_day_of_its_source_and_every_model_a_note() -> None:
    for model in SHIPPED.models.values():
        assert (model.price_in is None) == (model.price_out is None) == (model.priced is None)
        assert model.note


def test_the_local_preset_asks_nobody_else() -> None:
    for chain in SHIPPED.presets["local"].values():
        assert providers_of(chain) == {"local"}


def test_no_file_no_folder_and_a_file_without_models_leave_the_table_as_it_is(tmp_path: Path) -> None:
    assert load_table(tmp_path) == load_table(tmp_path / "none.toml") == SHIPPED
    assert table(tmp_path, "window_days = 3") == SHIPPED


def test_a_file_of_another_name_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('[providers.groq]\nurl = "http://127.0.0.1:1"', encoding="utf-8")

    assert load_table(tmp_path / "other.toml").providers["groq"].url == "http://127.0.0.1:1"


def test_an_entry_of_a_known_model_changes_only_what_it_names(tmp_path: Path) -> None:
    ref = first("default", "judge")
    provider, name = split_ref(ref)
    found = table(tmp_path, f'[[model]]\nprovider = "{provider}"\nid = "{name}"\nprice_in = 7.5')

    assert found.models[ref] == SHIPPED.models[ref].model_copy(update={"price_in": 7.5})
    assert {r: m for r, m in found.models.items() if r != ref} == {r: m for r, m in SHIPPED.models.items() if r != ref}


def test_a_new_provider_with_a_model_and_a_preset_of_its_own(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        '[providers.house]\nclient = "openai"\nkey_env = "HOUSE_KEY"\nurl = "https://llm.example.com/v1"\n'
        '[[model]]\nprovider = "house"\nid = "team/tall-7b"\n'
        '[presets.mine.judge]\nmodels = ["house/team/tall-7b"]\n',
    )
    model = found.models["house/team/tall-7b"]

    assert (model.family, model.context, model.status, model.price_in) == ("tall", 32_768, "unknown", None)
    assert found.presets["mine"] == {"judge": Chain(models=("house/team/tall-7b",), temperature=0.3)}
    assert {**found.presets, "mine": None} == {**SHIPPED.presets, "mine": None}


def test_one_field_of_one_seat_can_be_changed(tmp_path: Path) -> None:
    found = table(tmp_path, "[presets.default.judge]\ntemperature = 0.9")

    assert found.presets["default"]["judge"].models == SHIPPED.presets["default"]["judge"].models
    assert found.presets["default"]["judge"].temperature == 0.9


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[providers.groq]\nkey_evn = "X"', "providers.groq: unknown key 'key_evn', did you mean 'key_env'?"),
        ('[providers.house]\nkey_env = "X"', "providers.house: 'client' is missing"),
        ('[providers.house]\nkey_env = "X"\nclient = "curl"', "providers.house: 'client' = 'curl'"),
        ("providers = 3", "'providers' must be tables by name: [providers.NAME]"),
        ('[[model]]\nid = "m"', "each [[model]] needs its provider and its id"),
        ('[model]\nid = "m"', "'model' must be a list of tables: [[model]]"),
        (
            '[[model]]\nprovider = "grok"\nid = "m"',
            "model grok/m: unknown provider 'grok', did you mean 'groq'?",
        ),
        (
            '[[model]]\nprovider = "groq"\nid = "m"\npirce_in = 1',
            "model groq/m: unknown key 'pirce_in', did you mean 'price_in'?",
        ),
        ('[[model]]\nprovider = "groq"\nid = "m"\ncontext = 0', "model groq/m: 'context' = 0"),
        ('[presets.mine.jugde]\nmodels = ["local/*"]', "presets.mine: unknown seat 'jugde', did you mean 'judge'?"),
        ('[presets.mine.judge]\nmodels = ["local/+"]', "presets.mine.judge: unknown model 'local/+', did you mean"),
        ("[presets.mine.judge]\ntemperature = 0.1", "presets.mine.judge: 'models' is missing"),
        ("[presets.mine]\njudge = 3", "'judge' must be a table: [presets.NAME.judge]"),
        ('[presets.offline.judge]\nmodels = ["local/*"]', "presets.offline: this preset has no seats"),
        ("[presets", "cartjury.toml is not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, toml: str, said: str) -> None:
    message = refused(tmp_path, toml)

    assert message.startswith("cartjury.toml")
    assert said in message


@pytest.mark.parametrize(
    "url",
    [
        "https://someone:SECRET@llm.example.com/v1",
        "https://SECRET@llm.example.com/v1",
        "https://llm.example.com/v1?key=SECRET",
        "https://llm.example.com:SECRET/v1",
        "llm.example.com/SECRET",
        "file:///SECRET",
    ],
)
def test_an_address_with_a_password_or_none_at_all_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    message = refused(tmp_path, f'[providers.groq]\nurl = "{url}"')

    assert "providers.groq" in message
    assert "SECRET" not in message


def test_a_ref_is_the_provider_up_to_the_first_slash() -> None:
    assert split_ref("groq/maker/model-7b") == ("groq", "maker/model-7b")


@pytest.mark.parametrize("ref", ["", "groq", "groq/", "/model"])
def test_half_a_ref_is_none(ref: str) -> None:
    with pytest.raises(InputError, match="provider/id"):
        split_ref(ref)


@pytest.mark.parametrize(
    ("name", "family"),
    [("maker/tall-7b", "tall"), ("Tall3.5:27b", "tall"), ("/models/Small_LM.gguf", "small"), ("7b", "unknown")],
)
def test_a_family_is_guessed_from_the_first_word_of_an_id(name: str, family: str) -> None:
    assert family_of(name) == family
