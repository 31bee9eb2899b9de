"""A conversation: the first post, the comments and reviews after it, and the forms below."""

from __future__ import annotations

from datetime import datetime

from bot.standin.page import diff
from bot.standin.page.html import Html, join, tag
from bot.standin.page.layout import ago, avatar, choose_user, label, who
from bot.standin.page.markdown import render
from bot.standin.render.users import association
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Repository
from bot.standin.world.reviews import Review, ReviewComment
from bot.standin.world.talk import Reaction

_EMOJI = {
    "+1": "👍", "-1": "👎", "laugh": "😄", "confused": "😕",
    "heart": "❤️", "hooray": "🎉", "rocket": "🚀", "eyes": "👀",
}  # fmt: skip
_VERDICTS = {
    "APPROVED": ("approved these changes", "good"),
    "CHANGES_REQUESTED": ("requested changes", "bad"),
    "COMMENTED": ("reviewed", ""),
    "DISMISSED": ("had a review dismissed", ""),
}


def conversation(repo: Repository, issue: Issue) -> Html:
    later: list[tuple[datetime, int, Html]] = [
        (c.created_at, c.id, _post(repo, c.user, c.body, c.created_at, c.reactions, f"issuecomment-{c.id}"))
        for c in issue.comments
    ]
    if issue.pull is not None:
        later += [
            (r.submitted_at, r.id, _review(repo, r)) for r in issue.pull.reviews if r.state in _VERDICTS
        ]
    first = _post(repo, issue.user, issue.body, issue.created_at, issue.reactions, f"issue-{issue.id}")
    return tag("div", first, *(shown for _, _, shown in sorted(later)), class_="timeline")


def _post(
    repo: Repository, user: User, body: str | None, at: datetime, reactions: list[Reaction], anchor: str
) -> Html:
    role = association(repo, user)
    badge = tag("span", role.capitalize(), class_="pill right") if role != "NONE" else Html("")
    head = tag("div", who(user), tag("span", " commented ", ago(at), class_="muted"), badge, class_="head")
    box = tag("div", head, tag("div", render(body), class_="markdown"), _reactions(reactions), class_="box")
    return tag("article", avatar(user), box, id=anchor, class_="bot post" if user.type == "Bot" else "post")


def _reactions(reactions: list[Reaction]) -> Html:
    if not reactions:
        return Html("")
    counts = {content: sum(r.content == content for r in reactions) for content in _EMOJI}
    pills = [tag("span", f"{_EMOJI[c]} {n}", class_="reaction") for c, n in counts.items() if n]
    return tag("div", *pills, class_="reactions")


def _review(repo: Repository, review: Review) -> Html:
    verb, tone = _VERDICTS[review.state]
    line = tag(
        "p",
        avatar(review.user),
        who(review.user),
        f" {verb} ",
        ago(review.submitted_at),
        class_=f"event {tone}",
    )
    if not review.body and not review.comments:
        return line
    anchor = f"pullrequestreview-{review.id}"
    body = _post(repo, review.user, review.body, review.submitted_at, [], anchor) if review.body else Html("")
    return join(line, body, *(_line_comment(comment) for comment in review.comments))


def _line_comment(comment: ReviewComment) -> Html:
    """With the lines that it is about, the last four of its hunk."""
    place = f"{comment.path}:{comment.original_line}" if comment.original_line else comment.path
    outdated = comment.original_line is not None and comment.line is None
    badge = tag("span", "Outdated", class_="pill") if outdated else Html("")
    hunk = [diff.line(text) for text in comment.diff_hunk.split("\n")[-4:]]
    return tag(
        "div",
        tag("div", tag("code", place), " ", badge, class_="head"),
        tag("pre", *hunk, class_="diff"),
        tag("div", who(comment.user), render(comment.body), class_="markdown"),
        _reactions(comment.reactions),
        id=f"discussion_r{comment.id}",
        class_="box line-comment",
    )


def labels_box(site: Site, repo: Repository, issue: Issue) -> Html:
    shown = [label(one) for one in issue.labels] or [tag("span", "None yet", class_="muted")]
    options = [tag("option", value=one.name) for one in repo.labels.values() if not issue.has_label(one.name)]
    known = f"labels-{issue.number}"
    field = tag("input", name="label", list=known, placeholder="agent:fix", required=True, aria_label="Label")
    form = tag(
        "form",
        field,
        tag("datalist", *options, id=known),
        tag("div", choose_user(site), tag("button", "Add label"), class_="row"),
        method="post",
        action=f"/{repo.full_name}/issues/{issue.number}/-/label",
    )
    return tag("section", tag("h3", "Labels"), tag("div", *shown, class_="labels"), form)


def comment_form(site: Site, repo: Repository, issue: Issue) -> Html:
    field = tag(
        "textarea", name="body", rows="4", required=True, placeholder="Add a comment", aria_label="Comment"
    )
    buttons = [tag("button", "Comment", name="do", value="comment", class_="primary")]
    merged = issue.pull is not None and issue.pull.merged_at is not None
    if not merged:
        what = "close" if issue.state == "open" else "reopen"
        noun = "pull request" if issue.pull else "issue"
        close = tag("button", f"{what.capitalize()} {noun}", name="do", value=what, formnovalidate=True)
        buttons.insert(0, close)
    return tag(
        "form",
        field,
        tag("div", choose_user(site), *buttons, class_="row end"),
        method="post",
        action=f"/{repo.full_name}/issues/{issue.number}/-/comment",
        class_="comment box",
    )
