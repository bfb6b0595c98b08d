"""What is left of a thread of `langgraph dev` when the server is killed."""

import os
import signal
from pathlib import Path
from typing import Any

from langgraph_sdk import get_sync_client

from tests.graph.studio_server import free_port, served

ORDER = {"n_users": 2000, "seed": 3, "as_of": "2026-10-01"}


def test_a_killed_server_loses_no_state(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with served(tmp_path, url, port) as first, get_sync_client(url=url, api_key=None) as client:
        thread = client.threads.create()["thread_id"]
        done: Any = client.runs.wait(thread, "cartjury", input=ORDER)
        os.killpg(first.process.pid, signal.SIGKILL)
        first.process.wait()

    with served(tmp_path, url, port), get_sync_client(url=url, api_key=None) as client:
        client.threads.create(thread_id=thread, if_exists="do_nothing", graph_id="cartjury")
        kept: Any = client.threads.get_state(thread)["values"]
        steps = client.threads.get_history(thread, limit=50)

    assert kept == done
    assert kept["manifest"]["plan_hash"]
    assert len(steps) > 10


def test_a_thread_can_be_copied_pruned_and_deleted(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with served(tmp_path, url, port) as running, get_sync_client(url=url, api_key=None) as client:
        thread = client.threads.create()["thread_id"]
        done: Any = client.runs.wait(thread, "cartjury", input=ORDER)
        copy: Any = client.threads.copy(thread)
        client.threads.delete(thread)

        assert client.threads.get_state(copy["thread_id"])["values"] == done
        assert "missing a" not in running.log.read_text()  # what the server says of a saver that cannot do it all
