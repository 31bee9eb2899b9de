"""Files and folders at a commit, and the archive of all of them."""

from __future__ import annotations

import secrets
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.standin.errors import GitHubError, not_found
from bot.standin.git import archive, files, objects, refs
from bot.standin.render import git as shapes
from bot.standin.rest.answers import error_response, json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.roles import CONTENTS_READ
from bot.standin.site import Site

KEPT_DOWNLOADS = 1000


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


class Downloads:
    """The archives' own addresses. As on GitHub they carry their permission with them, and need no header."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._allowed: dict[str, tuple[int, str]] = {}

    async def get_tarball(self, call: Call) -> Response:
        repo = call.repository(CONTENTS_READ)
        git = call.site.git_of(repo)
        name = call.path("ref") or repo.default_branch
        sha = await refs.resolve(git, name)
        token = secrets.token_urlsafe(16)
        self._allowed[token] = (repo.id, sha)
        if len(self._allowed) > KEPT_DOWNLOADS:
            del self._allowed[next(iter(self._allowed))]
        url = f"{call.urls.root}/-/codeload/{repo.full_name}/legacy.tar.gz/{quote(name)}?token={token}"
        return RedirectResponse(url, 302)

    async def send(self, request: Request) -> Response:
        allowed = self._allowed.get(request.query_params.get("token", ""))
        owner, name = str(request.path_params["owner"]), str(request.path_params["repo"])
        repo = self._site.world.repositories.get(f"{owner}/{name}".lower())
        if repo is None or allowed is None or allowed[0] != repo.id:
            return error_response(not_found())
        file, content = await archive.tarball(self._site.git_of(repo), repo.full_name, allowed[1])
        disposition = {"Content-Disposition": f"attachment; filename={file}"}
        return Response(content, media_type="application/x-gzip", headers=disposition)

    def endpoints(self) -> tuple[Endpoint, ...]:
        docs = "repos/contents#download-a-repository-archive-tar"
        return (
            Endpoint("GET", _REPO + "/tarball", self._default_tarball, docs),
            Endpoint("GET", _REPO + "/tarball/{ref:path}", self.get_tarball, docs),
        )

    async def _default_tarball(self, call: Call) -> Response:
        call.request.path_params["ref"] = ""
        return await self.get_tarball(call)


_REPO = "/repos/{owner}/{repo}"
ENDPOINTS = (
    Endpoint("GET", _REPO + "/contents/{path:path}", get_content, "repos/contents#get-repository-content"),
)
