"""The roles, as data. The test author may not fix, and the fixer may not test: that is the point of two."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from workflows.agents.budget import Budget
from workflows.agents.tools.edit import Replace, WriteFile
from workflows.agents.tools.look import ListFiles, ReadFile, Search
from workflows.agents.tools.port import AnyTool
from workflows.agents.tools.run import Run

O = TypeVar("O", bound=BaseModel)  # noqa: E741 - the output of a role


@dataclass(frozen=True, slots=True)
class Role(Generic[O]):
    name: str
    route: str
    prompt: str
    """The file below `prompts/`, with its version in the name."""
    output: type[O]
    tools: tuple[AnyTool, ...]
    budget: Budget = field(default_factory=Budget)

    def instructions(self) -> str:
        return _prompt(self.prompt)


@cache
def _prompt(name: str) -> str:
    return resources.files("workflows.agents").joinpath("prompts", name).read_text()


class Plan(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    cause: str = Field(description="Where the bug is and why it happens, in a few sentences.")
    test: str = Field(description="What a test must show to fail today and pass once fixed.")
    fix: str = Field(description="What has to change in the code.")


class TestWritten(BaseModel):
    __test__ = False
    model_config = ConfigDict(frozen=True, extra="forbid")

    shows: str = Field(description="In a sentence: what the test shows.")


class FixWritten(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    summary: str = Field(description="What was wrong and what you changed, for the pull request.")


class Reference(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(description="A file of the repository.")
    line: int = Field(description="The line, counted from 1.", ge=1)
    shows: str = Field(description="In a few words: what is to be seen there.")


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str = Field(description="The answer, in Markdown, short.")
    references: tuple[Reference, ...] = Field(description="The lines of the repository that show it.")


class RemarkWritten(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(description="A file that the pull request changes.")
    line: int = Field(description="A line of the new file that is part of the change.", ge=1)
    body: str = Field(description="What is wrong there, why it matters, and what to do instead.")


class ReviewWritten(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    summary: str = Field(description="What the change does and whether it does it, in a few sentences.")
    remarks: tuple[RemarkWritten, ...] = Field(description="Only what has to change; none is a good answer.")


_LOOK: tuple[AnyTool, ...] = (ListFiles(), Search(), ReadFile())
_WORK: tuple[AnyTool, ...] = (*_LOOK, WriteFile(), Replace(), Run())

PLANNER = Role("planner", "plan", "planner.v1.md", Plan, _LOOK, Budget(turns=25))
AUTHOR = Role("test author", "author", "author.v1.md", TestWritten, _WORK)
WITNESS = Role("witness", "witness", "witness.v1.md", TestWritten, _WORK)
FIXER = Role("fixer", "fix", "fixer.v1.md", FixWritten, _WORK)
ANSWERER = Role("answerer", "plan", "answerer.v1.md", Answer, _LOOK, Budget(turns=25))
REVIEWER = Role("reviewer", "plan", "reviewer.v1.md", ReviewWritten, _LOOK, Budget(turns=25))
