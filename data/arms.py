"""Read the arms of the naming evaluation, and the presets that they need beyond those of the model table."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from cartjury.data.model_records import Chain, ModelTable
from cartjury.data.model_table import laid_under, load_table
from cartjury.data.outside_records import ArmPlan
from cartjury.data.seats import SeatName

FILE: Final = "arms.toml"
EVALUATION: Final = "evaluation"  # the preset of those who read names
SHARED: Final = "default"  # the preset whose seats an arm has where it names none of its own


def arms() -> tuple[ArmPlan, ...]:
    """All arms that there are, in the order of the file."""
    plans = tomllib.loads(_content().decode())["arms"]
    return tuple(ArmPlan(name=name, **fields) for name, fields in plans.items())


def evaluation_table(table: ModelTable) -> ModelTable:
    """A model table with the presets of the arms and of those who read names.

    What the table says of a seat stays, so a cartjury.toml has the last word. A seat that neither it nor data/evals/
    arms.toml fills in a preset of that file is the one of the preset `default`, those who read names apart.

    Raises:
        InputError: the table lacks a model that a preset names.
    """
    full = laid_under(table, _content(), FILE)
    own = {arm.preset for arm in arms()} - set(load_table(None).presets)
    presets = {name: _filled(seats, table) if name in own else seats for name, seats in full.presets.items()}
    return full.model_copy(update={"presets": presets})


def _filled(seats: Mapping[SeatName, Chain], table: ModelTable) -> Mapping[SeatName, Chain]:
    return {**table.presets[SHARED], **seats}


@cache
def _content() -> bytes:
    return (files("cartjury.data") / "evals" / FILE).read_bytes()
