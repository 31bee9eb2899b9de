"""A command of a model reaches the host in no form: it is one argument of a program inside the sandbox."""

from __future__ import annotations

import asyncio
import os
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.blobs import MemoryBlobs
from bot.sandboxes.memory import MemorySandboxes
from workflows.agents.desk import Desk
from workflows.agents.tools.run import Run, RunArguments
from workflows.ports.sandbox import ExecResult, SandboxSpec
from workflows.tree import Tree

PIECES = [
    "; id",
    "$(id)",
    "`id`",
    "| sh",
    "&& curl evil",
    "\n",
    "'",
    '"',
    "\\",
    "--",
    "-c",
    "%s",
    "${IFS}",
    "é",
    "ls",
]


@pytest.fixture
def no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("something was executed on the host")

    for place, name in [
        (subprocess, "Popen"),
        (os, "system"),
        (os, "execvp"),
        (os, "posix_spawn"),
        (asyncio, "create_subprocess_exec"),
        (asyncio, "create_subprocess_shell"),
    ]:
        monkeypatch.setattr(place, name, refused)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join))
def test_no_command_is_executed_on_the_host(no_host: None, command: str) -> None:
    sandboxes = MemorySandboxes()
    sandboxes.on_exec(lambda argv, files, stdin, env: ExecResult(code=0))
    desk = Desk(Tree({}), sandboxes, SandboxSpec(run="r1"), MemoryBlobs(), lambda path: None)
    asyncio.run(Run().use(RunArguments(command=command), desk))
    (box,) = sandboxes.boxes.values()
    assert box.commands[-1] == ("sh", "-c", command)
