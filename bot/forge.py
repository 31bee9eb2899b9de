"""What a forge can do besides being read: the writes, each of which finds its own marker first."""

from __future__ import annotations

from typing import Protocol

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
from workflows.ports import Forge
from workflows.trigger import Tenant


class WritableForge(Forge, Protocol):
    """Only `effects.perform` holds one of these."""

    async def post_comment(self, tenant: Tenant, effect: PostComment) -> CommentRef: ...

    async def add_reaction(self, tenant: Tenant, effect: AddReaction) -> ReactionRef: ...

    async def push_commit(self, tenant: Tenant, effect: PushCommit) -> CommitRef: ...

    async def open_pull_request(self, tenant: Tenant, effect: OpenPullRequest) -> PullRequestRef: ...

    async def close(self) -> None: ...
