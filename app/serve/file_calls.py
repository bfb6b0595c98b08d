"""The calls about files: send an input, list inputs, list and fetch what revisions published."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from cartjury.app.serve.faults import CallError
from cartjury.app.serve.places import Places, files, published, revisions
from cartjury.app.serve.uploads import check_size, keep


class FileCalls:
    """What clients can do with files."""

    def __init__(self, places: Places, max_upload: int) -> None:
        self._places, self._limit = places, max_upload

    def routes(self) -> list[Route]:
        """Return the calls and their paths."""
        one = "/api/threads/{id}"
        return [
            Route("/api/inputs", self.inputs, methods=["GET"]),
            Route("/api/inputs/{name}", self.upload, methods=["PUT"]),
            Route(f"{one}/files", self.files, methods=["GET"]),
            Route(f"{one}/revisions/{{number:int}}/files/{{name}}", self.download, methods=["GET"]),
        ]

    async def inputs(self, _: Request) -> Response:
        """List the files that can be ordered; `path` is what an order names."""
        return JSONResponse({"inputs": await asyncio.to_thread(lambda: [_line(p) for p in self._places.inputs()])})

    async def upload(self, request: Request) -> Response:
        """Send a .csv, .csv.gz or .parquet file as the body; an order names the `path` that comes back."""
        declared = request.headers.get("content-length", "")
        if declared.isdecimal():
            check_size(int(declared), self._limit)
        try:
            path = await keep(request.stream(), self._places.roots[0], request.path_params["name"], self._limit)
        except ClientDisconnect as error:
            raise CallError(400, "request", "the upload was broken off") from error
        return JSONResponse(_line(path), 201)

    async def files(self, request: Request) -> Response:
        """List what a thread published, by revision."""
        folder = self._places.thread(request.path_params["id"])
        return JSONResponse({"revisions": await asyncio.to_thread(_listed, folder)})

    async def download(self, request: Request) -> Response:
        """Fetch a file that the manifest of the revision lists."""
        given = request.path_params
        path = await asyncio.to_thread(published, self._places.thread(given["id"]), given["number"], given["name"])
        return FileResponse(path, media_type="application/octet-stream", filename=path.name)


def _listed(folder: Path) -> list[dict[str, Any]]:
    place = f"/api/threads/{folder.name}/revisions"
    return [
        {
            "revision": number,
            "files": [{"name": n, **entry, "url": f"{place}/{number}/files/{n}"} for n, entry in files(path).items()],
        }
        for number, path in revisions(folder).items()
    ]


def _line(path: Path) -> dict[str, Any]:
    found = path.stat()
    changed = datetime.fromtimestamp(found.st_mtime, UTC).isoformat(timespec="seconds")
    return {"name": path.name, "path": str(path), "bytes": found.st_size, "changed": changed}
