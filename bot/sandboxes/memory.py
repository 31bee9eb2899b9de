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
from bot.sandboxes.output import Collector, Ran
from workflows.errors import Gone, SandboxBroken, UserProblem
from workflows.ports import WORKSPACE, ExecResult, SandboxFacts, SandboxSpec

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
    ) -> ExecResult:
        command, given = checked(argv, env)
        self._alive()
        self.commands.append(tuple(command))
        seen = {"PATH": PATH, "HOME": HOME, **given}
        for handler in reversed(self._handlers):
            if (result := handler(command, self.files, stdin, seen)) is not None:
                return result
        return self._builtin(command, timeout, stdin, seen).result()

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

    async def destroy(self) -> None:
        self._boxes.pop(self._id, None)
        self.files.clear()

    def _alive(self) -> None:
        if self._id not in self._boxes:
            raise SandboxBroken(f"The sandbox {self._id} was destroyed.")

    def _builtin(self, argv: Sequence[str], timeout: float, stdin: bytes, env: Mapping[str, str]) -> Ran:
        out, err = Collector(self.spec.limits.output_bytes), Collector(self.spec.limits.output_bytes)
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
        self._handlers: list[Handler] = []

    def on_exec(self, handler: Handler) -> None:
        """For the commands of all sandboxes created here; the last one that was added is asked first."""
        self._handlers.append(handler)

    async def create(self, spec: SandboxSpec) -> MemorySandbox:
        return MemorySandbox(spec, self._handlers, self.boxes)

    async def connect(self, sandbox_id: str) -> MemorySandbox:
        if sandbox_id not in self.boxes:
            raise Gone(f"There is no sandbox {sandbox_id!r} here.")
        return self.boxes[sandbox_id]

    async def reap(self, keep: frozenset[str]) -> int:
        stale = [box for box in self.boxes.values() if box.spec.run not in keep]
        for box in stale:
            await box.destroy()
        return len(stale)

    async def check(self) -> str:
        return "Sandboxes are in memory: nothing really runs."

    async def close(self) -> None:
        """Nothing is held."""


def _key(path: str) -> str:
    return locate(path).removeprefix(f"{WORKSPACE}/")
