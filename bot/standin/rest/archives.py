"""The archive of all files at a commit."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from bot.standin.git import archive, refs
from bot.standin.rest.call import Call
from bot.standin.rest.downloads import Downloads
from bot.standin.rest.endpoint import Endpoint, Handler
from bot.standin.roles import CONTENTS_READ


def endpoints(downloads: Downloads) -> list[Endpoint]:
    found: list[Endpoint] = []
    for name, kind in (("tarball", "tar"), ("zipball", "zip")):
        path, docs = "/repos/{owner}/{repo}/" + name, f"repos/contents#download-a-repository-archive-{kind}"
        found.append(Endpoint("GET", path, _redirect(downloads, kind, default=True), docs))
        found.append(Endpoint("GET", path + "/{ref:path}", _redirect(downloads, kind, default=False), docs))
    return found


def _redirect(downloads: Downloads, kind: str, *, default: bool) -> Handler:
    async def answer(call: Call) -> Response:
        repo = call.repository(CONTENTS_READ)
        git = call.site.git_of(repo)
        ref = repo.default_branch if default else call.path("ref")
        sha = await refs.resolve(git, ref)

        async def content() -> bytes:
            return await archive.pack(git, repo.full_name, sha, kind)

        where = f"{repo.full_name}/legacy.{archive.ENDINGS[kind]}/{ref}"
        file = f"{archive.folder(repo.full_name, sha)}.{archive.ENDINGS[kind]}"
        return RedirectResponse(downloads.offer_later(where, file, archive.TYPES[kind], content), 302)

    return answer
