"""Files and folders at a commit."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.errors import GitHubError
from bot.standin.git import files, objects, refs
from bot.standin.render import git as shapes
from bot.standin.rest.answers import json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.roles import CONTENTS_READ


async def get_content(call: Call) -> Response:
    repo = call.repository(CONTENTS_READ)
    git = call.site.git_of(repo)
    at = call.query("ref") or repo.default_branch
    try:
        commit = await refs.resolve(git, at)
    except GitHubError as problem:
        raise GitHubError(404, f"No commit found for the ref {at}") from problem
    path = call.path("path").strip("/")
    entry = await files.entry_at(git, commit, path) if path else None
    if entry is None or entry.type == "tree":
        rows = await files.list_folder(git, commit, path)
        return json_response([shapes.content(call.urls, repo, at, row) for row in rows])
    shape = shapes.content(call.urls, repo, at, entry)
    if entry.type == "commit":
        return json_response({**shape, "submodule_git_url": None})
    content = await objects.read_blob(git, entry.sha)
    if call.media() == "raw":
        return Response(content, media_type="application/vnd.github.raw; charset=utf-8")
    if entry.mode == "120000":
        return json_response({**shape, "target": content.decode(errors="replace")})
    return json_response({**shape, "content": shapes.in_lines(content), "encoding": "base64"})


_REPO = "/repos/{owner}/{repo}"
ENDPOINTS = (
    Endpoint("GET", _REPO + "/contents/{path:path}", get_content, "repos/contents#get-repository-content"),
)
