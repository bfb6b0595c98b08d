"""Uploads: streamed to disk, whole or not at all, under a name that is free."""

import itertools
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import anyio

from cartjury.app.serve.faults import CallError
from cartjury.app.serve.places import safe_name


async def keep(chunks: AsyncIterator[bytes], root: Path, name: str, limit: int) -> Path:
    """Write an upload below a root.

    Args:
        chunks: its bytes.
        root: the folder, which is made where there is none.
        name: as the client calls it.
        limit: bytes at most.

    Raises:
        CallError: no kind that can be read, empty, over the limit, or no space; nothing is left behind.
    """
    stem, ending = safe_name(name)
    draft = root / f".{secrets.token_hex(8)}.part"
    try:
        await anyio.to_thread.run_sync(lambda: root.mkdir(parents=True, exist_ok=True))
        await _write(chunks, draft, limit)
        return await anyio.to_thread.run_sync(_name_it, draft, root, stem, ending)
    except OSError as error:
        raise CallError(507, "disk", f"the file cannot be kept: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


async def _write(chunks: AsyncIterator[bytes], draft: Path, limit: int) -> None:
    size = 0
    async with await anyio.open_file(draft, "xb") as file:
        async for chunk in chunks:
            size += len(chunk)
            check_size(size, limit)
            await file.write(chunk)
    if size == 0:
        raise CallError(400, "request", "the body is empty: send the file itself")


def check_size(size: int, limit: int) -> None:
    """Refuse a file that is too large.

    Raises:
        CallError: it is.
    """
    if size > limit:
        raise CallError(
            413, "too_large", f"the file has more than {limit:,} bytes: raise --max-upload, or name its path"
        )


def _name_it(draft: Path, root: Path, stem: str, ending: str) -> Path:
    """Give the draft the first name that is free: carts.csv, carts-2.csv, ..."""
    for number in itertools.count(1):
        path = root / f"{stem}{f'-{number}' if number > 1 else ''}{ending}"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            continue
        return draft.replace(path)
    raise AssertionError  # pragma: no cover - numbers do not end
