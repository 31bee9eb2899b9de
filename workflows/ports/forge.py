"""Forge: what we read of GitHub. All writing goes through Effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from policies.facts import Permission
from workflows.ports.frozen import Frozen
from workflows.trigger import Tenant
from workflows.verdicts import Place


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
