"""Pull requests."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import issues as issue_actions
from bot.standin.actions import merging, pull_view
from bot.standin.actions import pulls as actions
from bot.standin.actions.issues import IssueEdit
from bot.standin.actions.pulls import NewPull
from bot.standin.errors import not_found
from bot.standin.git import compare
from bot.standin.render import git as git_shapes
from bot.standin.render import pulls as shapes
from bot.standin.rest.answers import created, json_response, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.commits import text_response
from bot.standin.rest.endpoint import Endpoint
from bot.standin.rest.issues import in_order
from bot.standin.roles import CONTENTS_WRITE, PULLS_OPEN, PULLS_READ, PULLS_REVIEW, Need
from bot.standin.world.repositories import Issue, Pull, Repository


def find(call: Call, need: Need = PULLS_READ) -> tuple[Repository, Issue, Pull]:
    repo = call.repository(need)
    return repo, *repo.pull(call.number())


def _wanted(call: Call, issue: Issue) -> bool:
    if issue.pull is None or call.query("state", "open") not in ("all", issue.state):
        return False
    head, base = call.query("head"), call.query("base")
    # Without an owner GitHub ignores the filter, and so do we: code that forgets it should see too much here.
    if ":" in head and head.lower() != issue.pull.label().lower():
        return False
    return base in ("", issue.pull.base)


async def list_pulls(call: Call) -> Response:
    repo = call.repository(PULLS_READ)
    found = in_order(call, [issue for issue in repo.issues.values() if _wanted(call, issue)])
    return call.page([shapes.simple(call.urls, repo, i, i.pull) for i in found if i.pull is not None])


async def create_pull(call: Call) -> Response:
    repo, body = call.repository(PULLS_REVIEW), await call.body()
    new = NewPull(
        title=body.text("title"),
        head=body.text("head"),
        base=body.text("base"),
        body=body.maybe_text("body"),
        draft=body.flag("draft"),
    )
    issue, pull = await actions.open_pull(call.site, repo, call.user, new)
    return created(await pull_view.full(call.site, repo, issue, pull))


async def get_pull(call: Call) -> Response:
    repo, issue, pull = find(call)
    git = call.site.git_of(repo)
    if call.media() == "diff":
        fork = await pull_view.fork_point(call.site, repo, pull)
        return text_response(call, await compare.diff(git, fork, pull.head_sha))
    if call.media() == "patch":
        return text_response(call, await compare.patch(git, pull.base_sha, pull.head_sha))
    return json_response(await pull_view.full(call.site, repo, issue, pull))


async def update_pull(call: Call) -> Response:
    repo, issue, pull = find(call, PULLS_REVIEW)
    body = await call.body()
    edit = IssueEdit(
        title=body.maybe_text("title"),
        body="" if body.is_null("body") else body.maybe_text("body"),
        state=body.maybe_text("state"),
    )
    await issue_actions.edit_issue(call.site, repo, issue, call.user, edit)
    if body.has("base"):
        await actions.change_base(call.site, repo, issue, pull, call.user, body.text("base"))
    return json_response(await pull_view.full(call.site, repo, issue, pull))


async def list_files(call: Call) -> Response:
    repo, _, pull = find(call)
    files = await pull_view.files(call.site, repo, pull)
    return call.page([git_shapes.file_change(call.urls, repo, pull.head_sha, change) for change in files])


async def list_commits(call: Call) -> Response:
    repo, _, pull = find(call)
    commits = await actions.commits(call.site, repo, pull)
    return call.page([git_shapes.commit(call.site.world, repo, commit) for commit in commits])


async def check_merged(call: Call) -> Response:
    _, _, pull = find(call)
    if pull.merged_at is None:
        raise not_found()
    return no_content()


async def merge_pull(call: Call) -> Response:
    repo, issue, pull = find(call, CONTENTS_WRITE)
    body = await call.body()
    sha = await merging.merge_pull(
        call.site,
        repo,
        issue,
        pull,
        call.user,
        method=body.maybe_text("merge_method") or "merge",
        expected_head=body.maybe_text("sha"),
        title=body.maybe_text("commit_title"),
        message=body.maybe_text("commit_message"),
    )
    return json_response({"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


async def update_branch(call: Call) -> Response:
    repo, issue, pull = find(call, PULLS_OPEN)
    expected = (await call.body()).maybe_text("expected_head_sha")
    await merging.update_branch(call.site, repo, issue, pull, call.user, expected)
    url = f"{call.urls.repository(repo.full_name)}/pulls/{issue.number}"
    return json_response({"message": "Updating pull request branch.", "url": url}, 202)


_PULLS, _DOCS = "/repos/{owner}/{repo}/pulls", "pulls/pulls#"
_ONE = _PULLS + "/{number:int}"
ENDPOINTS = (
    Endpoint("GET", _PULLS, list_pulls, _DOCS + "list-pull-requests"),
    Endpoint("POST", _PULLS, create_pull, _DOCS + "create-a-pull-request"),
    Endpoint("GET", _ONE, get_pull, _DOCS + "get-a-pull-request"),
    Endpoint("PATCH", _ONE, update_pull, _DOCS + "update-a-pull-request"),
    Endpoint("GET", _ONE + "/files", list_files, _DOCS + "list-pull-requests-files"),
    Endpoint("GET", _ONE + "/commits", list_commits, _DOCS + "list-commits-on-a-pull-request"),
    Endpoint("GET", _ONE + "/merge", check_merged, _DOCS + "check-if-a-pull-request-has-been-merged"),
    Endpoint("PUT", _ONE + "/merge", merge_pull, _DOCS + "merge-a-pull-request"),
    Endpoint("PUT", _ONE + "/update-branch", update_branch, _DOCS + "update-a-pull-request-branch"),
)
