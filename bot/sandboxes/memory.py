"""The fake: files in a dict, and commands that a test scripts. It passes the contract of the real ones.

For unit tests of what uses a sandbox:

    sandboxes = MemorySandboxes()
    sandboxes.on_exec(lambda argv, files, stdin, env: ExecResult(code=1, stdout="1 failed"))
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from bot.sandboxes.command import HOME, PATH, checked
from bot.sandboxes.inout import locate
from bot.sandboxes.output import Ran, collectors
from workflows.errors import Gone, SandboxBroken, UserProblem
from workflows.ports.sandbox import WORKSPACE, Environment, ExecResult, SandboxFacts, SandboxSpec, SetUp, Tee

Handler = Callable[[Sequence[str], dict[str, bytes], bytes, Mapping[str, str]], ExecResult | None]
"""Gets the command, the files (by path, relative below the workspace) to read and change, stdin and the
environment. None means that it is not its business: the next handler is asked, and at last the built-ins."""


class MemorySandbox:
    def __init__(
        self, spec: SandboxSpec, handlers: Sequence[Handler], boxes: dict[str, MemorySandbox]
    ) -> None:
        self._id = f"memory-{uuid.uuid4().hex}"
        self._handlers = handlers
        self._boxes = boxes
        self.spec = spec
        self.files: dict[str, bytes] = {}
        self.commands: list[tuple[str, ...]] = []
        self._snapshots: dict[str, dict[str, bytes]] = {}
        boxes[self._id] = self

    @property
    def id(self) -> str:
        return self._id

    @property
    def facts(self) -> SandboxFacts:
        return SandboxFacts(kind="memory", image="memory", network="none", trusted_only=True)

    async def exec(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        tee: Tee | None = None,
    ) -> ExecResult:
        command, given = checked(argv, env)
        self._alive()
        self.commands.append(tuple(command))
        seen = {"PATH": PATH, "HOME": HOME, **given}
        for handler in reversed(self._handlers):
            if (result := handler(command, self.files, stdin, seen)) is not None:
                if tee:
                    tee("stdout", result.stdout.encode())
                    tee("stderr", result.stderr.encode())
                return result
        return self._builtin(command, timeout, stdin, seen, tee).result()

    async def read(self, path: str, *, limit: int = 1024**2) -> bytes:
        self._alive()
        content = self.files.get(_key(path))
        if content is None:
            raise Gone(f"There is no plain file {path}.")
        if len(content) > limit:
            raise UserProblem(f"{path} is larger than {limit} bytes.")
        return content

    async def write(self, files: Mapping[str, bytes]) -> None:
        self._alive()
        located = {_key(path): content for path, content in files.items()}
        for path in located:
            if any(str(parent) in self.files for parent in PurePosixPath(path).parents):
                raise UserProblem(f"The sandbox refused writing files: {path} is below a file.")
        self.files.update(located)

    async def remove(self, paths: Sequence[str]) -> None:
        self._alive()
        for path in [_key(path) for path in paths]:
            for name in list(self.files):
                if name == path or name.startswith(f"{path}/"):
                    del self.files[name]

    async def snapshot(self) -> str:
        self._alive()
        name = f"snapshot-{len(self._snapshots)}"
        self._snapshots[name] = {path: content for path, content in self.files.items() if path[0] != "/"}
        return name

    async def restore(self, snapshot: str) -> None:
        self._alive()
        if snapshot not in self._snapshots:
            raise Gone(f"There is no snapshot {snapshot!r}.")
        # The same dict, for handlers may hold it.
        self.files.clear()
        self.files.update(self._snapshots[snapshot])

    async def destroy(self) -> None:
        self._boxes.pop(self._id, None)
        self.files.clear()

    def _alive(self) -> None:
        if self._id not in self._boxes:
            raise SandboxBroken(f"The sandbox {self._id} was destroyed.")

    def _builtin(
        self, argv: Sequence[str], timeout: float, stdin: bytes, env: Mapping[str, str], tee: Tee | None
    ) -> Ran:
        out, err = collectors(self.spec.limits.output_bytes, tee)
        code: int | None = 0
        match argv:
            case ["true"]:
                pass
            case ["false"]:
                code = 1
            case ["echo", *words]:
                out.feed(" ".join(words).encode() + b"\n")
            case ["env"]:
                out.feed("".join(f"{name}={value}\n" for name, value in env.items()).encode())
            case ["cat"]:
                out.feed(stdin)
            case ["cat", path]:
                content = self.files.get(_key(path))
                if content is None:
                    code = 1
                    err.feed(f"cat: {path}: No such file\n".encode())
                else:
                    out.feed(content)
            case ["sleep", seconds]:
                if float(seconds) >= timeout:
                    return Ran(None, out, err, timeout, timed_out=True)
                return Ran(0, out, err, float(seconds))
            case _:
                code = 127
                err.feed(f"{argv[0]}: not found\n".encode())
        return Ran(code, out, err, 0.0)


class MemorySandboxes:
    def __init__(self, boxes: dict[str, MemorySandbox] | None = None) -> None:
        """Two that are given the same `boxes` stand for two processes that reach the same sandboxes."""
        self.boxes = {} if boxes is None else boxes
        self.set_ups: dict[str, SetUp] = {}
        """Those that were made, by key."""
        self._handlers: list[Handler] = []

    def on_exec(self, handler: Handler) -> None:
        """For the commands of all sandboxes created here; the last one that was added is asked first."""
        self._handlers.append(handler)

    async def create(self, spec: SandboxSpec) -> MemorySandbox:
        if spec.environment and spec.environment not in self._environments():
            raise Gone(f"There is no environment {spec.environment!r}.")
        return MemorySandbox(spec, self._handlers, self.boxes)

    async def connect(self, sandbox_id: str) -> MemorySandbox:
        if sandbox_id not in self.boxes:
            raise Gone(f"There is no sandbox {sandbox_id!r} here.")
        return self.boxes[sandbox_id]

    async def set_up(self, spec: SandboxSpec, packed: bytes, setup: SetUp) -> Environment:
        """Made when each of its commands succeeds as a handler, or a built-in, has it."""
        is_new = setup.key not in self.set_ups
        if is_new:
            sandbox = MemorySandbox(spec, self._handlers, self.boxes)
            try:
                await sandbox.exec(["tar", "-xf", "-"], timeout=setup.seconds, stdin=packed)
                for line in setup.commands:
                    ran = await sandbox.exec(["sh", "-c", line], timeout=setup.seconds)
                    if not ran.ok:
                        raise UserProblem(f"The set-up failed at `{line}`: {ran.stdout}{ran.stderr}")
            finally:
                await sandbox.destroy()
            self.set_ups[setup.key] = setup
        return Environment(id=f"memory-environment-{setup.key}", is_new=is_new)

    async def reap(self, keep: frozenset[str]) -> int:
        stale = [box for box in self.boxes.values() if box.spec.run not in keep]
        for box in stale:
            await box.destroy()
        return len(stale)

    async def trim(self) -> int:
        return 0

    async def check(self) -> str:
        return "Sandboxes are in memory: nothing really runs."

    async def close(self) -> None:
        """Nothing is held."""

    def _environments(self) -> set[str]:
        return {f"memory-environment-{key}" for key in self.set_ups}


def _key(path: str) -> str:
    return locate(path).removeprefix(f"{WORKSPACE}/")
