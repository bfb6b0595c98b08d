"""Who can be asked: the seats of a jury, the reader of the chat, and those who read names in evaluations."""

from typing import Final, Literal

SeatName = Literal[
    "creative_marketer",
    "growth_strategist",
    "data_scientist",
    "risk_manager",
    "judge",
    "second_judge",
    "interpreter",
    "matcher",
    "arbiter",
]
SEATS: Final[tuple[SeatName, ...]] = (
    "creative_marketer",
    "growth_strategist",
    "data_scientist",
    "risk_manager",
    "judge",
    "second_judge",
)
READER: Final[SeatName] = "interpreter"  # reads the messages of the chat; it has no part in a jury
# They are asked in evaluations only, about names that are there already: which rule one names, and which is better.
MATCHER: Final[SeatName] = "matcher"
ARBITER: Final[SeatName] = "arbiter"
EVALUATORS: Final = (MATCHER, ARBITER)
ALL_SEATS: Final = (*SEATS, READER, *EVALUATORS)
