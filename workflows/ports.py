"""All that the inside needs of the outside. Each port is small; `bot/wiring.py` builds what stands behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue

from policies.decision import Decision
from policies.effects import Done, Effect, Remark
from policies.facts import Permission
from workflows.errors import Problem, Who
from workflows.project.allowance import Allowance
from workflows.proof.mode import DiagnosticsMode, WitnessMode
from workflows.trigger import Tenant, Trigger
from workflows.verdicts import Place

if TYPE_CHECKING:
    from workflows.agents.roles import Answer, Plan
    from workflows.case import Judged, Shown, Standing
    from workflows.progress import Progress
    from workflows.proof.statement import Proof


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# --- Sandbox: where untrusted code runs ---------------------------------------------------------------


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


# --- Model: who thinks ----------------------------------------------------------------------------------


class ToolCall(Frozen):
    id: str
    name: str
    arguments: str
    """JSON as the model wrote it, not yet believed."""


class Message(Frozen):
    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


class ToolSpec(Frozen):
    name: str
    description: str
    parameters: dict[str, JsonValue]


class Usage(Frozen):
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    dollars: float | None = 0.0
    """None when nobody knows the price of the model."""


class Turn(Frozen):
    """One answer of a model."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    model: str = ""
    usage: Usage = Usage()


