"""What stands beside a conversation: who does it, who reviews it, what the checks say."""

from __future__ import annotations

from bot.standin.actions.assignees import assignable
from bot.standin.checks import CheckRun
from bot.standin.page.html import Html, join, tag
from bot.standin.page.layout import choose_user, who
from bot.standin.page.markdown import render
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository

_TONES = {"success": ("✓", "good"), "neutral": ("◦", ""), "skipped": ("◦", ""), None: ("●", "waiting")}
_VERDICTS = {"APPROVED": "✓", "CHANGES_REQUESTED": "±", "COMMENTED": "💬", "DISMISSED": "◦"}


def _people(rows: list[Html]) -> Html:
    return tag("ul", *rows, class_="people") if rows else tag("p", "Nobody yet", class_="muted")


def assignees_box(site: Site, repo: Repository, issue: Issue) -> Html:
    rows = [tag("li", who(user)) for user in issue.assignees]
    options = [tag("option", user.login, value=user.login) for user in assignable(site, repo)]
    form = tag(
        "form",
        tag("select", *options, name="login", aria_label="Assignee"),
        tag("div", choose_user(site), tag("button", "Assign"), class_="row"),
        method="post",
        action=f"/{repo.full_name}/issues/{issue.number}/-/assign",
    )
    return tag("section", tag("h3", "Assignees"), _people(rows), form)


def reviewers_box(pull: Pull) -> Html:
    """The latest word of each, and who still owes one."""
    latest: dict[int, tuple[User, str]] = {}
    for review in pull.reviews:
        if review.state in _VERDICTS:
            latest[review.user.id] = (review.user, _VERDICTS[review.state])
    rows = [tag("li", f"{sign} ", who(user)) for user, sign in latest.values()]
    rows += [tag("li", "● ", who(user), " was asked") for user in pull.requested_reviewers]
    return tag("section", tag("h3", "Reviewers"), _people(rows))


def checks_box(site: Site, repo: Repository, issue: Issue, pull: Pull) -> Html:
    runs = {run.name: run for run in repo.checks.runs if run.suite.head_sha == pull.head_sha}
    rows = [_check(run) for run in runs.values()]
    shown = join(*rows) if rows else tag("p", "None for this commit", class_="muted")
    form = tag(
        "form",
        tag("input", name="name", value="tests", required=True, aria_label="Check"),
        tag("textarea", name="summary", rows="2", placeholder="What the log says", aria_label="Log"),
        tag("div", choose_user(site), class_="row"),
        tag(
            "div",
            tag("button", "Fail", name="do", value="failure"),
            tag("button", "Pass", name="do", value="success"),
            class_="row wrap",
        ),
        method="post",
        action=f"/{repo.full_name}/pull/{issue.number}/-/check",
    )
    return tag("section", tag("h3", "Checks"), shown, form)


def _check(run: CheckRun) -> Html:
    sign, tone = _TONES.get(run.conclusion, ("✗", "bad"))
    head = tag("summary", tag("span", sign, class_=f"sign {tone}"), " ", run.name)
    about = tag("p", f"{run.suite.app}: {run.conclusion or run.status}", class_="muted")
    said = tag("div", render(run.summary), class_="markdown") if run.summary else Html("")
    return tag("details", head, about, said, class_="check")
