"""Data sets and experiments of the recording LangSmith (tests/recording_langsmith.py): what `evaluate` asks it for.

with LangSmith() as server:
    kept = Experiments(server)
    kept.datasets       every data set by name
    kept.examples       every example, in the order in which it came
    kept.projects       every experiment, as it was created
"""

import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.recording_langsmith import JSON, LangSmith, Request

TENANT = "6d8d9b7e-0000-4000-8000-000000000002"
THEN = "2026-01-01T00:00:00Z"


class Experiments:
    """Answers for data sets, examples and projects, and what was put into them."""

    def __init__(self, server: LangSmith) -> None:
        self._server = server
        self.datasets: dict[str, JSON] = {}
        self.examples: list[JSON] = []
        self.projects: list[JSON] = []
        server.answers |= {
            ("GET", "/datasets"): self._find_dataset,
            ("POST", "/datasets"): self._make_dataset,
            ("GET", "/examples"): self._page_of_examples,
            ("POST", "/examples/bulk"): self._add_examples,
            ("POST", "/examples"): self._add_example,
            ("POST", "/sessions"): self._make_project,
            ("GET", "/sessions"): lambda request: (200, self._named(request) or self.projects[-1:]),
        }

    def _find_dataset(self, request: Request) -> tuple[int, Any]:
        name = parse_qs(urlsplit(request.path).query)["name"][0]
        return 200, [self.datasets[name]] if name in self.datasets else []

    def _make_dataset(self, request: Request) -> tuple[int, Any]:
        made = {**request.body, "id": str(uuid.uuid4()), "tenant_id": TENANT, "created_at": THEN}
        self.datasets[request.body["name"]] = made
        return 200, made

    def _page_of_examples(self, request: Request) -> tuple[int, Any]:
        query = parse_qs(urlsplit(request.path).query)
        offset, limit = (int(query.get(key, [usual])[0]) for key, usual in (("offset", "0"), ("limit", "100")))
        return 200, self.examples[offset : offset + limit]

    def _add_examples(self, request: Request) -> tuple[int, Any]:
        new = [{**example, "created_at": THEN, "modified_at": THEN} for example in request.body]
        self.examples += new
        return 200, new

    def _add_example(self, request: Request) -> tuple[int, Any]:
        """One of pytest's plugin, which adds to it afterwards."""
        made = {**request.body, "created_at": THEN, "modified_at": THEN}
        self.examples.append(made)
        self._server.answers["PATCH", f"/examples/{made['id']}"] = lambda later: (200, _changed(made, later))
        return 200, made

    def _make_project(self, request: Request) -> tuple[int, Any]:
        made = {**request.body, "tenant_id": TENANT, "start_time": THEN}
        made.setdefault("id", str(uuid.uuid4()))
        self.projects.append(made)
        self._server.answers["PATCH", f"/sessions/{made['id']}"] = lambda _: (200, made)
        return 200, made

    def _named(self, request: Request) -> list[JSON]:
        wanted = parse_qs(urlsplit(request.path).query).get("name", [""])[0]
        return [project for project in self.projects if project["name"] == wanted]


def _changed(made: JSON, later: Request) -> JSON:
    made.update({key: value for key, value in later.body.items() if value is not None})
    return made
