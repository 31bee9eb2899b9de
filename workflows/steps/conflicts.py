"""Conflicts: a pull request whose base has moved away under it is for people to bring up to date.

Our commits are made on top of a branch, and none is a merge: which of two changes to the same lines is right,
no proof could say.
"""

from __future__ import annotations

from workflows.case import Case
from workflows.difference import changed
from workflows.engine.context import Context
from workflows.errors import UserProblem
from workflows.ports.all import Ports
from workflows.ports.blobs import Digest
from workflows.ports.forge import Head, Mergeable, PullRequest
from workflows.steps.places import archive_of, base_tree
from workflows.tree import unpack

NAMED = 5


async def must_fit(ctx: Context[Ports], case: Case, pull: PullRequest, ours: frozenset[str]) -> None:
    """Before anything is paid for. What GitHub does not know yet is nothing to stop for."""
    forge, tenant, branch = ctx.ports.forge, case.trigger.tenant, pull.base_branch

    async def find() -> Head:
        return Head(branch=branch, sha=await forge.tip(tenant, branch))

    async def ask() -> Mergeable:
        return Mergeable(is_so=await forge.mergeable(tenant, pull.number))

    newest = await ctx.record("newest base", Head, find)
    if (newest.branch, newest.sha) == (case.base_branch, case.base_sha):
        return
    if (await ctx.record("mergeable", Mergeable, ask)).is_so is not False:
        return
    both = sorted(await _changed(ctx, case, newest) & ours)
    more = f" and {len(both) - NAMED} more" if len(both) > NAMED else ""
    where = f" in {', '.join(both[:NAMED])}{more}" if both else ""
    raise UserProblem(
        f"#{pull.number} conflicts with what {branch} is now{where}, so it could not be merged, whatever is "
        f"proven of it: merge {branch} into {pull.branch}, then ask again"
    )


async def _changed(ctx: Context[Ports], case: Case, newest: Head) -> frozenset[str]:
    ports, tenant = ctx.ports, case.trigger.tenant

    async def fetch() -> Digest:
        return Digest(digest=await ports.blobs.put(await ports.forge.tarball(tenant, newest.sha)))

    archive = (await ctx.record("newest archive", Digest, fetch)).digest
    return changed(await base_tree(ctx, case), unpack(await archive_of(ctx, tenant, newest.sha, archive)))
