"""Where experiments go that are to be uploaded."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cartjury.app.config import load_keys
from cartjury.app.evals.experiment import Upload
from cartjury.data.errors import InputError
from cartjury.data.eval_records import Kind

KEYS = ("LANGSMITH_API_KEY", "LANGCHAIN_API_KEY")


def uploader(wanted: bool, kind: Kind, seed: int) -> Callable[[Mapping[str, Any]], Upload | None]:
    """Return what says where the experiment of an arm goes, by what is told of the arm.

    Args:
        wanted: False: nowhere, and nothing of langsmith is loaded.
        kind: of the evaluation.
        seed: told with every experiment.

    Raises:
        InputError: it is wanted, and there is no key.
    """
    if not wanted:
        return lambda _: None
    load_keys(Path.cwd())
    if not any(os.environ.get(key, "").strip() for key in KEYS):
        raise InputError(f"--langsmith needs a key of LangSmith: set {KEYS[0]}")
    from cartjury.graph.tracing_client import tracing_client

    client = tracing_client()
    return lambda about: Upload(client, {"kind": kind, "seed": seed, **about})
