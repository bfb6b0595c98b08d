"""Where experiments go that are to be uploaded: a client of the user's account, which masks as traces do."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from cartjury.app.config import load_keys
from cartjury.app.evals.experiment import Upload
from cartjury.data.errors import InputError
from cartjury.data.eval_records import Kind

KEYS: Final = ("LANGSMITH_API_KEY", "LANGCHAIN_API_KEY")
TRACING: Final = ("LANGSMITH_TRACING", "LANGCHAIN_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2")
SECONDS: Final = 30.0  # that the end of an evaluation waits for LangSmith to take the last runs
Uploader = Callable[[Mapping[str, Any]], Upload | None]


@contextmanager
def uploading(wanted: bool, kind: Kind, seed: int) -> Iterator[Uploader]:
    """Give what says where the experiment of an arm goes, by what is told of the arm.

    Args:
        wanted: False: nowhere.
        kind: of the evaluation.
        seed: told with every experiment.

    Raises:
        InputError: it is wanted, and there is no key, or LangSmith does not take it.
    """
    if not wanted:
        os.environ |= dict.fromkeys(TRACING, "false")  # graphs that are built here would trace themselves
        yield lambda _: None
        return
    load_keys(Path.cwd())
    if not any(os.environ.get(key, "").strip() for key in KEYS):
        raise InputError(f"--langsmith needs a key of LangSmith: set {KEYS[0]}")
    from langsmith import Client
    from langsmith.utils import LangSmithError
    from urllib3 import Retry

    from cartjury.graph.masking import mask_with, secrets_of

    client = Client(
        anonymizer=mask_with(secrets_of(os.environ)),
        timeout_ms=(5_000, 15_000),
        retry_config=Retry(total=1, backoff_factor=0.5, allowed_methods=None),
        omit_traced_runtime_info=True,
    )
    try:
        yield lambda about: Upload(client, {"kind": kind, "seed": seed, **about})
        client.flush(timeout=SECONDS)
    except LangSmithError as error:
        raise InputError(f"LangSmith did not take the experiment: {_short(error)}") from error


def _short(error: Exception) -> str:
    """The first sentence of an error of the SDK, which goes on with headers and what a key begins with."""
    return str(error).partition("\n")[0].partition(". ")[0][:300]
