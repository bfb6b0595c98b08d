"""What may be an address of a provider."""

import re
from urllib.parse import SplitResult, urlsplit

from cartjury.data.errors import InputError


def checked(url: str, where: str) -> SplitResult:
    """Take an address apart.

    Args:
        url: as a user wrote it.
        where: what holds it, for the message.

    Raises:
        InputError: it is no address, or holds a user, a password or a query. Its text is not repeated: it may be
            secret.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, or half an IPv6 address
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise InputError(f"{where}: this is no address; one looks like http://127.0.0.1:11434/v1")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InputError(f"{where}: an address may hold no user, password or query; keys belong into .env")
    return parts
