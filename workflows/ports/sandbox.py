"""Sandbox: where untrusted code runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from workflows.ports.frozen import Frozen


class Limits(Frozen):
    memory_bytes: int = 2 * 1024**3
    pids: int = 256
    cpus: float = 2.0
    workspace_bytes: int = 512 * 1024**2
    file_bytes: int = 256 * 1024**2
    output_bytes: int = 1024**2
    """Of each stream; head and tail are kept, the middle is left out."""


class SandboxSpec(Frozen):
    run: str
    tenant: str = ""
    image: str = ""
    """Empty means the operator's default image."""
    environment: str = ""
    """One that `set_up` made, with all that its commands left; empty is the bare image."""
    limits: Limits = Limits()


class SetUp(Frozen):
    """What is done once, and with network, before the commands of a repository can work."""

    key: str
    """A digest of all that it depends on: image, manifests, lock files, commands."""
    commands: tuple[str, ...]
    """Lines for a shell, in the workspace, one after another until one fails."""
    hosts: tuple[str, ...] = ()
    """Whom they may talk to, as `name` or `*.name`: nobody else, and nobody once they are done."""
    seconds: float = 900.0


class Environment(Frozen):
    """What a set-up has left, to start sandboxes from."""

    id: str
    is_new: bool = False
    """False where one of the same key was here already."""
    denied: tuple[str, ...] = ()
    """The hosts that its commands asked for, and may not talk to."""
    log: str = ""


class SandboxFacts(Frozen):
    """What a proof says about where its tests ran."""

    kind: str
    image: str
    network: str
    runtime: str = ""
    trusted_only: bool = False
    """True where the isolation is not meant for strangers' code."""


class ExecResult(Frozen):
    """A command that ran. Failing is a result; only a broken sandbox is an error."""

    code: int | None
    """None when it was killed for taking too long."""
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.0
    timed_out: bool = False
    truncated: bool = False

    @property
    def ok(self) -> bool:
        return self.code == 0


WORKSPACE = "/workspace"


class Tee(Protocol):
    """Is told what a command prints, as it prints it and before anything is left out: raw, hostile bytes.

    At a provider, of a flood only the first 32 MiB of each stream and its end.
    """

    def __call__(self, stream: Literal["stdout", "stderr"], chunk: bytes) -> None: ...


class Sandbox(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def facts(self) -> SandboxFacts: ...

    async def exec(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        tee: Tee | None = None,
    ) -> ExecResult:
        """Runs in the workspace, as nobody, with no environment but `env` and a plain PATH and HOME. Nothing
        that it started outlives it."""
        ...

    async def read(self, path: str, *, limit: int = 1024**2) -> bytes:
        """The file's bytes; Gone when there is no such plain file, UserProblem when it exceeds the limit."""
        ...

    async def write(self, files: Mapping[str, bytes]) -> None:
        """Files by path; a relative path is below the workspace. Directories are made."""
        ...

    async def remove(self, paths: Sequence[str]) -> None: ...

    async def snapshot(self) -> str:
        """The workspace as it is now, under a name that is good as long as this sandbox is."""
        ...

    async def restore(self, snapshot: str) -> None:
        """The workspace as it was, and nothing of what came after: no file, no process, nothing in HOME."""
        ...

    async def destroy(self) -> None:
        """Leaves no process and no file; doing it twice is fine."""
        ...


class Sandboxes(Protocol):
    async def create(self, spec: SandboxSpec) -> Sandbox: ...

    async def connect(self, sandbox_id: str) -> Sandbox:
        """An existing one; Gone when it no longer is."""
        ...

    async def set_up(self, spec: SandboxSpec, packed: bytes, setup: SetUp) -> Environment:
        """The environment of this key, made from a repository as a tar if it is not here yet. UserProblem,
        with what they said, where the commands fail."""
        ...

    async def reap(self, keep: frozenset[str]) -> int:
        """Destroys every sandbox of ours whose run is not among `keep`; how many."""
        ...

    async def trim(self) -> int:
        """Takes away the environments that are too old, too much or too many; how many."""
        ...

    async def check(self) -> str:
        """A sentence on what is there, for `doctor`; OperatorProblem says what to do when it is unusable."""
        ...

    async def close(self) -> None: ...
