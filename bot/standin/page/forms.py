"""What the forms do: the same actions as the API, by the person who was chosen."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.standin.actions import assignees, comments, issues, labels, merging, pulls, reviews, workflows
from bot.standin.actions.checks import RunEdit
from bot.standin.actions.issues import IssueEdit
from bot.standin.actions.lines import LineComment
from bot.standin.errors import GitHubError
from bot.standin.page.views import number_of, repository_of
from bot.standin.site import Site
from bot.standin.world.people import User


async def _fields(request: Request) -> dict[str, str]:
    """Refuses a form that another site's page has sent: this one acts as anybody, without a password."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise GitHubError(403, "This form belongs to another page")
    pairs = parse_qs((await request.body()).decode(errors="replace"), keep_blank_values=True)
    # Browsers send line breaks as CRLF.
    return {name: values[-1].replace("\r\n", "\n") for name, values in pairs.items()}


def _user(site: Site, fields: dict[str, str]) -> User:
    return site.world.user(fields.get("as", ""))


def _back(target: str) -> Response:
    return RedirectResponse(target, 303)


async def new_issue(site: Site, request: Request) -> Response:
    repo, fields = repository_of(site, request), await _fields(request)
    by, title, body = _user(site, fields), fields.get("title", ""), fields.get("body", "")
    issue = await issues.open_issue(site, repo, by, title=title, body=body)
    return _back(f"/{repo.full_name}/issues/{issue.number}")


async def add_label(site: Site, request: Request) -> Response:
    repo, fields = repository_of(site, request), await _fields(request)
    issue = repo.issue(number_of(request))
    await labels.add_labels(site, repo, issue, _user(site, fields), [fields.get("label", "")])
    return _back(f"/{repo.full_name}/issues/{issue.number}")


async def comment(site: Site, request: Request) -> Response:
    repo, fields = repository_of(site, request), await _fields(request)
    issue, by = repo.issue(number_of(request)), _user(site, fields)
    do, body = fields.get("do", "comment"), fields.get("body", "")
    if do == "comment" or body.strip():
        await comments.create_comment(site, repo, issue, by, body)
    if do in ("close", "reopen"):
        edit = IssueEdit(state="closed" if do == "close" else "open")
        await issues.edit_issue(site, repo, issue, by, edit)
    return _back(f"/{repo.full_name}/issues/{issue.number}")


async def assign(site: Site, request: Request) -> Response:
    repo, fields = repository_of(site, request), await _fields(request)
    issue = repo.issue(number_of(request))
    await assignees.assign(site, repo, issue, _user(site, fields), [fields.get("login", "")])
    return _back(f"/{repo.full_name}/issues/{issue.number}")


def _on_line(fields: dict[str, str]) -> LineComment | None:
    """`path:12`, or nothing."""
    path, _, line = fields.get("line", "").strip().rpartition(":")
    if not path:
        return None
    return LineComment(path, fields.get("body", ""), int(line) if line.isascii() and line.isdigit() else None)


async def act_on_pull(site: Site, request: Request) -> Response:
    repo, fields = repository_of(site, request), await _fields(request)
    issue, pull = repo.pull(number_of(request))
    by, do = _user(site, fields), fields.get("do", "")
    if do == "merge":
        await merging.merge_pull(site, repo, issue, pull, by)
    elif do == "ready":
        await pulls.make_ready(site, repo, issue, pull, by)
    elif do == "draft":
        await pulls.make_draft(site, repo, issue, pull, by)
    else:
        line = _on_line(fields)
        body, lines = ("", [line]) if line and do == "COMMENT" else (fields.get("body", ""), [line])
        found = [one for one in lines if one is not None]
        await reviews.create_review(site, repo, issue, pull, by, event=do, body=body, comments=found)
    return _back(f"/{repo.full_name}/pull/{issue.number}")


async def check(site: Site, request: Request) -> Response:
    """As if a workflow had run on the head."""
    repo, fields = repository_of(site, request), await _fields(request)
    number, by = number_of(request), _user(site, fields)
    said, name = fields.get("summary", ""), fields.get("name", "tests")
    edit = RunEdit(conclusion=fields.get("do", "failure"), title=name, summary=said)
    await workflows.report_on(site, repo, number, by, name, edit, said)
    return _back(f"/{repo.full_name}/pull/{number}")


async def redeliver(site: Site, request: Request) -> Response:
    await _fields(request)
    site.hooks.redeliver(int(request.path_params["delivery_id"]))
    return _back("/-/deliveries")
