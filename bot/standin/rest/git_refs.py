"""The Git Data API: references."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import refs as actions
from bot.standin.errors import not_found
from bot.standin.git import refs
from bot.standin.render.git import ref as shape
from bot.standin.rest.answers import created, json_response, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.roles import CONTENTS_READ, CONTENTS_WRITE


def _name(call: Call) -> str:
    """The path carries the name without its `refs/`; a body carries it with."""
    return f"refs/{call.path('ref').removeprefix('refs/')}"


async def get_ref(call: Call) -> Response:
    repo = call.repository(CONTENTS_READ)
    ref = await refs.read(call.site.git_of(repo), _name(call))
    if ref is None:
        raise not_found()
    return json_response(shape(call.urls, repo, ref))


async def list_matching_refs(call: Call) -> Response:
    repo = call.repository(CONTENTS_READ)
    found = await refs.matching(call.site.git_of(repo), _name(call))
    return call.page([shape(call.urls, repo, ref) for ref in found])


async def create_ref(call: Call) -> Response:
    repo, body = call.repository(CONTENTS_WRITE), await call.body()
    ref = await actions.create_ref(call.site, repo, call.user, body.text("ref"), body.text("sha"))
    return created(shape(call.urls, repo, ref))


async def update_ref(call: Call) -> Response:
    repo, body = call.repository(CONTENTS_WRITE), await call.body()
    sha, force = body.text("sha"), body.flag("force")
    ref = await actions.update_ref(call.site, repo, call.user, _name(call), sha, force=force)
    return json_response(shape(call.urls, repo, ref))


async def delete_ref(call: Call) -> Response:
    repo = call.repository(CONTENTS_WRITE)
    await actions.delete_ref(call.site, repo, call.user, _name(call))
    return no_content()


_GIT = "/repos/{owner}/{repo}/git"
ENDPOINTS = (
    Endpoint("GET", _GIT + "/ref/{ref:path}", get_ref, "git/refs#get-a-reference"),
    Endpoint(
        "GET", _GIT + "/matching-refs/{ref:path}", list_matching_refs, "git/refs#list-matching-references"
    ),
    Endpoint("POST", _GIT + "/refs", create_ref, "git/refs#create-a-reference"),
    Endpoint("PATCH", _GIT + "/refs/{ref:path}", update_ref, "git/refs#update-a-reference"),
    Endpoint("DELETE", _GIT + "/refs/{ref:path}", delete_ref, "git/refs#delete-a-reference"),
)
