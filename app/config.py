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
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import BaseModel, Field, ValidationError

from cartjury.data.errors import InputError
from cartjury.data.options import DimensionSpec, ModelChoice, Options
from cartjury.data.records import Comparison, ScoreWeights

PREFIX = "CARTJURY_"
ELSEWHERE = {"CARTJURY_DATA_ROOTS"}  # read by the server, no option of a run


class Settings(Options):
    """The options of a run, and what to run on where no file is given."""

    n_users: int = Field(default=25_000, ge=1)
    seed: int = Field(default=42, ge=0)
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
        _validated(layer, where)
        merged |= layer
    return _validated(merged, "the settings")


def load_keys(folder: Path) -> None:
    """Put the keys of `.env` into the environment, where they are not set already."""
    for key, value in _dotenv(folder).items():
        if not key.startswith(PREFIX):
            os.environ.setdefault(key, value)


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
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not valid TOML: {error}") from error


def _from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    ours = {k: v for k, v in variables.items() if k.startswith(PREFIX) and k not in ELSEWHERE}
    return {k.removeprefix(PREFIX).lower(): _parsed(k.removeprefix(PREFIX).lower(), v) for k, v in ours.items()}


def _parsed(key: str, text: str) -> Any:
    """Read lists and tables as JSON; plain words separated by commas are a list too."""
    if text.lstrip().startswith(("[", "{")):
        try:
            return json.loads(text)
        except ValueError as error:
            raise InputError(f"{PREFIX}{key.upper()} is not valid JSON: {error}") from error
    if key == "keep_columns":
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _validated(values: Mapping[str, Any], where: str) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise InputError(f"{where}: {_in_words(error)}") from error


def _in_words(error: ValidationError) -> str:
    return "; ".join(_fault(fault["type"], fault["loc"], fault["msg"], fault["input"]) for fault in error.errors())


def _fault(kind: str, loc: tuple[int | str, ...], message: str, value: Any) -> str:
    path = ".".join(str(part) for part in loc)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(loc[-1]), _known(loc), n=1, cutoff=0.5)
        return f"unknown key '{path}'" + (f", did you mean '{near[0]}'?" if near else "")
    said = message.removeprefix("Value error, ")
    return f"{path} = {value!r}: {said}" if path else said


def _known(loc: tuple[int | str, ...]) -> list[str]:
    tables: dict[str | int, type[BaseModel]] = {
        "dimensions": DimensionSpec,
        "filter": Comparison,
        "weights": ScoreWeights,
        "models": ModelChoice,
    }
    record = Settings if len(loc) == 1 else tables.get(loc[0], Settings)
    return list(record.model_fields)
