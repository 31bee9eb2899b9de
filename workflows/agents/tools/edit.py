"""Changing files: write a whole one, or replace one place in one."""

from __future__ import annotations

from pydantic import Field

from policies.patch import FileChange, safe_path
from workflows.agents.desk import Desk
from workflows.agents.tools.port import Arguments, ToolResult, refuse


class WriteArguments(Arguments):
    path: str = Field(description="Path from the root of the repository.")
    content: str = Field(description="The whole new content.")


class WriteFile:
    name = "write_file"
    description = "Create a file or replace all of it."
    arguments = WriteArguments

    async def use(self, arguments: WriteArguments, desk: Desk) -> ToolResult:
        return _changed(arguments.path, arguments.content, desk)


class ReplaceArguments(Arguments):
    path: str
    old: str = Field(min_length=1, description="The exact text to replace; it must occur exactly once.")
    new: str


class Replace:
    name = "replace"
    description = "Replace one exact piece of text in a file."
    arguments = ReplaceArguments

    async def use(self, arguments: ReplaceArguments, desk: Desk) -> ToolResult:
        text = desk.tree.text(arguments.path)
        if text is None:
            return refuse(f"{arguments.path} is no text file of the repository")
        times = text.count(arguments.old)
        if times != 1:
            return refuse(
                f"the old text occurs {times} times in {arguments.path}; it must occur exactly once"
            )
        return _changed(arguments.path, text.replace(arguments.old, arguments.new), desk)


def _changed(path: str, content: str, desk: Desk) -> ToolResult:
    try:
        safe_path(path)
    except ValueError as error:
        return refuse(str(error))
    objection = desk.objection(path)
    if objection is not None:
        return refuse(objection)
    return ToolResult(text=f"{path} written", change=FileChange(path=path, content=content))
