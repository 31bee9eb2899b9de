"""One branch merged into another, without a pull request."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import merging as actions
from bot.standin.git import objects
from bot.standin.render import git as shapes
from bot.standin.rest.answers import created, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.roles import CONTENTS_WRITE


async def merge(call: Call) -> Response:
    repo, body = call.repository(CONTENTS_WRITE), await call.body()
    base, head, message = body.text("base"), body.text("head"), body.maybe_text("commit_message")
    sha = await actions.merge_branch(call.site, repo, call.user, base, head, message)
    if sha is None:
        return no_content()
    commit = await objects.read_commit(call.site.git_of(repo), sha)
    return created(shapes.commit(call.site.world, repo, commit))


ENDPOINTS = (Endpoint("POST", "/repos/{owner}/{repo}/merges", merge, "branches/branches#merge-a-branch"),)
