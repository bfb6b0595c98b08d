"""What a trace says of a request to a model, beside the prompt and the reply that langchain's own callbacks put there.

The request's run hangs below the node that asked, by the context that its coroutine runs in (loop.py).
"""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cartjury.agents.asking import Request
from cartjury.data.call_records import Attempt

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

TOLD = ("persona", "stage", "round", "part", "order", "attempt", "repair", "provider", "model", "prompt_sha256")


def traced_as(request: Request) -> "RunnableConfig | None":
    """The name, tags and metadata of a request's run; None where nothing is known of it."""
    asked = request.attempt
    if asked is None:
        return None
    return {
        "run_id": uuid4(),
        "run_name": name_of(asked),
        "tags": [asked.persona, asked.stage],
        "metadata": metadata_of(request, asked),
    }


async def gave_up(config: "RunnableConfig | None", error: Exception) -> None:
    """End the run of a request that was given up: langchain leaves those open that are cancelled."""
    from langchain_core.callbacks.manager import AsyncCallbackManagerForLLMRun
    from langchain_core.runnables.config import ensure_config, get_async_callback_manager_for_config

    run_id = (config or {}).get("run_id")
    if run_id is None:
        return
    found = get_async_callback_manager_for_config(ensure_config())
    run = AsyncCallbackManagerForLLMRun(
        run_id=run_id, handlers=found.handlers, inheritable_handlers=found.inheritable_handlers
    )
    await run.on_llm_error(error)


def name_of(asked: Attempt) -> str:
    """What the run is called: "judge verdict (reverse), attempt 2"."""
    order = f" ({asked.order})" if asked.order else ""
    again = f", attempt {asked.attempt + 1}" if asked.attempt else ""
    return f"{asked.persona} {asked.stage}{order}{again}"


def metadata_of(request: Request, asked: Attempt) -> dict[str, Any]:
    """Who was asked for what, the how-manieth time, and the prices that a cost is made of (US dollars a million)."""
    prices = {"price_in": request.model.price_in, "price_out": request.model.price_out}
    return {
        **{key: getattr(asked, key) for key in TOLD},
        "segment_ids": list(asked.segment_ids),
        "temperature": request.temperature,
        **{key: price for key, price in prices.items() if price is not None},
    }
