"""Looking at the code: list, search, read. Nothing runs for it."""

from __future__ import annotations

import fnmatch

from pydantic import Field

from workflows.agents.desk import Desk
from workflows.agents.tools.port import Arguments, ToolResult, refuse

MOST_FILES = 400
MOST_HITS = 80
MOST_LINES = 400
LONGEST_LINE = 300


class ListArguments(Arguments):
    pattern: str = Field("*", description="Glob over whole paths, such as src/*.py; * also crosses slashes.")


class ListFiles:
    name = "list_files"
    description = "List the files of the repository whose path matches a glob."
    arguments = ListArguments

    async def use(self, arguments: ListArguments, desk: Desk) -> ToolResult:
        found = _named(desk, arguments.pattern)
        if not found:
            return refuse(f"no file matches {arguments.pattern}")
        rest = f"\n… and {len(found) - MOST_FILES} more" if len(found) > MOST_FILES else ""
        return ToolResult(text="\n".join(found[:MOST_FILES]) + rest)


class SearchArguments(Arguments):
    text: str = Field(min_length=2, description="What to look for, literally and case-sensitively.")
    pattern: str = Field("*", description="Glob over whole paths to look in.")


class Search:
    name = "search"
    description = "Find lines that contain a text, with file and line number."
    arguments = SearchArguments

    async def use(self, arguments: SearchArguments, desk: Desk) -> ToolResult:
        hits: list[str] = []
        tree = desk.tree
        for path in _named(desk, arguments.pattern):
            for number, line in enumerate((tree.text(path) or "").splitlines(), 1):
                if arguments.text in line:
                    hits.append(f"{path}:{number}: {line.strip()[:LONGEST_LINE]}")
                    if len(hits) == MOST_HITS:
                        return ToolResult(text="\n".join([*hits, "… more hits left out; narrow the search"]))
        return ToolResult(text="\n".join(hits)) if hits else refuse(f"no line contains {arguments.text!r}")


class ReadArguments(Arguments):
    path: str
    first: int = Field(1, ge=1, description="First line.")
    last: int = Field(MOST_LINES, ge=1, description=f"Last line; at most {MOST_LINES} lines are shown.")


class ReadFile:
    name = "read_file"
    description = "Read lines of a file, numbered."
    arguments = ReadArguments

    async def use(self, arguments: ReadArguments, desk: Desk) -> ToolResult:
        text = desk.tree.text(arguments.path)
        if text is None:
            return refuse(f"{arguments.path} is no text file here; list_files shows what there is")
        lines = text.splitlines()
        last = min(arguments.last, arguments.first + MOST_LINES - 1, len(lines))
        shown = [f"{number:5} {lines[number - 1]}" for number in range(arguments.first, last + 1)]
        rest = f"\n({len(lines)} lines in all)" if last < len(lines) or arguments.first > 1 else ""
        return ToolResult(text="\n".join(shown) + rest)


def _named(desk: Desk, pattern: str) -> list[str]:
    """Paths that fit, in order. One that cannot even be printed is nothing for a model."""
    return sorted(path for path in desk.tree.files if path.isprintable() and fnmatch.fnmatch(path, pattern))
