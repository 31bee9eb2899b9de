"""Handing in: the one way for a role to finish, with an answer of the type that its role asks for."""

from __future__ import annotations

from pydantic import BaseModel

from workflows.agents.desk import Desk
from workflows.agents.tools.port import ToolResult


class Submit:
    name = "submit"
    description = "Hand in your result. This ends your work."

    def __init__(self, output: type[BaseModel]) -> None:
        self.arguments = output

    async def use(self, arguments: BaseModel, desk: Desk) -> ToolResult:  # noqa: ARG002
        return ToolResult(text="handed in", handed_in=arguments.model_dump(mode="json"))
