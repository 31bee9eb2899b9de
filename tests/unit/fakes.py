"""Fakes of the ports that have none of their own, and the small things that many tests begin with."""

from __future__ import annotations

import hashlib
import hmac
import io
import itertools
import json
import tarfile
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

from pydantic import JsonValue

from bot.baselines import MemoryBaselines
from bot.blobs import MemoryBlobs
from bot.effects import Door
from bot.messages.words import Messages
from bot.reacting.ground import Ground
from bot.rules import bundle
from bot.sandboxes.memory import MemorySandboxes
from bot.starting import new_run
from bot.store.port import Store
from handlers.house import House
from handlers.left_behind import LeftBehind
from policies.effects import (
    AddReaction,
    BranchRef,
    CommentRef,
    CommitRef,
    Done,
    EditPullRequest,
    Effect,
    MarkReady,
    OpenPullRequest,
    PostComment,
    PullRequestRef,
    PushCommit,
    ReactionRef,
    RemoveBranch,
)
from policies.facts import Permission
from policies.gate import Gate
from policies.redaction import Redactor
from workflows.errors import Gone
from workflows.ports.all import Ports
from workflows.ports.effects import Effects
from workflows.ports.forge import FailedCheck, Head, LineRemark, PullRequest
from workflows.ports.ledger import Spent
from workflows.ports.model import Message, ToolCall, ToolSpec, Turn, Usage
from workflows.ports.sandbox import WORKSPACE, ExecResult
from workflows.trigger import Actor, IssueSnapshot, Tenant, Trigger

R = TypeVar("R", bound=Done)

REPOSITORY = "octo/reds"
BASE_SHA = "b" * 40


def issue(
    number: int = 7, title: str = "Total is off by one", body: str = "It says 3, not 2."
) -> IssueSnapshot:
    return IssueSnapshot(
        number=number, title=title, body=body, author="reporter", url="https://example.org/7"
    )


def trigger(
    *,
    key: str = "delivery-1",
    subject: IssueSnapshot | None = None,
    actor: Actor | None = None,
    context: str = "",
) -> Trigger:
    return Trigger(
        key=key,
        tenant=Tenant(repository=REPOSITORY, installation=5),
        actor=actor or Actor(id=1, login="maintainer"),
        workflow="fix",
        goal="Total is right",
        issue=subject or issue(),
        context=context,
    )


