"""The Git Data API: blobs, trees and commits."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from starlette.responses import Response

from bot.standin.actions.signing import commit_as_github
from bot.standin.errors import invalid, unprocessable
from bot.standin.git import objects, refs
from bot.standin.git.objects import Change, Identity
from bot.standin.git.run import Git
from bot.standin.jsontypes import Body
from bot.standin.render import git as shapes
from bot.standin.rest.answers import created, json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.roles import CONTENTS_READ, CONTENTS_WRITE, WORKFLOWS_WRITE


async def create_blob(call: Call) -> Response:
    repo, body = call.repository(CONTENTS_WRITE), await call.body()
    text, encoding = body.text("content"), body.maybe_text("encoding") or "utf-8"
    if encoding == "base64":
        try:
            content = base64.b64decode(text)
        except (binascii.Error, ValueError) as problem:
            raise unprocessable("content is not valid Base64") from problem
    elif encoding == "utf-8":
        content = text.encode()
    else:
        raise invalid("Blob", "encoding", "invalid")
    sha = await objects.write_blob(call.site.git_of(repo), content)
    return created(shapes.new_blob(call.urls, repo, sha))


async def get_blob(call: Call) -> Response:
    repo = call.repository(CONTENTS_READ)
    content = await objects.read_blob(call.site.git_of(repo), call.path("sha"))
    if call.media() == "raw":
        return Response(content, media_type="application/vnd.github.raw; charset=utf-8")
    return json_response(shapes.blob(call.urls, repo, call.path("sha"), content))


async def _change(git: Git, entry: Body) -> Change:
    mode = entry.maybe_text("mode") or "100644"
    if entry.has("content") and entry.has("sha"):
        raise unprocessable("Must supply either tree.sha or tree.content, not both")
    if entry.has("content"):
        sha: str | None = await objects.write_blob(git, entry.text("content").encode())
    elif entry.has("sha"):
        sha = entry.maybe_text("sha")
    else:
        raise unprocessable("Must supply either tree.sha or tree.content")
    kind = entry.maybe_text("type")
    if mode in objects.MODES and kind is not None and kind != objects.MODES[mode]:
        raise unprocessable(f"tree.type {kind} does not fit tree.mode {mode}")
    return Change(entry.text("path"), mode, sha)


async def create_tree(call: Call) -> Response:
    repo, body = call.repository(CONTENTS_WRITE), await call.body()
    git, base = call.site.git_of(repo), body.maybe_text("base_tree")
    changes = [await _change(git, entry) for entry in body.objects("tree")]
    if not changes:
        raise unprocessable("Invalid tree info")
    if any(change.path.startswith(".github/workflows/") for change in changes) and call.user.type == "Bot":
        # `contents` is not enough for what would run with the repository's secrets.
        call.site.require(repo, call.user, WORKFLOWS_WRITE)
    sha = await objects.write_tree(git, base, changes)
    return created(shapes.tree(call.urls, repo, sha, await objects.read_tree(git, sha, recursive=False)))


async def get_tree(call: Call) -> Response:
    repo = call.repository(CONTENTS_READ)
    git = call.site.git_of(repo)
    sha = await _tree_of(git, call.path("sha"))
    entries = await objects.read_tree(git, sha, recursive="recursive" in call.request.query_params)
    return json_response(shapes.tree(call.urls, repo, sha, entries))


async def _tree_of(git: Git, name: str) -> str:
    """A tree's own SHA, or the commit or branch that has it."""
    if await objects.kind(git, name) == "tree":
        return name
    return (await objects.read_commit(git, await refs.resolve(git, name))).tree


def _identity(call: Call, given: Body | None, fallback: Identity | None) -> Identity:
    now = call.site.world.now()
    if given is None:
        return fallback or Identity(call.user.login, call.user.email, now)
    text = given.maybe_text("date")
    try:
        at = datetime.fromisoformat(text) if text else now
    except ValueError as problem:
        raise invalid("Commit", "date", "invalid") from problem
    return Identity(given.text("name"), given.text("email"), at if at.tzinfo else at.astimezone())


async def create_commit(call: Call) -> Response:
    repo, body = call.repository(CONTENTS_WRITE), await call.body()
    git = call.site.git_of(repo)
    tree, parents, message = body.text("tree"), body.texts("parents"), body.text("message")
    custom = any(not body.is_null(name) for name in ("author", "committer", "signature") if body.has(name))
    if call.user.type == "Bot" and not custom:
        # What an app commits as nobody but itself, GitHub signs.
        sha = await commit_as_github(call.site, repo, call.user, tree=tree, parents=parents, message=message)
    else:
        author = _identity(call, body.child("author"), None)
        sha = await objects.write_commit(
            git,
            tree=tree,
            parents=parents,
            message=message,
            author=author,
            committer=_identity(call, body.child("committer"), author),
            signature=body.maybe_text("signature"),
        )
    return created(shapes.git_commit(call.urls, repo, await objects.read_commit(git, sha)))


async def get_commit(call: Call) -> Response:
    repo = call.repository(CONTENTS_READ)
    commit = await objects.read_commit(call.site.git_of(repo), call.path("sha"))
    return json_response(shapes.git_commit(call.urls, repo, commit))


_GIT = "/repos/{owner}/{repo}/git"
ENDPOINTS = (
    Endpoint("POST", _GIT + "/blobs", create_blob, "git/blobs#create-a-blob"),
    Endpoint("GET", _GIT + "/blobs/{sha}", get_blob, "git/blobs#get-a-blob"),
    Endpoint("POST", _GIT + "/trees", create_tree, "git/trees#create-a-tree"),
    Endpoint("GET", _GIT + "/trees/{sha:path}", get_tree, "git/trees#get-a-tree"),
    Endpoint("POST", _GIT + "/commits", create_commit, "git/commits#create-a-commit"),
    Endpoint("GET", _GIT + "/commits/{sha}", get_commit, "git/commits#get-a-commit-object"),
)
