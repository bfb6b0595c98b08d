"""How long a provider asks to wait before the next request."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

# "Please try again in 7m12s", "... in 450ms", "... in 1h2m3.5s", "... in 20 seconds"
_AGAIN_IN: Final = re.compile(
    r"try again in (?=\d)(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?) ?(ms|s))?", re.IGNORECASE
)


def retry_after(headers: Mapping[str, str], message: str) -> float | None:
    """Seconds to wait, never negative; None where the provider does not say.

    Args:
        headers: of the response, names in lower case; `retry-after-ms` and `retry-after` are read, the latter as
            seconds or as a date.
        message: of the error, read where the headers say nothing.
    """
    given = _number(headers.get("retry-after-ms"))
    seconds = given / 1000 if given is not None else _number(headers.get("retry-after"))
    if seconds is None:
        seconds = _until(headers.get("retry-after", ""))
    if seconds is None:
        seconds = _said(message)
    return None if seconds is None else max(0.0, seconds)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _until(date: str) -> float | None:
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return None
    if then.tzinfo is None:  # "-0000": a date in UTC that does not say so
        then = then.replace(tzinfo=UTC)
    return (then - datetime.now(UTC)).total_seconds()


def _said(message: str) -> float | None:
    found = _AGAIN_IN.search(message)
    if found is None or not any(found.groups()):
        return None
    hours, minutes, seconds, unit = found.groups()
    rest = float(seconds or 0) / (1000 if (unit or "").lower() == "ms" else 1)
    return 3600.0 * int(hours or 0) + 60.0 * int(minutes or 0) + rest
