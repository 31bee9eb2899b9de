"""GitHub as a forge: what is read, and the writes that `effects.perform` asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, cast

from bot.github import (
    branches,
    checks,
    comments,
    commits,
    contents,
    issues,
    past,
    people,
    proposing,
    pulls,
    reporting,
    reviews,
)
from bot.github.at import At, Ours
from bot.github.client import Clients
from bot.github.ourselves import Ourselves
from bot.github.recent import Recent
from bot.settings import Settings
from handlers.left_behind import LeftBehind
from policies.effects import (
    AddLabels,
    AddReaction,
    AskForReview,
    Done,
    EditPullRequest,
    Effect,
    MarkReady,
    OpenPullRequest,
    PostComment,
    PushCommit,
    RemoveBranch,
    ReportCheck,
    SubmitReview,
)
from policies.facts import Permission
from workflows.errors import OperatorProblem
from workflows.ports.forge import FailedCheck, Head, LineRemark, PullRequest
from workflows.trigger import IssueSnapshot, Tenant

R = TypeVar("R", bound=Done)

MOST_WRITTEN = 1000


class GitHubForge:
    def __init__(self, settings: Settings) -> None:
        self._clients = Clients(settings)
        self._ourselves = Ourselves(self._clients, settings.bot_id)
        self._written: Recent[tuple[object, ...], Ours] = Recent(MOST_WRITTEN)

    async def head(self, tenant: Tenant) -> Head:
        return await contents.head(self._at(tenant))

    async def tip(self, tenant: Tenant, branch: str) -> str:
        return await branches.tip(self._at(tenant), branch)

    async def fork_point(self, tenant: Tenant, branch: str, sha: str) -> str:
        return await branches.fork_point(self._at(tenant), branch, sha)

    async def tarball(self, tenant: Tenant, sha: str) -> bytes:
        return await contents.tarball(self._at(tenant), sha)

    async def permission(self, tenant: Tenant, login: str) -> Permission:
        return await people.permission(self._at(tenant), login)

    async def name_now(self, tenant: Tenant) -> str:
        return await contents.name_now(self._at(tenant))

    async def issue(self, tenant: Tenant, number: int) -> IssueSnapshot:
        return await issues.issue(self._at(tenant), number)

    async def labelled(self, tenant: Tenant, label: str) -> Sequence[int]:
        return await issues.labelled(self._at(tenant), label)

    async def left_behind(self, tenant: Tenant, number: int, label: str) -> LeftBehind:
        return await past.left_behind(self._at(tenant), number, label)

    async def pull_request(self, tenant: Tenant, number: int) -> PullRequest:
        return await pulls.pull_request(self._at(tenant), number)

    async def open_on(self, tenant: Tenant, base: str) -> Sequence[PullRequest]:
        return await pulls.open_on(self._at(tenant), base)

    async def mergeable(self, tenant: Tenant, number: int) -> bool | None:
        return await pulls.mergeable(self._at(tenant), number)

    async def diff(self, tenant: Tenant, number: int) -> str:
        return await pulls.diff(self._at(tenant), number)

    async def remarks(self, tenant: Tenant, number: int, review: int) -> Sequence[LineRemark]:
        return await reviews.remarks(self._at(tenant), number, review)

    async def failed_checks(self, tenant: Tenant, sha: str) -> Sequence[FailedCheck]:
        return await checks.failed_checks(self._at(tenant), sha)

    async def write(self, tenant: Tenant, effect: Effect[R]) -> R:
        """Each looks for what it would write before it writes. One that may have happened is not sent again
        here: it is Passing, and whoever tries again looks again."""
        return cast("R", await _write(self._at(tenant), cast("Effect[Done]", effect)))

    async def check(self) -> str:
        """Who we are to GitHub, for `doctor`."""
        try:
            return await self._ourselves.named()
        finally:
            await self.close()

    async def close(self) -> None:
        await self._clients.close()

    def _at(self, tenant: Tenant) -> At:
        owner, _, name = tenant.repository.partition("/")
        client = self._clients.of(tenant)
        return At(
            client=client,
            owner=owner,
            name=name,
            app=self._clients.app_id,
            me=lambda: self._ourselves.id(client),
            wrote=self._ourselves.wrote,
            written=self._written,
        )


async def _write(at: At, effect: Effect[Done]) -> Done:
    match effect:
        case PostComment():
            return await comments.post(at, effect)
        case AddReaction():
            return await comments.react(at, effect)
        case PushCommit():
            return await commits.push(at, effect)
        case RemoveBranch():
            return await branches.remove(at, effect)
        case OpenPullRequest():
            return await proposing.open_once(at, effect)
        case EditPullRequest():
            return await proposing.edit(at, effect)
        case MarkReady():
            return await proposing.mark_ready(at, effect)
        case AskForReview():
            return await people.ask_for_review(at, effect)
        case AddLabels():
            return await issues.add_labels(at, effect)
        case ReportCheck():
            return await reporting.report(at, effect)
        case SubmitReview():
            return await reviews.submit(at, effect)
        case _:
            raise OperatorProblem(f"{effect.kind()} is nothing that GitHub can do")