class Model(Protocol):
    async def complete(self, route: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        """One turn on a route (`plan`, `author`, `fix`). Passing when it may work the next time, Unreachable
        when that is not before a while has passed."""
        ...


# --- Forge: what we read of GitHub (all writing goes through Effects) -----------------------------------


class Head(Frozen):
    branch: str
    sha: str


class Branch(Frozen):
    """The name of ours, where a record of it is kept."""

    name: str


class PullRequest(Frozen):
    """As it is now."""

    number: int
    title: str
    body: str = ""
    author: str = ""
    is_open: bool = True
    is_merged: bool = False
    is_draft: bool = False
    branch: str
    """Of its head; one of another repository may have any name."""
    sha: str
    base_branch: str
    base_sha: str
    from_here: bool = True
    """Its head is a branch of this repository, not of a fork."""
    url: str = ""


class Mergeable(Frozen):
    """Where a record of it is kept."""

    is_so: bool | None = None


class FailedCheck(Frozen):
    name: str
    title: str = ""
    said: str = ""
    """What it reported, bounded: hostile data like all test output."""
    url: str = ""


class FailedChecks(Frozen):
    """For where a record of them is kept."""

    checks: tuple[FailedCheck, ...] = ()


class LineRemark(Frozen):
    place: Place
    body: str


class LineRemarks(Frozen):
    remarks: tuple[LineRemark, ...] = ()


class Forge(Protocol):
    async def head(self, tenant: Tenant) -> Head:
        """The default branch and the commit that it is at now."""
        ...

    async def tip(self, tenant: Tenant, branch: str) -> str:
        """The commit that a branch is at now; empty when there is no such branch."""
        ...

    async def fork_point(self, tenant: Tenant, branch: str, sha: str) -> str:
        """The newest commit of the branch that this one stands on; UserProblem when there is none."""
        ...

    async def tarball(self, tenant: Tenant, sha: str) -> bytes:
        """A gzipped tar of exactly this commit, as bytes from outside: not to be believed."""
        ...

    async def permission(self, tenant: Tenant, login: str) -> Permission:
        """What this person may do, asked now."""
        ...

    async def pull_request(self, tenant: Tenant, number: int) -> PullRequest: ...

    async def mergeable(self, tenant: Tenant, number: int) -> bool | None:
        """Whether a pull request could be merged as it is now; None while GitHub does not know."""
        ...

    async def diff(self, tenant: Tenant, number: int) -> str:
        """What a pull request changes, as git shows it; UserProblem when it is too large to be looked at."""
        ...

    async def remarks(self, tenant: Tenant, number: int, review: int) -> Sequence[LineRemark]:
        """What a review said on lines, by its own author and as it was when it was submitted."""
        ...

    async def failed_checks(self, tenant: Tenant, sha: str) -> Sequence[FailedCheck]:
        """The checks of a commit that failed, of all but ourselves."""
        ...


# --- Effects: the one door out --------------------------------------------------------------------------

R = TypeVar("R", bound=Done)


class Refused(Problem):
    """The gate said no, or ask where nobody can be asked. The decision says why."""

    who = Who.USER

    def __init__(self, kind: str, decision: Decision) -> None:
        super().__init__(f"{kind} was refused: {'; '.join(decision.reasons)}")
        self.decision = decision


class Effects(Protocol):
    async def perform(self, effect: Effect[R], trigger: Trigger) -> R:
        """Gate, then once and only once; Refused says what the rules said."""
        ...


# --- Journal and blobs: what is kept --------------------------------------------------------------------


class Digest(Frozen):
    """The name of a blob, where a record of one is kept."""

    digest: str


class Blobs(Protocol):
    async def put(self, content: bytes) -> str:
        """Kept by what it is; its digest is its name."""
        ...

    async def get(self, digest: str) -> bytes:
        """Gone when it is not here."""
        ...


class Baselines(Protocol):
    """Which bases were measured before, by what their results depend on."""

    async def find(self, key: str) -> str | None:
        """The name of a blob, which may be gone by now."""
        ...

    async def keep(self, key: str, digest: str) -> None: ...

    def measuring(self, key: str) -> AbstractAsyncContextManager[object]:
        """Of those here who would measure it at once one does, and the others find what came of it."""
        ...


class Spent(Frozen):
    """What the models of a run have cost so far."""

    turns: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float | None = 0.0
    """None when the price of one of them is not known."""


class Ledger(Protocol):
    async def spent(self, run: str) -> Spent:
        """Read off the journal, where each turn of a model is."""
        ...


# --- Words: what people read ----------------------------------------------------------------------------


class Words(Protocol):
    """Every text that people read on GitHub is written in one place; here is what it is asked for."""

    def progress(self, progress: Progress) -> str: ...

    def commit(self, trigger: Trigger, summary: str) -> str: ...

    def pull_request(self, trigger: Trigger, summary: str, proof: Proof, digest: str) -> tuple[str, str]:
        """Title and body."""
        ...

    def check(self, proof: Proof) -> tuple[str, str]:
        """Title and summary of the check beside a commit."""
        ...

    def proving(self, standing: Standing) -> tuple[str, str]:
        """The same while it is looked at again."""
        ...

    def proved_again(self, judged: Judged, proof: Proof | None) -> tuple[str, str]:
        """And what came of it."""
        ...

    def not_proved(self, why: str) -> tuple[str, str]:
        """Where nothing came of it, for whatever reason."""
        ...

    def plan(self, plan: Plan, digest: str) -> str:
        """What a person reads who is to approve a plan, and the words to approve it with."""
        ...

    def answer(self, trigger: Trigger, answer: Answer, sha: str) -> str:
        """The reply to a question, with links to the lines that it refers to, as they were at a commit."""
        ...

    def review(self, summary: str, others: Sequence[Remark], hidden: Sequence[str]) -> str:
        """What stands above the remarks of a review, those that have no place on a line, and what nobody can
        see in what was looked at."""
        ...

    def remark(self, body: str) -> str: ...

    def repro(self, shown: Shown) -> tuple[str, str]:
        """A failing test: title, and body of the comment or pull request."""
        ...


@dataclass(frozen=True)
class Ports:
    """What a step of a real workflow finds in its context."""

    forge: Forge
    effects: Effects
    sandboxes: Sandboxes
    model: Model
    blobs: Blobs
    words: Words
    ledger: Ledger
    baselines: Baselines
    image: str = ""
    """The sandbox image to use; empty for the operator's default."""
    allowance: Allowance = field(default_factory=Allowance)
    """What repositories may ask for."""
    witness: WitnessMode = WitnessMode.OFF
    """Whether an independent test is asked for everywhere."""
    diagnostics: DiagnosticsMode = DiagnosticsMode.REQUIRED
    """Whether linters and type checkers have a say everywhere."""
