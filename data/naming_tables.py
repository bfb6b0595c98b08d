"""What the tables of segments for the naming evaluation are made from: trades, and how each table is cut.

evals/naming_tables.toml            -> Trade (what its carts look like), TableSpec (users, seed, options)
evals/naming_tables_held_out.toml   -> further TableSpecs, kept apart so that the others can be read without them

tools/evals/tables.py makes tables of them.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from cartjury.data.base import Record, Share
from cartjury.data.edit_records import PlanEdit
from cartjury.data.partition import check_unique

SPEC: Final = "naming_tables.toml"
SPEC_HELD_OUT: Final = "naming_tables_held_out.toml"


class ColumnSpec(Record):
    """How a column is spread over users: its values by their rank, and who ranks high.

    A column of the contract keeps the order of users that the generated carts have, so its correlations stay too.

    Attributes:
        kind: "amount" is log-normal and has two decimals, "whole" log-normal and rounded to whole numbers,
            "share" logit-normal and between 0 and 1.
        median: of the users with a value.
        spread: standard deviation of the logarithm, of a share that of the log odds.
        least, most: values beyond are set to these.
        like: of a column that the contract does not have: weights of other columns' normal scores beside a noise of
            weight 1. A single weight w is a correlation of w / sqrt(1 + w^2).
        missing: share of the users without a value, drawn at random.
        needs_order: whether users without order history have none either.
        why: the assumption behind the numbers.
    """

    kind: Literal["amount", "whole", "share"]
    median: float = Field(gt=0)
    spread: float = Field(gt=0)
    least: float = 0.0
    most: float | None = None
    like: dict[str, float] = Field(default_factory=dict)
    missing: Share = 0.0
    needs_order: bool = False
    why: str


class History(Record):
    """Who has ordered before, and how long ago.

    Attributes:
        without: share of the users without any order.
        unknown_value: share of those whose avg_order_value is missing.
        days, spread: median days from the last order to the cart, and the standard deviation of its logarithm.
        most: days that no order is older than.
        why: the assumption behind the numbers.
    """

    without: Share
    unknown_value: Share = 0.0
    days: float = Field(gt=0)
    spread: float = Field(gt=0)
    most: float = 1095
    why: str


class Trade(Record):
    """What the carts of a trade look like.

    Attributes:
        about: the shop that is thought of.
        columns: those that differ from the generated carts, and further ones.
    """

    about: str
    history: History
    columns: dict[str, ColumnSpec]


class TableSpec(Record):
    """A table: whose carts, how many, how they are cut.

    Attributes:
        vertical: a trade of the file.
        held_out: whether it stands in the file of those that are.
        users: generated carts, before the window takes those of the last days.
        history: changes what the trade says of it.
        columns: changes what the trade says of columns, by column.
        options: of the run, in the words of cartjury.toml.
        edits: made to the plan afterwards, as the chat makes them.
        why: what the table is there for.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    vertical: str
    shape: str
    held_out: bool = False
    users: int = Field(ge=1)
    seed: int = Field(ge=0)
    history: dict[str, float] = Field(default_factory=dict)
    columns: dict[str, dict[str, float]] = Field(default_factory=dict)
    options: dict[str, Any] = Field(default_factory=dict)
    edits: tuple[PlanEdit, ...] = ()
    why: str

    def trade(self, trades: Mapping[str, Trade]) -> Trade:
        """Return the trade as this table wants it.

        Raises:
            KeyError: the table changes a column that the trade does not describe.
        """
        trade = trades[self.vertical].model_dump()
        trade["history"].update(self.history)
        for name, changes in self.columns.items():
            trade["columns"][name].update(changes)
        return Trade.model_validate(trade)


class TableSpecs(Record):
    """Both files. `predecessor` is cut from the generated carts as they are, and belongs to no trade."""

    trades: dict[str, Trade]
    tables: tuple[TableSpec, ...]
    predecessor: TableSpec

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        check_unique("table", (t.id for t in (*self.tables, self.predecessor)))
        if strange := [t.id for t in self.tables if t.vertical not in self.trades]:
            raise ValueError(f"no trade is described for {', '.join(strange)}, only {', '.join(self.trades)}")
        return self


def table_specs() -> TableSpecs:
    """Read both files, the tables that are held out last."""
    whole = _read(SPEC)
    held_out = ({**table, "held_out": True} for table in _read(SPEC_HELD_OUT)["tables"])
    return TableSpecs.model_validate({**whole, "tables": [*whole["tables"], *held_out]})


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("cartjury.data").joinpath("evals", name).read_text(encoding="utf-8"))
