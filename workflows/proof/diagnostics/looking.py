"""Looks: runs checkers on one tree, one after another, in a fresh sandbox that has no network."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Literal

from workflows.ports.sandbox import Sandbox
from workflows.programs import finding
from workflows.proof.diagnostics.checker import QUIET, Checker, NotThere, Output, Unreadable
from workflows.proof.diagnostics.model import Looked, State, Told, plain
from workflows.proof.harness import Harness
from workflows.tree import Tree

SECONDS = 120.0
"""For one checker."""
TOGETHER = 300.0
"""For all of them on one tree. Who comes too late is said to have."""
MOST_BYTES = 16 * 1024**2

_VERSION = re.compile(r"\d{1,5}(?:\.\d{1,8}){1,3}[\w.+-]{0,20}")
_NO_PROGRAM = frozenset({126, 127})
_ANYWHERE = "."


async def look(
    harness: Harness, tree: Tree, checkers: Sequence[Checker], *, versions: bool = False
) -> Looked:
    """No sandbox where nobody has anything to look at."""
    commands = [(checker, checker.command(tree.files)) for checker in checkers]
    if not any(command for _, command in commands):
        return Looked()
    over = time.monotonic() + TOGETHER
    told: list[Told] = []
    async with harness.opened(tree) as sandbox:
        for checker, command in commands:
            if command is None:
                continue
            seconds = min(SECONDS, over - time.monotonic())
            seen = await _told(harness, sandbox, checker, command, seconds)
            if versions and checker.version and seen.state is State.RAN:
                seen = seen.model_copy(update={"version": await _version(harness, sandbox, checker)})
            told.append(seen)
    return Looked(told=tuple(told))


async def _told(
    harness: Harness, sandbox: Sandbox, checker: Checker, command: Sequence[str], seconds: float
) -> Told:
    def ended(state: State, said: str = "") -> Told:
        return Told(tool=checker.name, source=checker.source, state=state, said=plain(said))

    if seconds <= 0:
        return ended(State.LATE)
    heard = _Heard()
    argv = _argv(harness, checker, command)
    ran = await sandbox.exec(argv, timeout=seconds, env=QUIET, tee=heard)
    if ran.timed_out or ran.code is None:
        return ended(State.LATE)
    if ran.code in _NO_PROGRAM:
        return ended(State.ABSENT)
    if heard.is_too_much:
        return ended(State.BROKEN, f"it says more than {MOST_BYTES // 1024**2} MiB")
    output = Output(ran.code, heard.text("stdout"), heard.text("stderr"))
    try:
        report = await asyncio.to_thread(checker.read, output, checker.folder)
    except NotThere as missing:
        return ended(State.ABSENT, str(missing))
    except Unreadable as problem:
        return ended(State.BROKEN, str(problem))
    seen = ended(State.RAN)
    return seen.model_copy(update={"diagnostics": report.diagnostics, "version": report.version})


async def _version(harness: Harness, sandbox: Sandbox, checker: Checker) -> str:
    ran = await sandbox.exec(_argv(harness, checker, checker.version), timeout=15, env=QUIET)
    found = _VERSION.search(ran.stdout[:500]) if ran.ok else None
    return found[0] if found else ""


def _argv(harness: Harness, checker: Checker, command: Sequence[str]) -> Sequence[str]:
    # Through a shell in any case: it says the same of what is not there, wherever it runs.
    programs = (*checker.programs, *harness.programs)
    return finding(programs, command, checker.folder or _ANYWHERE)


class _Heard:
    """What it printed, whole or not at all: half of a list is no list."""

    def __init__(self) -> None:
        self._parts: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self.is_too_much = False

    def __call__(self, stream: Literal["stdout", "stderr"], chunk: bytes) -> None:
        if len(self._parts[stream]) + len(chunk) > MOST_BYTES:
            self.is_too_much = True
        else:
            self._parts[stream] += chunk

    def text(self, stream: Literal["stdout", "stderr"]) -> str:
        return self._parts[stream].decode("utf-8", errors="replace")
