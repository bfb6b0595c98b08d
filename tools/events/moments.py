"""Points in time and lengths of time, as people write them and as whole microseconds in UTC."""

import re
from datetime import UTC, date, datetime, timedelta

from cartjury.data.errors import InputError
from cartjury.tools.events.times import DAY, EARLIEST, HOUR, LATEST, MINUTE, SECOND

UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
LONGEST = 3650 * DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_duration(text: str, option: str) -> int:
    """Read a length such as `24h`, `30m`, `90s` or `2d` in microseconds.

    Raises:
        InputError: it is none, or not between one second and ten years.
    """
    found = re.fullmatch(r"\s*(\d{1,9})\s*([smhd])\s*", text.lower())
    length = int(found[1]) * UNITS[found[2]] if found else 0
    if not SECOND <= length <= LONGEST:
        raise InputError(f"{option} {text}: say a length of time such as 24h, 30m or 2d")
    return length


def read_moment(text: str) -> int:
    """Read `--as-of`: a time such as 2026-11-23T10:00:00Z, without zone in UTC; a day means its first second.

    Raises:
        InputError: it is none, or outside the years 1990 to 2099.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(f"--as-of {text}: say a day such as 2026-11-23, or 2026-11-23T10:00:00Z") from error
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    value = (zoned - _EPOCH) // timedelta(microseconds=1)
    if not EARLIEST <= value <= LATEST:
        raise InputError(f"--as-of {text}: events happen between 1990 and 2100")
    return value


def in_words(moment: int) -> str:
    """Write a point in time, such as 2026-11-23T10:00:00Z; fractions of a second only where there are any."""
    return (_EPOCH + timedelta(microseconds=moment)).isoformat().replace("+00:00", "Z")


def day_of(moment: int) -> date:
    """The UTC day of a point in time."""
    return (_EPOCH + timedelta(microseconds=moment)).date()
