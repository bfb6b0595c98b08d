"""cerebras-cloud-sdk as a langchain chat model, so that a trace shows its calls as it shows all others.

Imported only where Cerebras is asked: it loads the library.
"""

from typing import Any

from cerebras.cloud.sdk import AsyncCerebras
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, BaseMessage, convert_to_openai_messages
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field


class ChatCerebrasCloud(BaseChatModel):
    """Chat completions of Cerebras.

    Attributes:
        client: makes the requests.
        model_name: as Cerebras calls it.
        temperature: 0-2.
    """

    client: AsyncCerebras = Field(exclude=True, repr=False)
    model_name: str
    temperature: float

    @property
    def _llm_type(self) -> str:
        return "cerebras-cloud-chat"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "temperature": self.temperature}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        told = super()._get_ls_params(stop=stop, **kwargs)
        told["ls_provider"], told["ls_model_name"] = "cerebras", self.model_name
        return told

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("Cerebras is asked with ainvoke")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002  the base class passes it
        **kwargs: Any,
    ) -> ChatResult:
        asked = {"messages": convert_to_openai_messages(messages), "temperature": self.temperature, **kwargs}
        if stop is not None:
            asked["stop"] = stop
        answer: Any = await self.client.chat.completions.create(model=self.model_name, **asked)
        return _result(answer)


def _result(answer: Any) -> ChatResult:
    """Make langchain's message of a completion; raises what comes where it is none."""
    choice, usage = answer.choices[0], answer.usage
    calls = [call.model_dump() for call in choice.message.tool_calls or ()]
    message = AIMessage(
        content=choice.message.content or "",
        additional_kwargs={"tool_calls": calls} if calls else {},
        response_metadata={"model_name": answer.model, "finish_reason": choice.finish_reason},
    )
    if usage is not None:
        tokens_in, tokens_out = usage.prompt_tokens or 0, usage.completion_tokens or 0
        message.usage_metadata = UsageMetadata(
            input_tokens=tokens_in, output_tokens=tokens_out, total_tokens=tokens_in + tokens_out
        )
    return ChatResult(generations=[ChatGeneration(message=message)], llm_output={"model_name": answer.model})
