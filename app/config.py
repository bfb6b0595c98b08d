"""Settings from four places: command line > environment > .env > cartjury.toml > defaults.

cartjury.toml    min_size = 800
.env             CARTJURY_MIN_SIZE=800      (keys of providers live here too)
environment      CARTJURY_MIN_SIZE=800
command line     --min-size 800
"""

import difflib
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import BaseModel, Field, ValidationError

from cartjury.data.errors import InputError
from cartjury.data.model_table import TABLE_KEYS
from cartjury.data.options import MAX_COUNT, DimensionSpec, ModelChoice, Options
from cartjury.data.records import Comparison, ScoreWeights
from cartjury.data.seats import ALL_SEATS

PREFIX = "CARTJURY_"
MOST = 5  # faults that a message lists
SEPARATORS = {"keep_columns": ",", "dimension": ";"}  # of lists that an environment variable may hold as plain words
# Read by the server, and at the end of a traced run: no options of a run.
ELSEWHERE = {"CARTJURY_DATA_ROOTS", "CARTJURY_ORIGINS", "CARTJURY_TRACE_WAIT"}


class Settings(Options):
    """The options of a run, and what to run on where no file is given."""

    n_users: int = Field(default=25_000, ge=1, le=MAX_COUNT)
    seed: int = Field(default=42, ge=0, le=MAX_COUNT)
    as_of: date | None = None


def load_settings(given: Mapping[str, Any], folder: Path, config: Path | None = None) -> Settings:
    """Put the settings together and check them.

    Args:
        given: what the command line says; None means not given.
        folder: where `.env` and `cartjury.toml` are looked for.
        config: another toml file instead.

    Raises:
        InputError: an unknown key (with the nearest known one), a wrong value, or no such config file.
    """
    layers = {
        _config_name(config): _from_toml(config or folder / "cartjury.toml", required=config is not None),
        ".env": _from_environment(_dotenv(folder)),
        "the environment": _from_environment(os.environ),
        "the command line": {k: v for k, v in given.items() if v is not None},
    }
    merged: dict[str, Any] = {}
    for where, layer in layers.items():
        wishes = layer.pop("dimension", None)
        _validated(layer, where)
        merged |= layer
        if wishes:  # they change what the places before have said
            merged["dimensions"] = _validated({**merged, "dimension": wishes}, where).dimensions
    return _validated(merged, "the settings")


def load_keys(folder: Path) -> None:
    """Put the keys of `.env` into the environment, where they are not set already; a blank one is not set."""
    for key, value in _dotenv(folder).items():
        if not key.startswith(PREFIX) and value.strip() and not os.environ.get(key, "").strip():
            os.environ[key] = value


def _config_name(config: Path | None) -> str:
    return config.name if config else "cartjury.toml"


def _dotenv(folder: Path) -> dict[str, str]:
    path = folder / ".env"
    return {k: v for k, v in dotenv_values(path).items() if v is not None} if path.is_file() else {}


def _from_toml(path: Path, *, required: bool) -> dict[str, Any]:
    if not path.is_file():
        if required:
            raise InputError(f"there is no file {path}")
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not valid TOML: {error}") from error
    return {k: v for k, v in found.items() if k not in TABLE_KEYS}  # those are read with the model table


def _from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    ours = {k: v for k, v in variables.items() if k.startswith(PREFIX) and k not in ELSEWHERE}
    return {k.removeprefix(PREFIX).lower(): _parsed(k.removeprefix(PREFIX).lower(), v) for k, v in ours.items()}


def _parsed(key: str, text: str) -> Any:
    """Read lists and tables as JSON; plain words with separators between them are a list too."""
    if text.lstrip().startswith(("[", "{")):
        try:
            return json.loads(text)
        except ValueError as error:
            raise InputError(f"{PREFIX}{key.upper()} is not valid JSON: {error}") from error
    if key in SEPARATORS:
        return [part.strip() for part in text.split(SEPARATORS[key]) if part.strip()]
    return text


def _validated(values: Mapping[str, Any], where: str) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise InputError(f"{where}: {in_words(error)}") from error


def in_words(error: ValidationError) -> str:
    """Say what is wrong with some settings or a record; a misspelt key alone where there is one."""
    faults = error.errors()
    misspelt = [f for f in faults if f["type"] == "extra_forbidden"]
    said = [_fault(f["type"], f["loc"], f["msg"], f["input"]) for f in misspelt or faults]
    return "; ".join(said[:MOST]) + (f"; and {len(said) - MOST} more" if len(said) > MOST else "")


def _fault(kind: str, loc: tuple[int | str, ...], message: str, value: Any) -> str:
    path = ".".join(str(part) for part in loc)
    if loc[-1:] == ("[key]",):  # a table by name, such as [models.judge]
        return _unknown(path.removesuffix(".[key]"), str(value), ALL_SEATS)
    if kind == "extra_forbidden":
        return _unknown(path, str(loc[-1]), _known(loc))
    if kind == "missing":
        return f"'{path}' is missing"
    said = message.removeprefix("Value error, ")
    return f"{path} = {value!r}: {said}" if path else said


def _unknown(path: str, word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, [k for k in known if k != word], n=1, cutoff=0.5)
    return f"unknown key '{path}'" + (f", did you mean '{near[0]}'?" if near else "")


def _known(loc: tuple[int | str, ...]) -> list[str]:
    tables: dict[str | int, type[BaseModel]] = {
        "dimensions": DimensionSpec,
        "filter": Comparison,
        "weights": ScoreWeights,
        "models": ModelChoice,
    }
    record = Settings if len(loc) == 1 else tables.get(loc[0], Settings)
    return [*record.model_fields, *(TABLE_KEYS if len(loc) == 1 else ())]
