"""A pull request that people review, push to and close: a forge with commits, and a scene."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from bot.sandboxes.memory import MemorySandboxes
from bot.starting import new_run
from policies.effects import CommitRef, Done, Effect, OpenPullRequest, PostComment, PushCommit, StartRun
from tests.unit.fakes import (
    BASE_SHA,
    REPOSITORY,
    MemoryForge,
    ScriptedModel,
    calls,
    running,
    tarball,
    trigger,
)
from tests.unit.workflows.scene import (
    FILES,
    MENDED,
    NEW,
    OLD,
    PLAN,
    RED,
    TESTED,
    WRITE_FIX,
    WRITE_TEST,
    Scene,
)
from tests.unit.workflows.trees import Process
from workflows.engine import signals
from workflows.engine.advance import advance
from workflows.engine.entries import RunCompleted, StepCompleted
from workflows.engine.nodes import Workflow
from workflows.engine.status import RunStatus
from workflows.errors import UserProblem
from workflows.fix import fix
from workflows.ports.forge import Head, PullRequest
from workflows.ports.model import Message, ToolSpec, Turn
from workflows.trigger import Tenant, Trigger
from workflows.verdicts import PlanReview, Review, Verdict

R = TypeVar("R", bound=Done)
E = TypeVar("E", bound=Effect[Any])

NUMBER = 8
BRANCH = "redfirst/7-total-is-off-by-one"
NOTED = calls(("write_file", {"path": "shelf/notes.py", "content": "ROUNDS_UP = True\n"}))
SAID_SO = calls(("submit", {"summary": "It says so now."}))


class Commits(MemoryForge):
    """Branches hold commits, commits hold files, and a branch goes on only from where it is."""

    def __init__(self) -> None:
        super().__init__(FILES)
        self.at_base = BASE_SHA
        self.files_of: dict[str, dict[str, str]] = {BASE_SHA: dict(FILES)}
        self.parents: dict[str, str] = {}
        self.merged: dict[str, str] = {}
        """What came with a commit from main."""
        self.made: dict[str, str] = {}
        self.before_a_push: list[Callable[[], object]] = []
        """What people do in the very moment in which we push."""

    async def head(self, tenant: Tenant) -> Head:
        return Head(branch="main", sha=self.at_base)

    async def tip(self, tenant: Tenant, branch: str) -> str:
        return self.at_base if branch == "main" else await super().tip(tenant, branch)

    async def tarball(self, tenant: Tenant, sha: str) -> bytes:
        return tarball(self.files_of[sha])

    def main_moves(self, changes: Mapping[str, str | None]) -> None:
        self.at_base = self.commit(self.at_base, changes)

    def commit(self, parent: str, changes: Mapping[str, str | None], key: str = "") -> str:
        files = {
            **self.files_of[parent],
            **{path: text for path, text in changes.items() if text is not None},
        }
        for path, text in changes.items():
            if text is None:
                del files[path]
        sha = hashlib.sha256(f"{parent}{sorted(files.items())}{key}".encode()).hexdigest()[:40]
        self.files_of[sha], self.parents[sha] = files, parent
        return sha

    def person_pushes(self, changes: Mapping[str, str | None]) -> str:
        sha = self.tips[BRANCH] = self.commit(self.tips[BRANCH], changes)
        return sha

    def person_updates(self) -> str:
        """As GitHub's button does: main is merged into the branch."""
        base = self.files_of[BASE_SHA]
        news = {path: text for path, text in self.files_of[self.at_base].items() if base.get(path) != text}
        gone = dict.fromkeys(path for path in base if path not in self.files_of[self.at_base])
        sha = self.person_pushes({**news, **gone})
        self.merged[sha] = self.at_base
        return sha

    async def fork_point(self, tenant: Tenant, branch: str, sha: str) -> str:
        assert branch == "main"
        while sha not in {BASE_SHA, *self.merged}:
            sha = self.parents.get(sha, BASE_SHA)
        return self.merged.get(sha, sha)

    async def pull_request(self, tenant: Tenant, number: int) -> PullRequest:
        pull = await super().pull_request(tenant, number)
        return pull.model_copy(update={"sha": self.tips.get(pull.branch, pull.sha)})

    async def write(self, tenant: Tenant, effect: Effect[R]) -> R:
        match cast("Effect[Done]", effect):
            case PushCommit() as push:
                return cast("R", self._push(push))
            case PostComment() as said:
                await super().write(tenant, effect)
                self.comments[f"{said.sticky} on {said.issue}"] = said
            case OpenPullRequest() as opened:
                sha = self.tips[opened.head]
                self.pull_requests.setdefault(
                    NUMBER,
                    PullRequest(
                        number=NUMBER,
                        title=opened.title,
                        branch=opened.head,
                        sha=sha,
                        base_branch=opened.base,
                        base_sha=BASE_SHA,
                    ),
                )
            case _:
                pass
        return await super().write(tenant, effect)

    def _push(self, push: PushCommit) -> CommitRef:
        while self.before_a_push and push.goes_on:
            self.before_a_push.pop()()
        if push.key not in self.made:
            at = self.tips.get(push.branch, "")
            if at != (push.base_sha if push.goes_on else ""):
                raise UserProblem("somebody pushed in between")
            changes = {change.path: change.content for change in push.patch.changes}
            self.made[push.key] = self.tips[push.branch] = self.commit(push.base_sha, changes, push.key)
        sha = self.made[push.key]
        return CommitRef(ref=sha, sha=sha, branch=push.branch)