def tarball(files: Mapping[str, str], top: str = "octo-reds-bbbbbbb") -> bytes:
    """As GitHub makes it: gzipped, with everything below one directory."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for path, text in files.items():
            member = tarfile.TarInfo(f"{top}/{path}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


class MemoryForge:
    """A forge that remembers. Each write finds itself by its key, as the real ones do."""

    def __init__(self, files: Mapping[str, str] | None = None, **people: Permission) -> None:
        self.files = dict(files or {})
        self.people = people or {"maintainer": Permission.WRITE}
        self.problem: Exception | None = None
        """Raised when a permission is asked for, while it is set."""
        self.tips: dict[str, str] = {}
        """The commit that each branch is at, others' included."""
        self.issues: dict[int, IssueSnapshot] = {}
        self.labels: dict[int, tuple[str, ...]] = {}
        self.can_merge: bool | None = None
        self.moved: dict[str, str] = {}
        """What repositories are called now, by what they were called."""
        self.left: dict[int, LeftBehind] = {}
        self.pull_requests: dict[int, PullRequest] = {}
        self.diffs: dict[int, str] = {}
        self.said: dict[int, tuple[LineRemark, ...]] = {}
        """Remarks on lines, by review."""
        self.failed: dict[str, tuple[FailedCheck, ...]] = {}
        self.comments: dict[str, PostComment] = {}
        self.edits: list[PostComment] = []
        self.reactions: dict[str, AddReaction] = {}
        self.branches: dict[str, PushCommit] = {}
        self.pulls: dict[str, OpenPullRequest] = {}
        self.tended: list[Effect[Done]] = []
        """Reviewers, labels, checks, reviews: what is only remembered."""
        self.writes = 0

    async def head(self, tenant: Tenant) -> Head:
        return Head(branch="main", sha=BASE_SHA)

    async def tarball(self, tenant: Tenant, sha: str) -> bytes:
        return tarball(self.files)

    async def tip(self, tenant: Tenant, branch: str) -> str:
        return self.tips.get(branch, "")

    async def fork_point(self, tenant: Tenant, branch: str, sha: str) -> str:
        return BASE_SHA

    async def permission(self, tenant: Tenant, login: str) -> Permission:
        if self.problem is not None:
            raise self.problem
        return self.people.get(login, Permission.NONE)

    async def name_now(self, tenant: Tenant) -> str:
        return self.moved.get(tenant.repository, tenant.repository)

    async def issue(self, tenant: Tenant, number: int) -> IssueSnapshot:
        if number not in self.issues:
            raise Gone(f"there is no issue {number}")
        return self.issues[number]

    async def labelled(self, tenant: Tenant, label: str) -> Sequence[int]:
        return sorted(number for number, names in self.labels.items() if label in names)

    async def left_behind(self, tenant: Tenant, number: int, label: str) -> LeftBehind:
        if number not in self.left:
            raise Gone(f"there is no issue {number}")
        return self.left[number]

    async def pull_request(self, tenant: Tenant, number: int) -> PullRequest:
        if number not in self.pull_requests:
            raise Gone(f"there is no pull request {number}")
        return self.pull_requests[number]

    async def open_on(self, tenant: Tenant, base: str) -> Sequence[PullRequest]:
        return [pull for pull in self.pull_requests.values() if pull.is_open and pull.base_branch == base]

    async def mergeable(self, tenant: Tenant, number: int) -> bool | None:
        return self.can_merge

    async def diff(self, tenant: Tenant, number: int) -> str:
        return self.diffs[number]

    async def remarks(self, tenant: Tenant, number: int, review: int) -> Sequence[LineRemark]:
        return self.said.get(review, ())

    async def failed_checks(self, tenant: Tenant, sha: str) -> Sequence[FailedCheck]:
        return self.failed.get(sha, ())

    async def write(self, tenant: Tenant, effect: Effect[R]) -> R:
        self.writes += 1
        return cast("R", self._write(cast("Effect[Done]", effect)))

    def _write(self, effect: Effect[Done]) -> Done:
        match effect:
            case PostComment():
                self.comments[effect.sticky or effect.key] = effect
                self.edits.append(effect)
                return CommentRef(ref=effect.sticky or effect.key)
            case AddReaction():
                self.reactions[effect.key] = effect
                return ReactionRef(ref=effect.key)
            case PushCommit():
                if not effect.goes_on:
                    first = self.branches.setdefault(effect.branch, effect)
                    assert first.key == effect.key, "somebody else's branch"
                sha = effect.patch.digest()[:40]
                self.tips[effect.branch] = sha
                return CommitRef(ref=sha, sha=sha, branch=effect.branch)
            case OpenPullRequest():
                self.pulls.setdefault(effect.key, effect)
                return PullRequestRef(ref="8", number=8, url="https://example.org/pull/8")
            case RemoveBranch():
                ours = self.tips.get(effect.branch) == effect.sha
                if ours:
                    del self.tips[effect.branch]
                return BranchRef(ref=effect.branch, removed=ours)
            case EditPullRequest(number=number) | MarkReady(number=number):
                self.tended.append(effect)
                return PullRequestRef(ref=str(number), number=number)
            case _:
                self.tended.append(effect)
                return effect.gives(ref=effect.key)

    async def close(self) -> None: ...


class RecordingEffects:
    """Lets everything pass, and remembers how often what was performed."""

    def __init__(self) -> None:
        self.performed: list[Effect[Done]] = []

    async def perform(self, effect: Effect[R], trigger: Trigger) -> R:
        self.performed.append(cast("Effect[Done]", effect))
        match cast("Effect[Done]", effect):
            case PushCommit(branch=branch):
                done: Done = CommitRef(ref="c" * 40, sha="c" * 40, branch=branch)
            case OpenPullRequest() | EditPullRequest() | MarkReady():
                done = PullRequestRef(ref="8", number=8)
            case RemoveBranch(branch=branch):
                done = BranchRef(ref=branch, removed=True)
            case _:
                done = effect.gives(ref=effect.key)
        return cast("R", done)

    def of(self, kind: type[Effect[Done]]) -> list[Effect[Done]]:
        return [effect for effect in self.performed if isinstance(effect, kind)]


class FreeOfCharge:
    async def spent(self, run: str) -> Spent:
        return Spent()


def calls(*made: tuple[str, Mapping[str, JsonValue] | str], text: str = "", tokens: int = 1) -> Turn:
    """A turn that calls tools; arguments as text are sent as they are, however wrong."""
    import json

    return Turn(
        text=text,
        tool_calls=tuple(
            ToolCall(
                id=f"call-{place}",
                name=name,
                arguments=given if isinstance(given, str) else json.dumps(given),
            )
            for place, (name, given) in enumerate(made)
        ),
        usage=Usage(tokens_in=tokens),
    )


