"""The pages themselves."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.standin.actions import pull_view
from bot.standin.actions import pulls as pull_actions
from bot.standin.git import compare
from bot.standin.page import diff, layout
from bot.standin.page.html import Html, join, link, tag
from bot.standin.page.layout import ago, choose_user, label, page, state_badge, who
from bot.standin.page.sidebar import assignees_box, checks_box, reviewers_box
from bot.standin.page.timeline import comment_form, conversation, labels_box
from bot.standin.site import Site
from bot.standin.world.hooks import Delivery
from bot.standin.world.repositories import Issue, Pull, Repository


def repository_of(site: Site, request: Request) -> Repository:
    return site.world.repository(str(request.path_params["owner"]), str(request.path_params["repo"]))


def number_of(request: Request) -> int:
    return int(request.path_params["number"])


async def index(site: Site, _request: Request) -> Response:
    rows = [
        tag(
            "li",
            tag("div", link(f"/{repo.full_name}/issues", repo.full_name, class_="title")),
            tag("p", repo.description or "", class_="muted"),
            tag("code", f"git clone {site.world.urls.clone(repo.full_name)}"),
        )
        for repo in site.world.repositories.values()
    ]
    return page("Repositories", tag("h2", "Repositories"), _list(rows, "There is no repository yet."))


def _list(rows: list[Html], empty: str) -> Html:
    return tag("ul", *rows, class_="list box") if rows else tag("p", empty, class_="box blank muted")


def _issue_row(repo: Repository, issue: Issue) -> Html:
    target = f"/{repo.full_name}/{'pull' if issue.pull else 'issues'}/{issue.number}"
    labels = [join(" ", label(one)) for one in issue.labels]
    about = tag(
        "p", f"#{issue.number} opened ", ago(issue.created_at), " by ", who(issue.user), class_="muted"
    )
    said = tag("span", f"💬 {len(issue.comments)}", class_="muted right") if issue.comments else Html("")
    return tag(
        "li", tag("div", state_badge(issue), link(target, issue.title, class_="title"), *labels, said), about
    )


async def issue_list(site: Site, request: Request) -> Response:
    repo = repository_of(site, request)
    found = [i for i in reversed(repo.issues.values()) if i.pull is None]
    form = tag(
        "details",
        tag("summary", "New issue"),
        tag(
            "form",
            tag("input", name="title", required=True, placeholder="Title", aria_label="Title"),
            tag("textarea", name="body", rows="5", placeholder="What is wrong?", aria_label="Description"),
            tag("div", choose_user(site), tag("button", "Open issue", class_="primary"), class_="row end"),
            method="post",
            action=f"/{repo.full_name}/issues/-/new",
            class_="pad",
        ),
        class_="box new",
    )
    rows = [_issue_row(repo, issue) for issue in found]
    return page(f"Issues · {repo.full_name}", form, _list(rows, "No issues."), repo=repo, at="issues")


async def pull_list(site: Site, request: Request) -> Response:
    repo = repository_of(site, request)
    rows = [_issue_row(repo, i) for i in reversed(repo.issues.values()) if i.pull is not None]
    return page(f"Pull requests · {repo.full_name}", _list(rows, "No pull requests."), repo=repo, at="pulls")


def _heading(issue: Issue, about: Html) -> Html:
    title = tag("h2", issue.title, " ", tag("span", f"#{issue.number}", class_="muted"))
    return tag("div", title, tag("p", state_badge(issue), about), class_="heading")


async def issue_page(site: Site, request: Request) -> Response:
    repo = repository_of(site, request)
    issue = repo.issue(number_of(request))
    if issue.pull is not None:
        return await pull_page(site, request)
    about = tag("span", who(issue.user), " opened this ", ago(issue.created_at), class_="muted")
    body = tag("div", conversation(repo, issue), comment_form(site, repo, issue))
    aside = tag("aside", assignees_box(site, repo, issue), labels_box(site, repo, issue))
    columns = tag("div", body, aside, class_="columns")
    return page(f"{issue.title} #{issue.number}", _heading(issue, about), columns, repo=repo, at="issues")


async def pull_page(site: Site, request: Request) -> Response:
    repo = repository_of(site, request)
    issue, pull = repo.pull(number_of(request))
    changes = await pull_view.files(site, repo, pull)
    commits = await pull_actions.commits(site, repo, pull)
    wants = "wants to merge" if pull.merged_at is None else "merged"
    plural = "" if len(commits) == 1 else "s"
    about = tag(
        "span",
        who(issue.user),
        f" {wants} {len(commits)} commit{plural} into ",
        tag("code", pull.base),
        " from ",
        tag("code", pull.head if pull.head_repository is repo else pull.label()),
        class_="muted",
    )
    rows = [
        tag(
            "li",
            tag("code", commit.sha[:7]),
            " ",
            commit.message.split("\n")[0],
            tag("span", commit.author.name, class_="muted right"),
        )
        for commit in commits
    ]
    total = diff.counts(sum(c.additions for c in changes), sum(c.deletions for c in changes))
    body = tag(
        "div",
        conversation(repo, issue),
        tag("h3", "Commits"),
        tag("ul", *rows, class_="list box commits"),
        tag("h3", f"Files changed ({len(changes)}) ", total),
        diff.files(changes),
        comment_form(site, repo, issue),
    )
    aside = tag(
        "aside",
        reviewers_box(pull),
        _pull_box(site, repo, issue, pull),
        checks_box(site, repo, issue, pull),
        assignees_box(site, repo, issue),
        labels_box(site, repo, issue),
    )
    columns = tag("div", body, aside, class_="columns")
    return page(f"{issue.title} #{issue.number}", _heading(issue, about), columns, repo=repo, at="pulls")


def _pull_box(site: Site, repo: Repository, issue: Issue, pull: Pull) -> Html:
    if issue.state == "closed":
        return Html("")
    turn = ("Ready for review", "ready") if pull.draft else ("Convert to draft", "draft")
    ready = tag("button", turn[0], name="do", value=turn[1])
    merge = Html("") if pull.draft else tag("button", "Merge", name="do", value="merge", class_="primary")
    return tag(
        "section",
        tag("h3", "Review"),
        tag(
            "form",
            tag("textarea", name="body", rows="3", placeholder="What do you think?", aria_label="Review"),
            tag("input", name="line", placeholder="On a line: path:12", aria_label="Line"),
            tag("div", choose_user(site), class_="row"),
            tag(
                "div",
                tag("button", "Approve", name="do", value="APPROVE"),
                tag("button", "Request changes", name="do", value="REQUEST_CHANGES"),
                tag("button", "Comment", name="do", value="COMMENT"),
                ready,
                merge,
                class_="row wrap",
            ),
            method="post",
            action=f"/{repo.full_name}/pull/{issue.number}/-/act",
        ),
    )


async def pull_text(site: Site, request: Request) -> Response:
    repo = repository_of(site, request)
    _, pull = repo.pull(number_of(request))
    git = site.git_of(repo)
    if request.url.path.endswith(".patch"):
        return PlainTextResponse(await compare.patch(git, pull.base_sha, pull.head_sha))
    return PlainTextResponse(
        await compare.diff(git, await pull_view.fork_point(site, repo, pull), pull.head_sha)
    )


async def delivery_list(site: Site, _request: Request) -> Response:
    rows = [_delivery(delivery) for delivery in reversed(site.world.deliveries)]
    about = tag(
        "p", "What was sent, newest first. A failed delivery is not repeated by itself.", class_="muted"
    )
    return page("Deliveries", tag("h2", "Deliveries"), about, _list(rows, "Nothing was sent yet."))


def _delivery(given: Delivery) -> Html:
    waiting = given.status == "PENDING"
    good = 200 <= given.status_code < 300
    tone = "draft" if waiting else "open" if good else "closed"
    name = f"{given.event}.{given.action}" if given.action else given.event
    badge = tag("span", "waiting" if waiting else str(given.status_code), class_=f"state small {tone}")
    again = tag("span", "redelivery", class_="pill") if given.redelivery else Html("")
    head = tag(
        "summary",
        badge,
        tag("code", name),
        " ",
        again,
        tag("span", f"{given.duration * 1000:.0f} ms · ", ago(given.delivered_at), class_="muted right"),
    )
    headers = "\n".join(f"{key}: {value}" for key, value in given.request_headers.items())
    payload = json.dumps(json.loads(given.request_body), indent=2, ensure_ascii=False)
    form = tag(
        "form", tag("button", "Redeliver"), method="post", action=f"/-/deliveries/{given.id}/redeliver"
    )
    answer = f"{given.status}\n{given.response_body}"
    return tag(
        "li",
        tag(
            "details",
            head,
            form,
            tag("h4", "Request"),
            tag("pre", headers),
            tag("pre", payload),
            tag("h4", "Response"),
            tag("pre", answer),
        ),
    )


async def style(_site: Site, _request: Request) -> Response:
    return layout.stylesheet()
