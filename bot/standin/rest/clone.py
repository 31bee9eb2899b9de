"""`git clone` and `git fetch`, with a token where the repository is private; nobody pushes this way."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.standin.errors import GitHubError
from bot.standin.git import http_backend
from bot.standin.rest.auth import authenticate
from bot.standin.roles import CONTENTS_READ
from bot.standin.site import Site


def routes(site: Site) -> list[Route]:
    async def answer(request: Request) -> Response:
        return await _answer(site, request)

    return [
        Route("/{owner}/{repo}/info/refs", answer, methods=["GET"]),
        Route("/{owner}/{repo}/git-upload-pack", answer, methods=["POST"]),
        Route("/{owner}/{repo}/git-receive-pack", answer, methods=["POST"]),
    ]


async def _answer(site: Site, request: Request) -> Response:
    path = request.url.path
    if "git-receive-pack" in (path.rsplit("/", 1)[-1], request.query_params.get("service")):
        return PlainTextResponse("The stand-in is read-only over git; write through the API.", 403)
    owner, name = str(request.path_params["owner"]), str(request.path_params["repo"]).removesuffix(".git")
    try:
        repo = site.world.repository(owner, name)
        header = request.headers.get("authorization")
        if repo.private or header:
            site.require(repo, authenticate(site.world, header), CONTENTS_READ)
    except GitHubError as error:
        # git asks for a password only when told to; what one may not see does not exist here either.
        challenge = {"WWW-Authenticate": 'Basic realm="GitHub"'} if error.status == 401 else {}
        return PlainTextResponse("Repository not found.", error.status, headers=challenge)
    backend = await http_backend.answer(
        site.git_of(repo),
        method=request.method,
        path="info/refs" if path.endswith("/info/refs") else "git-upload-pack",
        query=request.url.query,
        headers=request.headers,
        body=await request.body(),
    )
    return StreamingResponse(backend.body, backend.status, headers=backend.headers)
