"""The local key, and the ids that it makes of e-mail addresses.

An e-mail address becomes HMAC-SHA256(key, address trimmed and in lower case), in hexadecimal. The same key gives the
same ids, so that imports can be compared; without it nobody can tell whose id it is, nor try addresses out.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cartjury.data.errors import InputError

KEY_FILE = ".cartjury.key"
LEAST_BYTES = 32
NO_ADDRESS = "?"  # stands for a value that is no e-mail address


class Key(NamedTuple):
    """A key and where it lies; a new one is written by `save`, once the import has succeeded."""

    path: Path
    secret: bytes
    is_new: bool

    def __repr__(self) -> str:
        """Show where it lies and never what it is."""
        return f"Key({str(self.path)!r}, is_new={self.is_new})"


def load_key(path: Path) -> Key:
    """Read a key file, or make a key that is still to be saved.

    Raises:
        InputError: the file is too short for a key.
    """
    if not path.exists():
        return Key(path, secrets.token_bytes(LEAST_BYTES).hex().encode(), is_new=True)
    secret = path.read_bytes().strip()
    if len(secret) < LEAST_BYTES:
        raise InputError(
            f"{path} holds {len(secret)} bytes; a key needs at least {LEAST_BYTES}: give another --key-file"
        )
    return Key(path, secret, is_new=False)


def save(key: Key) -> tuple[str, ...]:
    """Write a new key for its owner only, keep it out of git, and say so; a key that lay there is left alone.

    Raises:
        InputError: somebody else has made a key there in the meantime.
    """
    if not key.is_new:
        shared = os.name == "posix" and key.path.stat().st_mode & 0o077
        return (f"{key.path} can be read by other users of this machine: chmod 600 {key.path}",) if shared else ()
    try:
        handle = os.open(key.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(f"another import has just made {key.path}; run this one again to use its key") from None
    with os.fdopen(handle, "wb") as file:
        file.write(key.secret + b"\n")
        os.fsync(file.fileno())
    ignored = f", and {key.path.name} was added to .gitignore" if _ignore(key.path) else ""
    return (
        (
            f"{key.path} was made{ignored}: it is the key of the user ids. Keep it and keep it secret; "
            "without it later imports give other ids"
        ),
    )


def id_maker(key: Key) -> Callable[[str], str]:
    """Return the function that makes an id of an e-mail address, and NO_ADDRESS of anything else; it never raises."""

    def make(address: str) -> str:
        normal = address.strip().lower()
        local, at, domain = normal.partition("@")
        if not (local and at and domain) or "@" in domain or len(normal.split()) > 1:
            return NO_ADDRESS
        return hmac.digest(key.secret, normal.encode("utf-8", "replace"), hashlib.sha256).hex()

    return make


def _ignore(path: Path) -> bool:
    """Add the key to the .gitignore beside it, where that is a git repository and does not list it yet."""
    folder = path.resolve().parent
    if not any((above / ".git").exists() for above in (folder, *folder.parents)):
        return False
    listed = folder / ".gitignore"
    try:
        text = listed.read_text(encoding="utf-8", errors="replace") if listed.is_file() else ""
        if path.name in text.split():
            return False
        with listed.open("a", encoding="utf-8") as file:
            file.write(("\n" if text and not text.endswith("\n") else "") + f"{path.name}\n")
    except OSError:  # a repository that this user cannot write to is not theirs to commit to
        return False
    return True