class Heeding(ScriptedModel):
    """Says other things when it is told what a reviewer wants, or what was wrong with a plan."""

    def __init__(self, heeding: Sequence[Turn], replan: Sequence[Turn], **routes: Sequence[Turn]) -> None:
        super().__init__(**routes)
        self._heeding = {"fix": heeding, "plan": replan}

    async def complete(self, route: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        task = messages[1].content
        if "<review>" not in task and "wants another one" not in task:
            return await super().complete(route, messages, tools)
        self.asked.append((route, tuple(messages)))
        turns = self._heeding[route]
        return turns[min(sum(message.role == "assistant" for message in messages), len(turns) - 1)]

    def tasks(self, route: str) -> list[str]:
        return [each[1].content for asked, each in self.asked if asked == route and len(each) == 2]


def by_name(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """What pytest would say of this little project, in which more is written than the fix."""
    found = {OLD: "passed"}
    if "tests/test_new.py" in files:
        passes = "-(-n // 10)" in files["shelf/pages.py"] or "assert True" in files["tests/test_new.py"]
        found[NEW] = "passed" if passes else RED
    return {test: said for test, said in found.items() if not wanted or test.partition("::")[0] in wanted}


@dataclass
class Reviewed(Scene):
    forge: Commits = field(default_factory=Commits)  # pyright: ignore[reportIncompatibleVariableOverride]
    sandboxes: MemorySandboxes = field(default_factory=lambda: running(by_name))
    heeding: Sequence[Turn] = (NOTED, SAID_SO)
    replan: Sequence[Turn] = (
        calls(("submit", {"cause": "it truncates", "test": "eleven need two", "fix": "round up"})),
    )
    tree: Workflow[Any, Any, Any] = fix

    def __post_init__(self) -> None:
        super().__post_init__()
        self.model: Heeding = Heeding(
            self.heeding,
            self.replan,
            plan=(PLAN,),
            author=(WRITE_TEST, TESTED),
            fix=(WRITE_FIX, MENDED),
        )
        self.ports = dataclasses.replace(self.ports, model=self.model)

    async def begin(self, asked: Trigger | None = None) -> Reviewed:
        asked = asked or trigger()
        start = StartRun(key="s", repository=REPOSITORY, workflow=self.tree.name, subject=asked.subject)
        run, _ = await self.store.create_run(new_run(start, asked))
        self.run = run.id
        return self

    async def go(self, process: Process | None = None) -> RunStatus | None:
        return await advance(
            self.tree, self.run, store=process or self.store, ports=self.ports, worker="a", lease_seconds=30
        )

    async def told(self, answer: Review | PlanReview) -> RunStatus | None:
        """Once: the same word at the same place is the same."""
        rows = await self.store.rows(self.run)
        (place,) = signals.waiting(rows)
        await signals.resume(self.store, self.tree, self.run, answer, by=answer.by, key=place)
        return await self.go()

    async def outputs(self, step: str) -> list[dict[str, Any]]:
        rows = [row.entry for row in await self.store.rows(self.run)]
        return [
            cast("dict[str, Any]", entry.output)
            for entry in rows
            if isinstance(entry, StepCompleted) and entry.path.endswith(f"/{step}")
        ]

    async def concluded(self) -> dict[str, Any]:
        last = (await self.store.rows(self.run))[-1].entry
        assert isinstance(last, RunCompleted), last
        return cast("dict[str, Any]", last.output)

    def of(self, kind: type[E]) -> list[E]:
        return [effect for effect in self.forge.tended if isinstance(effect, kind)]

    def sticky_on(self, number: int) -> str:
        return self.forge.comments[f"progress on {number}"].body


def wants(said: str = "Say that it rounds up.", **more: Any) -> Review:
    return Review(verdict=Verdict.CHANGES_REQUESTED, by="reviewer", said=said, **more)


APPROVED = Review(verdict=Verdict.APPROVED, by="reviewer")
