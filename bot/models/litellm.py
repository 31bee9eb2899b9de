"""Models through litellm. It takes seconds to import, so it is imported once, by whoever thinks first."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.retry_after import asked_to_wait
from bot.settings import Settings
from workflows.errors import ModelProblem, OperatorProblem, Passing, Problem
from workflows.ports.model import Message, ToolCall, ToolSpec, Turn, Usage


class _Narrow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


class _Function(_Narrow):
    name: str
    arguments: str = "{}"


class _Call(_Narrow):
    id: str
    function: _Function


class _Answer(_Narrow):
    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(_Narrow):
    message: _Answer


class _Cached(_Narrow):
    cached_tokens: int | None = None


class _Usage(_Narrow):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Cached | None = None


class _Response(_Narrow):
    model: str | None = ""
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage = _Usage()


class LiteLlm:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loading: asyncio.Future[ModuleType] | None = None

    def warm(self) -> None:
        """Begins the import, so that it is over when the first thought comes."""
        if self._loading is None:
            self._loading = in_daemon(load)

    async def ask(self, model: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        """One answer of one model, asked once."""
        self.warm()
        assert self._loading is not None  # noqa: S101 - warm() has just seen to it
        litellm = await asyncio.shield(self._loading)
        api_base, api_key = self._settings.model_access(model)
        try:
            response = await litellm.acompletion(
                model=model,
                messages=[_wire(message) for message in messages],
                tools=[{"type": "function", "function": tool.model_dump()} for tool in tools] or None,
                timeout=self._settings.model_timeout,
                api_base=api_base or None,
                api_key=api_key or None,
                num_retries=0,  # steps retry, and count what they spend
                max_retries=0,
            )
        except (
            litellm.AuthenticationError,
            litellm.PermissionDeniedError,
            litellm.NotFoundError,
            litellm.BadRequestError,
            litellm.RateLimitError,
            litellm.InternalServerError,
            litellm.ServiceUnavailableError,
            litellm.BadGatewayError,
            litellm.Timeout,
            litellm.APIConnectionError,
            litellm.APIError,
        ) as error:
            raise _problem(model, error) from error
        if response is None:
            # So it is with a 422 of OpenAI's: litellm raises nothing, and says nothing.
            raise OperatorProblem(f"{model} refused the request, and litellm does not say why")
        return _turn(response, model, _price(response))


# Answers of 4xx that pass by themselves: a time-out, a conflict, too early, too many.
_PASSING_REFUSALS = frozenset({408, 409, 425, 429})


def _problem(model: str, error: Exception) -> Problem:
    """By the status, since litellm's classes differ from provider to provider for the same answer."""
    status = int(getattr(error, "status_code", 0) or 0)
    said = _short(error)
    if status in {401, 403}:
        return OperatorProblem(f"the provider of {model} does not accept our key: {said}")
    if status == 402 or "insufficient_quota" in str(error):
        return OperatorProblem(f"the provider of {model} wants to be paid before it goes on: {said}")
    if 400 <= status < 500 and status not in _PASSING_REFUSALS:
        return OperatorProblem(f"{model} refused the request: {said}")
    return Passing(f"{model} did not answer: {said}", wait=asked_to_wait(_headers(error)))


def _headers(error: Exception) -> Mapping[str, str]:
    return getattr(error, "litellm_response_headers", None) or {}


def in_daemon(make: Callable[[], ModuleType]) -> asyncio.Future[ModuleType]:
    """In a thread that nobody waits for: an import cannot be stopped, and Ctrl-C shall not take as long."""
    loop = asyncio.get_running_loop()
    made: asyncio.Future[ModuleType] = loop.create_future()

    def work() -> None:
        module = make()
        with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(lambda: made.done() or made.set_result(module))

    threading.Thread(target=work, name="load-litellm", daemon=True).start()
    return made


def load() -> ModuleType:
    """litellm, set up. Blocks for seconds the first time."""
    # Without this, litellm fetches a price list over the network while it is imported.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    # A third of the time would go into looking for garbage among what is only being made.
    collecting = gc.isenabled()
    gc.disable()
    try:
        import litellm
    finally:
        if collecting:
            gc.enable()

    litellm.suppress_debug_info = True
    litellm.drop_params = True
    return sys.modules["litellm"]


def _wire(message: Message) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        wire["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.role == "tool":
        wire["tool_call_id"] = message.tool_call_id
    return wire


def _turn(response: object, asked: str, dollars: float | None) -> Turn:
    try:
        read = _Response.model_validate(response)
    except ValueError as error:
        raise ModelProblem(f"the model's answer has not the shape of an answer: {error}") from error
    answer, usage = read.choices[0].message, read.usage
    return Turn(
        text=_unicode(answer.content or ""),
        tool_calls=tuple(
            ToolCall(
                id=_unicode(call.id),
                name=_unicode(call.function.name),
                arguments=_plain(_unicode(call.function.arguments)),
            )
            for call in answer.tool_calls or []
        ),
        model=read.model or asked,
        usage=Usage(
            tokens_in=usage.prompt_tokens,
            tokens_out=usage.completion_tokens,
            tokens_cached=(usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens) or 0,
            dollars=dollars,
        ),
    )


def _unicode(text: str) -> str:
    """Half a surrogate pair is a string to Python, but can be neither stored nor sent."""
    return text.encode("utf-8", "replace").decode()


def _plain(arguments: str) -> str:
    """A model sometimes writes JSON that cannot be sent back to it; as a string it can."""
    try:
        json.loads(arguments)
    except ValueError:
        return json.dumps({"unreadable": arguments})
    return arguments


def _price(response: object) -> float | None:
    """What litellm reckons it cost; it has no price for models that it does not know."""
    hidden: dict[str, Any] = getattr(response, "_hidden_params", {})
    cost = hidden.get("response_cost")
    return None if cost is None else float(cost)


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
