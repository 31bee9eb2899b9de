"""A local repository as a forge: its owner is the only person, a branch is the proposal."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar, cast

from bot.local import git
from handlers.left_behind import LeftBehind
from policies.effects import (
    BranchRef,
    CommentRef,
    CommitRef,
    Done,
    Effect,
    OpenPullRequest,
    PostComment,
    PullRequestRef,
    PushCommit,
    RemoveBranch,
)
from policies.facts import Permission
from workflows.errors import UserProblem
from workflows.ports.forge import FailedCheck, Head, LineRemark, PullRequest
from workflows.trigger import IssueSnapshot, Tenant

R = TypeVar("R", bound=Done)

TRAILER = "Redfirst-Key"


class LocalForge:
    def __init__(self, repo: Path, proposals: Path) -> None:
        self._repo = repo
        self._proposals = proposals

    async def head(self, tenant: Tenant) -> Head:  # noqa: ARG002 - there is one repository
        return Head(branch=await git.branch(self._repo), sha=await git.sha_of(self._repo, "HEAD"))

    async def tarball(self, tenant: Tenant, sha: str) -> bytes:  # noqa: ARG002
        """As GitHub gives it. Made from objects: `git archive` would run the filters that the tree names."""
        listed = await git.entries(self._repo, sha)
        found = await git.contents(self._repo, sorted({name for mode, name, _ in listed if mode != "160000"}))
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
            for mode, name, path in listed:
                if mode == "160000":
                    continue
                member = tarfile.TarInfo(f"base/{path}")
                if mode == "120000":
                    member.type, member.linkname = tarfile.SYMTYPE, found[name].decode(errors="replace")
                    tar.addfile(member)
                else:
                    member.size, member.mode = len(found[name]), int(mode[-3:], 8)
                    tar.addfile(member, io.BytesIO(found[name]))
        return packed.getvalue()

    async def grown_from(self, base: str, head: str) -> str:
        """The newest commit that both have."""
        return await git.fork_point(self._repo, base, head)

    async def tip(self, tenant: Tenant, branch: str) -> str:  # noqa: ARG002
        try:
            return await git.sha_of(self._repo, f"refs/heads/{branch}")
        except git.GitFailed:
            return ""

    async def fork_point(self, tenant: Tenant, branch: str, sha: str) -> str:  # noqa: ARG002
        raise _only_on_github(f"a comparison with {branch}")

    async def permission(self, tenant: Tenant, login: str) -> Permission:  # noqa: ARG002
        """Whoever can run us here can write here."""
        return Permission.ADMIN

    async def name_now(self, tenant: Tenant) -> str:
        return tenant.repository

    async def issue(self, tenant: Tenant, number: int) -> IssueSnapshot:  # noqa: ARG002
        raise _only_on_github(f"issue {number}")

    async def labelled(self, tenant: Tenant, label: str) -> Sequence[int]:  # noqa: ARG002
        raise _only_on_github(f"issues labelled {label}")

    async def left_behind(self, tenant: Tenant, number: int, label: str) -> LeftBehind:  # noqa: ARG002
        raise _only_on_github(f"issue {number}")

    async def pull_request(self, tenant: Tenant, number: int) -> PullRequest:  # noqa: ARG002
        raise _only_on_github(f"pull request {number}")

    async def open_on(self, tenant: Tenant, base: str) -> Sequence[PullRequest]:  # noqa: ARG002
        raise _only_on_github(f"pull requests to {base}")

    async def mergeable(self, tenant: Tenant, number: int) -> bool | None:  # noqa: ARG002
        raise _only_on_github(f"pull request {number}")

    async def diff(self, tenant: Tenant, number: int) -> str:  # noqa: ARG002
        raise _only_on_github(f"pull request {number}")

    async def remarks(self, tenant: Tenant, number: int, review: int) -> Sequence[LineRemark]:  # noqa: ARG002
        raise _only_on_github(f"review {review}")

    async def failed_checks(self, tenant: Tenant, sha: str) -> Sequence[FailedCheck]:  # noqa: ARG002
        return ()

    async def write(self, tenant: Tenant, effect: Effect[R]) -> R:  # noqa: ARG002
        return cast("R", await self._write(cast("Effect[Done]", effect)))

    async def _write(self, effect: Effect[Done]) -> Done:
        match effect:
            case PostComment():
                # There is no issue to comment on; the terminal shows the journal.
                return CommentRef(ref=effect.sticky or effect.key)
            case PushCommit():
                return await self._push(effect)
            case OpenPullRequest():
                return self._propose(effect)
            case RemoveBranch():
                # It is the owner's own; whoever ran us removes it.
                return BranchRef(ref=effect.branch, removed=False)
            case _:
                # Reviewers, labels, checks: there is nobody to show them to.
                return effect.gives(ref=effect.key)

    async def _push(self, effect: PushCommit) -> CommitRef:
        try:
            tip = await git.sha_of(self._repo, f"refs/heads/{effect.branch}")
        except git.GitFailed:
            message = f"{effect.message}\n\n{TRAILER}: {effect.key}\n"
            sha = await git.commit(self._repo, effect.base_sha, effect.patch, message, effect.branch)
            return CommitRef(ref=sha, sha=sha, branch=effect.branch)
        said = (await git.git(self._repo, "cat-file", "commit", tip)).decode(errors="replace")
        if f"{TRAILER}: {effect.key}" not in said:
            raise UserProblem(f"the branch {effect.branch} exists; rename or delete it, then run this again")
        return CommitRef(ref=tip, sha=tip, branch=effect.branch)

    def _propose(self, effect: OpenPullRequest) -> PullRequestRef:
        """The text of the pull request as a file, to read or to paste."""
        path = self._proposals / f"{effect.head.replace('/', '-')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {effect.title}\n\n{effect.body}\n")
        return PullRequestRef(ref=str(path), number=0, url=path.as_uri())

    async def close(self) -> None: ...


def _only_on_github(what: str) -> UserProblem:
    return UserProblem(f"{what} is on GitHub, and this is a repository on its own")
