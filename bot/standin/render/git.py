"""Git objects, commits, files and comparisons."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from urllib.parse import quote

from bot.standin.git.compare import FileChange
from bot.standin.git.objects import Commit, Identity, TreeEntry
from bot.standin.git.refs import Ref
from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import users
from bot.standin.render.common import maybe_time, node_id, time
from bot.standin.urls import Urls
from bot.standin.world.everything import World
from bot.standin.world.repositories import Repository


def _verification(repo: Repository, given: Commit) -> JsonObject:
    """Valid is what GitHub made and signed itself; it knows the key of nobody else here."""
    at = repo.verified.get(given.sha)
    signed = given.signature is not None
    return {
        "verified": at is not None,
        "reason": "valid" if at else "unknown_key" if signed else "unsigned",
        "signature": given.signature,
        "payload": given.payload if signed else None,
        "verified_at": maybe_time(at),
    }


def ref(urls: Urls, repo: Repository, given: Ref) -> JsonObject:
    url = urls.repository(repo.full_name)
    return {
        "ref": given.name,
        "node_id": node_id("REF", f"{repo.id}:{given.name}"),
        "url": f"{url}/git/{given.name}",
        "object": {"sha": given.sha, "type": given.type, "url": f"{url}/git/{given.type}s/{given.sha}"},
    }


def _object(urls: Urls, repo: Repository, kind: str, sha: str) -> dict[str, Json]:
    return {"sha": sha, "url": f"{urls.repository(repo.full_name)}/git/{kind}s/{sha}"}


def new_blob(urls: Urls, repo: Repository, sha: str) -> JsonObject:
    return _object(urls, repo, "blob", sha)


def in_lines(content: bytes) -> str:
    """Base64 with GitHub's line breaks, which strict decoders stumble over: better here than there."""
    text = base64.b64encode(content).decode()
    return "".join(text[at : at + 60] + "\n" for at in range(0, len(text), 60))


def blob(urls: Urls, repo: Repository, sha: str, content: bytes) -> JsonObject:
    return {
        **_object(urls, repo, "blob", sha),
        "node_id": node_id("B", sha),
        "size": len(content),
        "content": in_lines(content),
        "encoding": "base64",
    }


def tree(urls: Urls, repo: Repository, sha: str, entries: Sequence[TreeEntry]) -> JsonObject:
    rows: list[Json] = []
    for entry in entries:
        row: dict[str, Json] = {"path": entry.path, "mode": entry.mode, "type": entry.type, "sha": entry.sha}
        if entry.size is not None:
            row["size"] = entry.size
        if entry.type != "commit":
            row["url"] = _object(urls, repo, entry.type, entry.sha)["url"]
        rows.append(row)
    return {**_object(urls, repo, "tree", sha), "tree": rows, "truncated": False}


def _person(given: Identity) -> JsonObject:
    return {"name": given.name, "email": given.email, "date": time(given.at)}


def _commit_page(urls: Urls, repo: Repository, sha: str) -> str:
    return f"{urls.page(repo.full_name)}/commit/{sha}"


def git_commit(urls: Urls, repo: Repository, given: Commit) -> JsonObject:
    return {
        **_object(urls, repo, "commit", given.sha),
        "node_id": node_id("C", given.sha),
        "html_url": _commit_page(urls, repo, given.sha),
        "author": _person(given.author),
        "committer": _person(given.committer),
        "tree": _object(urls, repo, "tree", given.tree),
        "message": given.message,
        "parents": [
            {**_object(urls, repo, "commit", sha), "html_url": _commit_page(urls, repo, sha)}
            for sha in given.parents
        ],
        "verification": _verification(repo, given),
    }


def _account(world: World, given: Identity) -> JsonObject | None:
    for user in world.users.values():
        if user.email == given.email:
            return users.simple(world.urls, user)
    return None


def commit(world: World, repo: Repository, given: Commit) -> JsonObject:
    urls = world.urls
    url = urls.repository(repo.full_name)
    return {
        "sha": given.sha,
        "node_id": node_id("C", given.sha),
        "commit": {
            "author": _person(given.author),
            "committer": _person(given.committer),
            "message": given.message,
            "tree": _object(urls, repo, "tree", given.tree),
            "url": f"{url}/git/commits/{given.sha}",
            "comment_count": 0,
            "verification": _verification(repo, given),
        },
        "url": f"{url}/commits/{given.sha}",
        "html_url": _commit_page(urls, repo, given.sha),
        "comments_url": f"{url}/commits/{given.sha}/comments",
        "author": _account(world, given.author),
        "committer": _account(world, given.committer),
        "parents": [
            {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": _commit_page(urls, repo, sha)}
            for sha in given.parents
        ],
    }


def file_change(urls: Urls, repo: Repository, head: str, given: FileChange) -> JsonObject:
    path = quote(given.path)
    page = urls.page(repo.full_name)
    shape: dict[str, Json] = {
        "sha": given.sha,
        "filename": given.path,
        "status": given.status,
        "additions": given.additions,
        "deletions": given.deletions,
        "changes": given.additions + given.deletions,
        "blob_url": f"{page}/blob/{head}/{path}",
        "raw_url": f"{page}/raw/{head}/{path}",
        "contents_url": f"{urls.repository(repo.full_name)}/contents/{path}?ref={head}",
    }
    if given.patch is not None:
        shape["patch"] = given.patch
    if given.previous is not None:
        shape["previous_filename"] = given.previous
    return shape


_CONTENT_TYPES = {"blob": "file", "tree": "dir", "commit": "submodule"}


def content(urls: Urls, repo: Repository, at: str, entry: TreeEntry) -> dict[str, Json]:
    """One entry of a folder; a file asked for by itself has `content` and `encoding` besides."""
    path = quote(entry.path)
    api, page = urls.repository(repo.full_name), urls.page(repo.full_name)
    url = f"{api}/contents/{path}?ref={quote(at, safe='')}"
    git_url = f"{api}/git/{entry.type}s/{entry.sha}"
    html_url = f"{page}/{'tree' if entry.type == 'tree' else 'blob'}/{quote(at)}/{path}"
    return {
        "name": entry.path.rsplit("/", 1)[-1],
        "path": entry.path,
        "sha": entry.sha,
        "size": entry.size or 0,
        "url": url,
        "html_url": html_url,
        "git_url": git_url,
        "download_url": f"{page}/raw/{quote(at)}/{path}" if entry.type == "blob" else None,
        "type": "symlink" if entry.mode == "120000" else _CONTENT_TYPES[entry.type],
        "_links": {"self": url, "git": git_url, "html": html_url},
    }


def branch(world: World, repo: Repository, name: str, tip: Commit) -> JsonObject:
    url = f"{world.urls.repository(repo.full_name)}/branches/{quote(name)}"
    return {
        "name": name,
        "commit": commit(world, repo, tip),
        "_links": {"self": url, "html": f"{world.urls.page(repo.full_name)}/tree/{quote(name)}"},
        "protected": False,
        "protection": {
            "enabled": False,
            "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []},
        },
        "protection_url": f"{url}/protection",
    }


def short_branch(urls: Urls, repo: Repository, tip: Ref) -> JsonObject:
    name = tip.name.removeprefix("refs/heads/")
    commit = {"sha": tip.sha, "url": f"{urls.repository(repo.full_name)}/commits/{tip.sha}"}
    return {"name": name, "commit": commit, "protected": False}
