"""What really came over the wire in answer to one request, noted below the provider's library.

The libraries drop refusals, mend cut JSON, return nothing for a missing tool call, and each reports trouble in its
own way. The response itself says it all, and in one way: so replies are read from it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Exchange:
    """The response to a request, as far as it came.

    Attributes:
        status: HTTP status; None where no response began.
        headers: names in lower case.
        body: decompressed; None where it did not come whole.
        unreadable: why only the beginning of the body, or nothing of it, is kept; None where all of it is.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    unreadable: str | None = None


_WATCHED: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


@contextmanager
def watched() -> Iterator[Exchange]:
    """Note the response to the request that is made inside."""
    exchange = Exchange()
    token = _WATCHED.set(exchange)
    try:
        yield exchange
    finally:
        _WATCHED.reset(token)


def watching() -> Exchange:
    """Where to note the response to the request that is under way."""
    return _WATCHED.get() or Exchange()
