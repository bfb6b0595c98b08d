"""What servers of the tests are made of: one that can hang up on everybody, and bodies in several parts."""

import contextlib
import re
import socket
from collections.abc import Iterator
from email.message import Message
from http.server import ThreadingHTTPServer
from typing import Any


class CutServer(ThreadingHTTPServer):
    """A server that can hang up on everybody; those who leave in the middle are no news."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *what: Any) -> None:
        super().__init__(*what)
        self._open: set[socket.socket] = set()

    def get_request(self) -> Any:
        caller, address = super().get_request()
        self._open.add(caller)
        return caller, address

    def hang_up(self) -> None:
        for caller in self._open:
            with contextlib.suppress(OSError):  # it has hung up already
                caller.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: object) -> None:
        """Say nothing on stderr."""


def parts(body: bytes, content_type: str) -> Iterator[tuple[str, bytes]]:
    """The parts of a multipart/form-data body: name and content of each."""
    message = Message()
    message["content-type"] = content_type
    boundary = f"--{message.get_param('boundary')}".encode()
    for part in body.split(boundary)[1:-1]:
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        found = re.search(rb'name="([^"]+)"', head)
        if found is None:
            raise ValueError(f"a part without a name: {head!r}")
        yield found[1].decode(), data.removesuffix(b"\r\n")
