"""Read the model table: data/models.toml, with what a cartjury.toml adds or changes.

[providers.NAME]           fields of a provider
[[model]]                  provider and id, and the fields to add or change
[presets.NAME.SEAT]        models = ["groq/openai/gpt-oss-120b", ...], temperature = 0.3
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from pydantic import ValidationError

from cartjury.data.addresses import checked
from cartjury.data.base import Record
from cartjury.data.errors import InputError
from cartjury.data.model_records import Chain, Model, ModelTable, Provider
from cartjury.data.seats import ALL_SEATS

TABLE_KEYS: Final = ("providers", "model", "presets")  # of cartjury.toml; they are no options of a run
OFFLINE: Final = "offline"  # the preset without seats
CONTEXT: Final = 32_768  # tokens, of a model that the table does not know
R = TypeVar("R", bound=Record)
Raw = Mapping[str, Any]


def load_table(place: Path | None) -> ModelTable:
    """Return the model table.

    Args:
        place: a folder whose cartjury.toml, if there is one, changes the packaged table; or such a file itself;
            None: the packaged table as it is.

    Raises:
        InputError: an unknown field, provider, model or seat (with the nearest known one), or a wrong value.
    """
    table = _packaged()
    path = place / "cartjury.toml" if place and place.is_dir() else place
    if path is None or not path.is_file():
        return table
    return _merged(table, _read(path.read_bytes(), path.name), path.name)


def laid_under(table: ModelTable, content: bytes, where: str) -> ModelTable:
    """Lay the presets of a file under those of a table: what the table says of a seat stays.

    Args:
        table: knows the providers and models.
        content: TOML; other tables than `presets` are not looked at.
        where: what the file is called in a message.

    Raises:
        InputError: as `load_table`.
    """
    known_models = table.model_copy(update={"presets": {}})
    under = _merged(known_models, {"presets": _read(content, where).get("presets", {})}, where).presets
    merged = {name: {**seats, **table.presets.get(name, {})} for name, seats in under.items()}
    return table.model_copy(update={"presets": {**table.presets, **merged}})


def split_ref(ref: str) -> tuple[str, str]:
    """Take "groq/maker/model-7b" apart into the provider, up to the first slash, and its id.

    Raises:
        InputError: there is no slash, or nothing on one side of it.
    """
    provider, _, model = ref.partition("/")
    if not provider or not model:
        raise InputError(f"'{ref}' names no model: write provider/id")
    return provider, model


def family_of(model: str) -> str:
    """Guess a family from an id: "model" of "maker/model7-27b"."""
    return re.split(r"[-_.:\s\d]", model.rpartition("/")[2], maxsplit=1)[0].casefold() or "unknown"


def unlisted(provider: str, model: str) -> Model:
    """Return a model that the table does not know; neither its price nor its status is known."""
    return Model(provider=provider, id=model, family=family_of(model), context=CONTEXT)


def known(kind: str, name: str, names: Iterable[str], where: str) -> None:
    """Check that a name is one of those that there are.

    Raises:
        InputError: it is not; the message has the nearest one, or all of them.
    """
    there = tuple(names)
    if name not in there:
        near = difflib.get_close_matches(name, there, n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else f"there is {', '.join(there)}"
        raise InputError(f"{where}: unknown {kind} '{name}', {hint}")


@cache
def _packaged() -> ModelTable:
    raw = _read((files("cartjury.data") / "models.toml").read_bytes(), "models.toml")
    return _merged(ModelTable(providers={}, models={}, presets={}), raw, "models.toml")


def _read(content: bytes, where: str) -> Raw:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{where} is not valid TOML: {error}") from error


def _merged(table: ModelTable, raw: Raw, where: str) -> ModelTable:
    """Lay the tables of a file over a model table; a field that is not named stays as it was."""
    providers = {**table.providers}
    for name, fields in _tables(raw, "providers", where).items():
        providers[name] = _provider(providers.get(name), fields, f"{where}: providers.{name}")
    models = {**table.models}
    for fields in _models(raw, where):
        model = _model(models, providers, fields, where)
        models[model.ref] = model
    presets = {**table.presets}
    for name, seats in _tables(raw, "presets", where).items():
        at = f"{where}: presets.{name}"
        if name == OFFLINE and seats:
            raise InputError(f"{at}: this preset has no seats: it asks no model")
        presets[name] = {**presets.get(name, {}), **_seats(presets.get(name, {}), seats, models, at)}
    return ModelTable(providers=providers, models=models, presets=presets)


def _tables(raw: Raw, key: str, where: str) -> Mapping[str, Raw]:
    found = raw.get(key, {})
    if not isinstance(found, dict) or not all(isinstance(v, dict) for v in found.values()):
        raise InputError(f"{where}: '{key}' must be tables by name: [{key}.NAME]")
    return found


def _models(raw: Raw, where: str) -> list[Raw]:
    found = raw.get("model", [])
    if not isinstance(found, list) or not all(isinstance(v, dict) for v in found):
        raise InputError(f"{where}: 'model' must be a list of tables: [[model]]")
    return found


def _provider(before: Provider | None, fields: Raw, where: str) -> Provider:
    provider = _laid_over(Provider, before, fields, where)
    if provider.url:
        checked(provider.url, where)
    return provider


def _model(models: Mapping[str, Model], providers: Iterable[str], fields: Raw, where: str) -> Model:
    provider, name = fields.get("provider"), fields.get("id")
    if not isinstance(provider, str) or not isinstance(name, str) or not name:
        raise InputError(f"{where}: each [[model]] needs its provider and its id")
    ref = f"{provider}/{name}"
    known("provider", provider, providers, f"{where}: model {ref}")
    return _laid_over(Model, models.get(ref) or unlisted(provider, name), fields, f"{where}: model {ref}")


def _seats(before: Mapping[Any, Chain], seats: Raw, models: Iterable[str], where: str) -> Mapping[Any, Chain]:
    found = {}
    for seat, fields in seats.items():
        known("seat", seat, ALL_SEATS, where)
        if not isinstance(fields, dict):
            raise InputError(f"{where}: '{seat}' must be a table: [presets.NAME.{seat}]")
        found[seat] = _laid_over(Chain, before.get(seat), fields, f"{where}.{seat}")
        for ref in found[seat].models:
            known("model", ref, models, f"{where}.{seat}")
    return found


def _laid_over(kind: type[R], before: R | None, fields: Raw, where: str) -> R:
    for field in fields:
        known("key", field, kind.model_fields, where)
    try:
        return kind.model_validate({**(before.model_dump() if before else {}), **fields})
    except ValidationError as error:
        _refuse(error, where)


def _refuse(error: ValidationError, where: str) -> NoReturn:
    fault = error.errors()[0]
    name = ".".join(str(part) for part in fault["loc"])
    said = "is missing" if fault["type"] == "missing" else f"= {fault['input']!r}: {fault['msg']}"
    raise InputError(f"{where}: '{name}' {said}") from error
