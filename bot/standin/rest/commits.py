"""Commits, branches and comparisons."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.errors import GitHubError, not_found
from bot.standin.git import compare, objects, refs
from bot.standin.jsontypes import Json
from bot.standin.render import git as shapes
from bot.standin.render import pulls
from bot.standin.rest.answers import json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.roles import CONTENTS_READ, PULLS_READ, Need, Role
from bot.standin.world.repositories import Repository

ADMINISTRATION = Need(Role.ADMIN, ("administration",))


def text_response(call: Call, content: bytes) -> Response:
    return Response(content, media_type=f"application/vnd.github.{call.media()}; charset=utf-8")


async def list_commits(call: Call) -> Response:
    repo = call.repository(CONTENTS_READ)
    git = call.site.git_of(repo)
    head = await refs.resolve(git, call.query("sha") or repo.default_branch)
    shas = await compare.history(git, head, call.query("path") or None)
    return call.page([await _commit(call, repo, sha) for sha in shas])


async def _commit(call: Call, repo: Repository, sha: str) -> Json:
    return shapes.commit(call.site.world, repo, await objects.read_commit(call.site.git_of(repo), sha))


async def get_commit(call: Call) -> Response:
    repo = call.repository(CONTENTS_READ)
    git = call.site.git_of(repo)
    try:
        sha = await refs.resolve(git, call.path("ref"))
    except GitHubError as problem:
        raise GitHubError(422, f"No commit found for SHA: {call.path('ref')}") from problem
    commit = await objects.read_commit(git, sha)
    parent = commit.parents[0] if commit.parents else await compare.empty_tree(git)
    if call.media() == "diff":
        return text_response(call, await compare.diff(git, parent, sha))
    files = await compare.changed_files(git, parent, sha)
    additions = sum(change.additions for change in files)
    deletions = sum(change.deletions for change in files)
    return json_response(
        {
            **shapes.commit(call.site.world, repo, commit),
            "stats": {"total": additions + deletions, "additions": additions, "deletions": deletions},
            "files": [shapes.file_change(call.urls, repo, sha, change) for change in files],
        }
    )


async def compare_commits(call: Call) -> Response:
    repo = call.repository(CONTENTS_READ)
    git = call.site.git_of(repo)
    base_name, dots, head_name = call.path("basehead").partition("...")
    if not dots:
        raise not_found()
    base = await refs.resolve(git, base_name.rpartition(":")[2])
    head = await refs.resolve(git, head_name.rpartition(":")[2])
    fork = await compare.merge_base(git, base, head)
    if fork is None:
        raise GitHubError(404, f"No common ancestor between {base_name} and {head_name}.")
    if call.media() == "diff":
        return text_response(call, await compare.diff(git, fork, head))
    if call.media() == "patch":
        return text_response(call, await compare.patch(git, fork, head))
    ahead = await compare.commits_between(git, base, head)
    behind = await compare.commits_between(git, head, base)
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    url = f"{call.urls.repository(repo.full_name)}/compare/{base_name}...{head_name}"
    pages = f"{call.urls.page(repo.full_name)}/compare"
    page, owner = f"{pages}/{base_name}...{head_name}", repo.owner.login
    return json_response(
        {
            "url": url,
            "html_url": page,
            "permalink_url": f"{pages}/{owner}:{base[:7]}...{owner}:{head[:7]}",
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "base_commit": await _commit(call, repo, base),
            "merge_base_commit": await _commit(call, repo, fork),
            "status": status.get((bool(ahead), bool(behind)), "diverged"),
            "ahead_by": len(ahead),
            "behind_by": len(behind),
            "total_commits": len(ahead),
            "commits": [await _commit(call, repo, sha) for sha in ahead],
            "files": [
                shapes.file_change(call.urls, repo, head, change)
                for change in await compare.changed_files(git, fork, head)
            ],
        }
    )


async def get_branch(call: Call) -> Response:
    repo = call.repository(CONTENTS_READ)
    git = call.site.git_of(repo)
    sha = await refs.branch_sha(git, call.path("branch"))
    if sha is None:
        raise GitHubError(404, "Branch not found")
    tip = await objects.read_commit(git, sha)
    return json_response(shapes.branch(call.site.world, repo, call.path("branch"), tip))


async def list_branches(call: Call) -> Response:
    repo = call.repository(CONTENTS_READ)
    found = await refs.matching(call.site.git_of(repo), "refs/heads/")
    return call.page([shapes.short_branch(call.urls, repo, ref) for ref in found])


async def get_protection(call: Call) -> Response:
    """No branch is protected here."""
    call.repository(ADMINISTRATION)
    raise GitHubError(404, "Branch not protected")


async def list_pulls_of(call: Call) -> Response:
    repo = call.repository(PULLS_READ)
    git, sha = call.site.git_of(repo), call.path("sha")
    rows: list[Json] = []
    for issue in repo.issues.values():
        if issue.pull is not None:
            between = await compare.commits_between(git, issue.pull.base_sha, issue.pull.head_sha)
            if sha in (*between, issue.pull.merge_commit_sha):
                rows.append(pulls.simple(call.urls, repo, issue, issue.pull))
    return call.page(rows)


_REPO = "/repos/{owner}/{repo}"
ENDPOINTS = (
    Endpoint("GET", _REPO + "/commits", list_commits, "commits/commits#list-commits"),
    Endpoint(
        "GET",
        _REPO + "/commits/{sha}/pulls",
        list_pulls_of,
        "commits/commits#list-pull-requests-associated-with-a-commit",
    ),
    Endpoint("GET", _REPO + "/commits/{ref:path}", get_commit, "commits/commits#get-a-commit"),
    Endpoint(
        "GET", _REPO + "/compare/{basehead:path}", compare_commits, "commits/commits#compare-two-commits"
    ),
    Endpoint("GET", _REPO + "/branches", list_branches, "branches/branches#list-branches"),
    Endpoint(
        "GET",
        _REPO + "/branches/{branch:path}/protection",
        get_protection,
        "branches/branch-protection#get-branch-protection",
    ),
    Endpoint("GET", _REPO + "/branches/{branch:path}", get_branch, "branches/branches#get-a-branch"),
)
