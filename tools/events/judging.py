"""The log is judged: rows counted, users followed to the end of their last cart, carts written."""

from typing import NamedTuple

from cartjury.data.errors import InputError
from cartjury.tools.events.carts import Counts, ages, write_carts
from cartjury.tools.events.moments import read_duration, read_moment
from cartjury.tools.events.notices import margin_source, nobody
from cartjury.tools.events.outcomes import define_outcomes
from cartjury.tools.events.people import define_people, drop_repeated
from cartjury.tools.events.reading import Job, Staged
from cartjury.tools.events.record import DRAFT, RowCounts, Wishes
from cartjury.tools.events.survey import Survey, survey


class Times(NamedTuple):
    """Points and lengths of time that were asked for, in microseconds; as_of None: the end of the log."""

    as_of: int | None
    abandon_after: int
    session_gap: int


class Judged(NamedTuple):
    """What was found in a log.

    Attributes:
        rows: what became of its rows.
        seen: its names and times.
        counts: what became of its users.
        ages: users in the carts file by days since their cart.
        margin: a key of `orders.MARGINS`, None where nothing is known of margins.
    """

    rows: RowCounts
    seen: Survey
    counts: Counts
    ages: dict[int, int]
    margin: str | None


def read_times(wishes: Wishes) -> Times:
    """Read the times that were asked for.

    Raises:
        InputError: one is none.
    """
    return Times(
        read_moment(wishes.as_of) if wishes.as_of else None,
        read_duration(wishes.abandon_after, "--abandon-after"),
        read_duration(wishes.session_gap, "--session-gap"),
    )


def judge(job: Job, staged: Staged, times: Times, copying: str) -> Judged:
    """Write the carts of a log into the scratch folder.

    Args:
        job: what every step needs.
        staged: the log, read.
        times: as asked for.
        copying: as `copy_options` gives it.

    Raises:
        InputError: no carts in the log, a senseless end, or nobody who abandoned a cart.
    """
    connection, wishes = job.connection, job.wishes
    job.watch("comparing rows")
    good, repeated = drop_repeated(connection, staged.stages)
    seen = survey(connection, staged.name, times.as_of)
    job.watch("following users")
    define_people(connection, seen.as_of, times.session_gap, wishes.bot_events, job.scratch)
    define_outcomes(connection, seen.as_of, times.abandon_after, quantities="quantity" in staged.roles)
    job.watch("writing carts")
    margin = margin_source(job.fmt, staged.roles)
    counts = write_carts(connection, wishes, times.session_gap, margin, job.scratch / DRAFT, copying)
    if not counts.kept:
        raise InputError(*nobody(staged.name, counts, wishes))
    rows = RowCounts(
        read=good + staged.bad,
        bad=staged.bad,
        repeated=repeated,
        unknown_event=seen.unknown,
        after_as_of=seen.after,
        used=good - repeated - seen.unknown - seen.after,
    )
    return Judged(rows, seen, counts, ages(connection, seen.as_of), margin)
