"""Where data lie: in a file or folder of this machine, or at a URL that an engine reads by itself."""

import re
from pathlib import Path

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # more than one letter: C:/ is a drive


def is_url(place: str) -> bool:
    """Whether a place is a URL, such as s3a://bucket/carts."""
    return URL.match(place) is not None


def local(place: str) -> str:
    """Return the path that a file URL names; any other place as it is."""
    return place.removeprefix("file://") if place.startswith("file:///") else place


def absolute(place: str) -> str:
    """Return a place so that it means the same from every folder."""
    return place if is_url(local(place)) else str(Path(local(place)).absolute())
