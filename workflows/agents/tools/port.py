"""A tool: typed arguments in, a result as data out. It changes nothing; the loop applies what it says."""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue

from policies.patch import FileChange
from workflows.agents.desk import Desk
from workflows.printed import Whole

A = TypeVar("A", bound=BaseModel)
A_contra = TypeVar("A_contra", bound=BaseModel, contravariant=True)


class Arguments(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ToolResult(BaseModel):
    """What the model is told, and what came of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    change: FileChange | None = None
    handed_in: JsonValue = None
    """The final answer, when the tool was the one that hands it in."""
    failed: bool = False
    whole: Whole | None = None
    """Of what `text` tells in part."""


class Tool(Protocol, Generic[A]):
    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def arguments(self) -> type[A]: ...

    async def use(self, arguments: A, desk: Desk) -> ToolResult: ...


AnyTool = Tool[Any]


def refuse(text: str) -> ToolResult:
    """Something the model can put right by itself."""
    return ToolResult(text=text, failed=True)
