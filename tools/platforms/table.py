"""The platforms that are known, and how a header tells which one an export is from."""

import shlex
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from cartjury.data.base import Record

Role = Literal["carts", "orders", "profiles", "events"]


class Platform(Record):
    """One kind of export; data/platforms.toml explains the fields.

    Attributes:
        id: for manifests.
        title: for messages.
        role: what its rows are.
        fields: by the program's word for it, the column names that it may have.
        status: by meaning, the values of the column `status`.
    """

    id: str
    title: str
    role: Role
    required: tuple[tuple[str, ...], ...]
    typical: tuple[str, ...]
    at_least: int
    excluded: tuple[str, ...]
    needs: str = ""
    caution: str = ""
    continues: bool = False
    fields: dict[str, tuple[str, ...]]
    status: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - pydantic copies it, and the record is frozen

    def fits(self, names: Iterable[str]) -> bool:
        """Whether a header, in plain names, is one of this platform's; columns it does not know do not matter."""
        found = set(names)
        return (
            all(found & set(line) for line in self.required)
            and len(found & set(self.typical)) >= self.at_least
            and not found & set(self.excluded)
        )


@cache
def platforms() -> tuple[Platform, ...]:
    """Read data/platforms.toml."""
    text = (files("cartjury.data") / "platforms.toml").read_text(encoding="utf-8")
    return tuple(Platform.model_validate(entry) for entry in tomllib.loads(text)["platform"])


def fields_of(role: str) -> tuple[str, ...]:
    """Every field that an export of this role may have; what joins people is always among them."""
    found = (field for platform in platforms() if platform.role == role for field in platform.fields)
    return tuple(dict.fromkeys(("key", "customer", "email", *found)))


def recognise(columns: Sequence[str]) -> Platform | None:
    """Tell by the names of its columns which platform an export is from; None: from none that is known.

    Case, outer spaces, a byte order mark, the order and further columns do not matter.
    """
    names = [plain(column) for column in columns]
    return next((platform for platform in platforms() if platform.fits(names)), None)


def advice(platform: Platform, file: str) -> str:
    """Say what to do with an export that was given where carts are expected."""
    file = shlex.quote(file)
    if platform.role == "events":
        command = f"cartjury import events {file} --preset ga4"
    elif platform.role == "carts":
        command = f"cartjury import platform {file}"
    else:
        command = f"cartjury import platform CHECKOUTS_FILE --{platform.role} {file}"
    return f"this is a {platform.title}; turn it into carts with: {command}"


def plain(column: str) -> str:
    """A column name as it is compared."""
    return " ".join(column.replace("\ufeff", "").split()).casefold()
