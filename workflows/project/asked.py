"""What whoever asked for the work says about the project, after the command."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.errors import UserProblem
from workflows.project.model import Claim, Lines, Text
from workflows.project.paths import Unsound, folder_path
from workflows.trigger import Trigger
from workflows.unseen import unseen

OPTIONS = ("setup", "test", "path")
LONGEST = 2_000
MOST_LINES = 20


COMMAND_LINE = "the command line"
A_COMMENT = "a comment by"

Options = Sequence[tuple[str, str]]


def claim_of(trigger: Trigger) -> Claim:
    # What comes from GitHub has an address there.
    source = f"{A_COMMENT} @{trigger.actor.login}" if trigger.issue.url else COMMAND_LINE
    return claim(trigger.options, source)


def claim(options: Options, source: str) -> Claim:
    setup, test, path = (_said(options, option) for option in OPTIONS)
    if len(setup) > MOST_LINES:
        raise UserProblem(f"there are more than {MOST_LINES} `--setup`; put them into a script")
    try:
        where = folder_path(path[-1]) if path else None
    except Unsound as error:
        raise UserProblem("`--path` is a path inside the repository, such as packages/api") from error
    return Claim(
        path=None if where is None else Text(value=where, source=source),
        # An empty one says that there is nothing to be set up.
        setup=Lines(value=tuple(line for line in setup if line), source=source) if setup else None,
        test=Text(value=test[-1], source=source) if test and test[-1] else None,
    )


def _said(options: Options, option: str) -> list[str]:
    said = [value.strip() for name, value in options if name == option]
    for value in said:
        if len(value) > LONGEST or unseen(value):
            raise UserProblem(f"`--{option}` is too long, or has characters in it that nobody can see")
    return said
