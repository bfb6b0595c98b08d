"""`cartjury serve`: what it binds to, and what it says."""

import socket

import pytest

from cartjury.app.serve.start import in_bytes, listening
from cartjury.data.errors import InputError


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.com", ""])
def test_other_machines_are_not_served(host: str) -> None:
    with pytest.raises(InputError, match="other machines"):
        listening(host, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_free_port_of_this_machine_can_be_had(host: str) -> None:
    with listening(host, 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        assert listener.getsockname()[1] > 0


def test_who_calls_before_the_service_has_started_is_kept_waiting() -> None:
    with listening("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname(), timeout=5) as client:
        assert client.getpeername() == listener.getsockname()


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(InputError, match=f"port {port} of 127.0.0.1 cannot be had"):
            listening("127.0.0.1", port)


@pytest.mark.parametrize(
    ("size", "count"), [("512MB", 512_000_000), ("1 GiB", 2**30), ("1.5k", 1500), ("700", 700), ("2gb", 2_000_000_000)]
)
def test_sizes_are_read_as_people_write_them(size: str, count: int) -> None:
    assert in_bytes(size) == count


@pytest.mark.parametrize("size", ["", "MB", "-1MB", "0", "1XB", "1e9", "inf"])
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(InputError, match="is no size"):
        in_bytes(size)