class ScriptedModel:
    """Says what it was given, by route and in order, and the last thing again for ever."""

    def __init__(self, **routes: Sequence[Turn]) -> None:
        self._routes = routes
        self.asked: list[tuple[str, tuple[Message, ...]]] = []
        self.tools: dict[str, tuple[str, ...]] = {}

    async def complete(self, route: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        self.asked.append((route, tuple(messages)))
        self.tools[route] = tuple(tool.name for tool in tools)
        turns = self._routes[route]
        said = sum(message.role == "assistant" for message in messages)
        if messages[1].content.count("was refused"):  # a second attempt goes on where the first ended
            said += sum(earlier == route for earlier, _ in self.asked[:-1]) - said
        return turns[min(said, len(turns) - 1)]

    def skip(self, route: str) -> None:
        """A turn that another process was given."""
        self.asked.append((route, ()))

    def times(self, route: str) -> int:
        return sum(asked == route for asked, _ in self.asked)


Judge = Callable[[Mapping[str, str], Sequence[str]], Mapping[str, str]]
"""The files and which test files to run (none means all) to outcomes by test id: `passed`, or a traceback."""


def running(judge: Judge) -> MemorySandboxes:
    """Sandboxes in which `tar` unpacks and pytest writes the report that the judge dictates."""
    sandboxes = MemorySandboxes()

    def tar(
        argv: Sequence[str], files: dict[str, bytes], stdin: bytes, env: Mapping[str, str]
    ) -> ExecResult | None:
        if argv[0] != "tar":
            return None
        with tarfile.open(fileobj=io.BytesIO(stdin)) as packed:
            for member in packed:
                content = packed.extractfile(member) if member.isreg() else None
                if content is not None:
                    files[f"/{member.name}".removeprefix(f"{WORKSPACE}/")] = content.read()
        return ExecResult(code=0)

    def pytest(
        argv: Sequence[str], files: dict[str, bytes], stdin: bytes, env: Mapping[str, str]
    ) -> ExecResult | None:
        launcher = next((place for place, part in enumerate(argv) if part.endswith("/run_pytest.py")), None)
        if launcher is None:
            return None
        wanted = list(itertools.dropwhile(lambda part: part != "--", argv))[1:]
        here = {path: content.decode() for path, content in files.items() if not path.startswith("/")}
        outcomes = judge(here, wanted)
        told = json.loads(stdin)
        files[told["report"]] = sealed(outcomes, bytes.fromhex(told["key"]))
        return ExecResult(code=int(any(said != "passed" for said in outcomes.values())))

    sandboxes.on_exec(tar)
    sandboxes.on_exec(pytest)
    return sandboxes


def sealed(outcomes: Mapping[str, str], key: bytes) -> bytes:
    """A report as our reporters write it: by id, `passed` or the traceback that it failed with."""
    said = [_test(test, outcome) for test, outcome in outcomes.items()]
    lines = [json.dumps(line) for line in [*said, {"end": len(said), "traced": True, "broken": ""}]]
    return b"".join(_sealed(number, line, key) for number, line in enumerate(lines))


def _test(test: str, said: str) -> dict[str, JsonValue]:
    file = test.partition("::")[0]
    if said == "passed":
        return {"id": test, "outcome": "passed", "file": file}
    marked = [line[1:].strip() for line in said.splitlines() if line.startswith("E ")]
    error = said.rpartition(": ")[2].strip() or "AssertionError"
    return {
        "id": test,
        "outcome": "failed",
        "file": file,
        "message": "\n".join(marked) or said,
        "detail": said,
        "error": error,
        "asserted": error == "AssertionError",
        "touched": ["shelf/pages.py"],
    }


def _sealed(number: int, line: str, key: bytes) -> bytes:
    seal = hmac.new(key, f"{number} {line}".encode(), hashlib.sha256).hexdigest()
    return f"{number} {seal} {line}\n".encode()


def ports(
    model: ScriptedModel | None = None,
    sandboxes: MemorySandboxes | None = None,
    *,
    forge: MemoryForge | None = None,
    effects: Effects | None = None,
) -> Ports:
    return Ports(
        forge=forge or MemoryForge(),
        effects=effects or RecordingEffects(),
        sandboxes=sandboxes or MemorySandboxes(),
        model=model or ScriptedModel(),
        blobs=MemoryBlobs(),
        words=Messages(),
        ledger=FreeOfCharge(),
        baselines=MemoryBaselines(),
    )


def door(forge: MemoryForge, store: Store) -> Door:
    """The real door with the real rules, between a forge and a store that forget."""
    return Door(Gate(bundle()), forge, store, new_run, Redactor())


def ground(store: Store, forge: MemoryForge | None = None, *, effects: Effects | None = None) -> Ground:
    """What reactions stand on, with the real door."""
    forge = forge or MemoryForge()
    return Ground(
        house=House(),
        store=store,
        effects=effects or door(forge, store),
        forge=forge,
        blobs=MemoryBlobs(),
    )
