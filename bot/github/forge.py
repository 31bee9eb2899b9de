"""GitHub as a forge: what is read, and the writes that `effects.perform` asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from bot.github import commits, issues, pulls
from bot.github.client import Clients
from bot.github.errors import understood
from bot.settings import Settings
from policies.effects import (
    AddReaction,
    CommentRef,
    CommitRef,
    OpenPullRequest,
    PostComment,
    PullRequestRef,
    PushCommit,
    ReactionRef,
)
from policies.facts import Permission
from workflows.errors import Gone, OperatorProblem, UserProblem
from workflows.ports import Head
from workflows.tree import MAX_BYTES
from workflows.trigger import Tenant

if TYPE_CHECKING:
    from githubkit import GitHub


class _Narrow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Repository(_Narrow):
    default_branch: str


class _Tip(_Narrow):
    sha: str


class _Branch(_Narrow):
    commit: _Tip


class _Permission(_Narrow):
    permission: str
    role_name: str = ""


class _Self(_Narrow):
    id: int


class _Named(_Narrow):
    slug: str = ""
    login: str = ""


class GitHubForge:
    def __init__(self, settings: Settings) -> None:
        self._clients = Clients(settings)
        self._me = settings.bot_id

    async def head(self, tenant: Tenant) -> Head:
        client, owner, repo = self._at(tenant)
        with understood(f"reading {tenant.repository}"):
            found = await client.rest.repos.async_get(owner, repo)
            branch = _Repository.model_validate(found.json()).default_branch
            tip = await client.rest.repos.async_get_branch(owner, repo, branch)
            return Head(branch=branch, sha=_Branch.model_validate(tip.json()).commit.sha)

    async def tarball(self, tenant: Tenant, sha: str) -> bytes:
        client, owner, repo = self._at(tenant)
        with understood(f"fetching {tenant.repository} at {sha[:12]}"):
            answer = await client.rest.repos.async_download_tarball_archive(owner, repo, sha)
        if len(answer.content) > MAX_BYTES:
            raise UserProblem(f"{tenant.repository} is larger than {MAX_BYTES} bytes")
        return answer.content

    async def has_branch(self, tenant: Tenant, branch: str) -> bool:
        client, owner, repo = self._at(tenant)
        return await commits.tip(client, owner, repo, branch) is not None

    async def permission(self, tenant: Tenant, login: str) -> Permission:
        client, owner, repo = self._at(tenant)
        try:
            with understood(f"asking what {login} may do in {tenant.repository}"):
                answer = await client.rest.repos.async_get_collaborator_permission_level(owner, repo, login)
        except Gone:
            return Permission.NONE
        said = _Permission.model_validate(answer.json())
        # `permission` folds maintain into write and triage into read; `role_name` may be a custom role.
        for name in (said.role_name, said.permission):
            if name in set(Permission):
                return Permission(name)
        return Permission.NONE

    async def post_comment(self, tenant: Tenant, effect: PostComment) -> CommentRef:
        client, owner, repo = self._at(tenant)
        return await issues.post(client, owner, repo, effect, await self.me(tenant))

    async def add_reaction(self, tenant: Tenant, effect: AddReaction) -> ReactionRef:
        client, owner, repo = self._at(tenant)
        return await issues.react(client, owner, repo, effect)

    async def push_commit(self, tenant: Tenant, effect: PushCommit) -> CommitRef:
        client, owner, repo = self._at(tenant)
        return await commits.push(client, owner, repo, effect)

    async def open_pull_request(self, tenant: Tenant, effect: OpenPullRequest) -> PullRequestRef:
        client, owner, repo = self._at(tenant)
        return await pulls.open_once(client, owner, repo, effect)

    async def me(self, tenant: Tenant) -> int:
        """Our own numeric id: set by the operator, or asked for once where we go by a token."""
        if not self._me:
            client, _, _ = self._at(tenant)
            try:
                with understood("asking who we are"):
                    answer = await client.rest.users.async_get_authenticated()
            except OperatorProblem as error:
                raise OperatorProblem(
                    "an App cannot ask who it is: set REDFIRST_BOT_ID to the id of its [bot] user"
                ) from error
            self._me = _Self.model_validate(answer.json()).id
        return self._me

    async def check(self) -> str:
        """Who we are to GitHub, for `doctor`."""
        client = self._clients.app()
        with understood("asking GitHub who we are"):
            if self._clients.is_app:
                answer = await client.rest.apps.async_get_authenticated()
                return f"App {_Named.model_validate(answer.json()).slug} at {self._clients.url}"
            answer = await client.rest.users.async_get_authenticated()
            return f"{_Named.model_validate(answer.json()).login} at {self._clients.url}"

    async def close(self) -> None:
        """Nothing is kept open between requests."""

    def _at(self, tenant: Tenant) -> tuple[GitHub[Any], str, str]:
        owner, _, repo = tenant.repository.partition("/")
        return self._clients.of(tenant), owner, repo
