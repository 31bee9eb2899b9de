"""Model: who thinks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from pydantic import JsonValue

from workflows.ports.frozen import Frozen


class ToolCall(Frozen):
    id: str
    name: str
    arguments: str
    """JSON as the model wrote it, not yet believed."""


class Message(Frozen):
    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


class ToolSpec(Frozen):
    name: str
    description: str
    parameters: dict[str, JsonValue]


class Usage(Frozen):
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    dollars: float | None = 0.0
    """None when nobody knows the price of the model."""


class Turn(Frozen):
    """One answer of a model."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    model: str = ""
    usage: Usage = Usage()


class Model(Protocol):
    async def complete(self, route: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        """One turn on a route (`plan`, `author`, `fix`). Passing when it may work the next time, Unreachable
        when that is not before a while has passed."""
        ...
