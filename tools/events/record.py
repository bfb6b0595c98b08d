"""What an import leaves beside its carts: the file `<out>.import.json`."""

from typing import Literal

from pydantic import Field

from cartjury.data.base import Record

SUFFIX = ".import.json"
REJECTED = ".rejected_rows.csv"
DRAFT = "carts"  # the carts file before it is moved to its place


class Wishes(Record):
    """How an import is to be done, in the words of the command line.

    Attributes:
        preset, columns, events: the layout, see `log_format`.
        as_of: a day or a time; None: the end of the log.
        abandon_after, session_gap: lengths such as 24h and 30m.
        include_censored: keep carts younger than abandon_after.
        cart_value_as_aov: use the cart's value where no order is known.
        bots: leave suspected bots out, or keep and flag them.
        bot_events: more events than this within an hour make a suspected bot.
    """

    preset: str
    columns: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    as_of: str | None = None
    abandon_after: str = "24h"
    session_gap: str = "30m"
    include_censored: bool = False
    cart_value_as_aov: bool = False
    bots: Literal["exclude", "keep"] = "exclude"
    bot_events: int = Field(default=300, ge=10, le=1_000_000)
    on_bad_rows: Literal["fail", "quarantine"] = "fail"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    memory_limit: str | None = Field(default=None, pattern=r"(?i)^\d+(\.\d+)?\s*(kb|mb|gb|tb|kib|mib|gib|tib)$")


class SourceFile(Record):
    """A file of the log, and the column that played each role."""

    name: str
    sha256: str
    rows: int
    roles: dict[str, str]


class RowCounts(Record):
    """What became of the log's rows; `read` is the sum of the others."""

    read: int
    bad: int
    repeated: int
    unknown_event: int
    after_as_of: int
    used: int


class ImportRecord(Record):
    """What was imported, by which rules, and what became of every user.

    Attributes:
        log_start, log_end: first and last time in the log, in UTC.
        unknown_events: the most frequent event names that were ignored, with their rows.
        users: users by outcome; suspected bots among the abandoned are counted apart.
        kept: users in the carts file.
        rules: what the words mean, with this import's parameters.
        formulas: how the scores were made.
        next_command: what to type next.
    """

    out: str
    sha256: str
    sources: tuple[SourceFile, ...]
    wishes: Wishes
    event_kinds: dict[str, str]
    as_of: str
    log_start: str
    log_end: str
    rows: RowCounts
    unknown_events: dict[str, int]
    users: dict[str, int]
    suspected_bots: int
    kept: int
    notices: tuple[str, ...]
    rules: tuple[str, ...]
    formulas: dict[str, str]
    next_command: str
