"""The input contract: eight columns, what each holds, and whether it may be empty."""

from typing import Literal, NamedTuple


class Column(NamedTuple):
    """One column of the contract.

    Attributes:
        kind: text, date, number (0 or more), count (whole, 0 or more), score (0 to 1), or feature (any
            finite number: a further column that the user made a dimension).
        nullable: whether it may be empty.
    """

    name: str
    kind: Literal["text", "date", "number", "count", "score", "feature"]
    nullable: bool


CONTRACT = (
    Column("user_id", "text", nullable=False),
    Column("cart_abandoned_date", "date", nullable=False),
    Column("last_order_date", "date", nullable=True),
    Column("avg_order_value", "number", nullable=True),
    Column("sessions_last_30d", "count", nullable=False),
    Column("num_cart_items", "count", nullable=False),
    Column("engagement_score", "score", nullable=True),
    Column("profitability_score", "score", nullable=True),
)
LONGEST_ID = 256  # characters; longer ones are a torn file
COLUMN_NAMES = tuple(c.name for c in CONTRACT)

# Features that a universe has beside its columns: whole days before as_of.
DERIVED = {"days_since_abandonment": "cart_abandoned_date", "days_since_last_order": "last_order_date"}
