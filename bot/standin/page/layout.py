"""The frame around every page, and the small pieces that several pages share."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources

from starlette.responses import HTMLResponse, Response

from bot.standin.page.html import Html, join, link, tag
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Repository
from bot.standin.world.talk import Label

# No script runs here, whatever a comment manages to smuggle in.
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"  # noqa: E501


def stylesheet() -> Response:
    css = resources.files("bot.standin.page").joinpath("style.css").read_text()
    return Response(css, media_type="text/css")


def page(
    title: str, *body: str, repo: Repository | None = None, at: str = "", status: int = 200
) -> HTMLResponse:
    document = tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("title", f"{title} · stand-in GitHub"),
            tag("link", rel="stylesheet", href="/-/style.css"),
        ),
        tag("body", _header(repo, at), tag("main", *body)),
        lang="en",
    )
    return HTMLResponse(
        "<!doctype html>" + document,
        status,
        headers={"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"},
    )


def _header(repo: Repository | None, at: str) -> Html:
    rows = [
        tag(
            "div",
            link("/", "stand-in GitHub", class_="brand"),
            tag("nav", link("/", "Repositories"), link("/-/deliveries", "Deliveries")),
            class_="bar",
        )
    ]
    if repo is not None:
        home = f"/{repo.full_name}"
        open_issues = sum(i.pull is None and i.state == "open" for i in repo.issues.values())
        tabs = [
            _tab(f"{home}/issues", "Issues", open_issues, at == "issues"),
            _tab(f"{home}/pulls", "Pull requests", len(repo.open_pulls()), at == "pulls"),
        ]
        name = join(link(home, repo.owner.login), tag("span", " / ", class_="muted"), link(home, repo.name))
        badge = tag("span", "Private" if repo.private else "Public", class_="pill")
        rows += [tag("div", tag("h1", name, " ", badge), class_="repo"), tag("nav", *tabs, class_="tabs")]
    return tag("header", *rows)


def _tab(target: str, name: str, count: int, here: bool) -> Html:
    return link(
        target, name, " ", tag("span", str(count), class_="count"), class_="tab here" if here else "tab"
    )


def avatar(user: User) -> Html:
    """The initial in a colour of its own; nothing is fetched from elsewhere."""
    return tag("span", user.login[0].upper(), class_=f"avatar hue{user.id % 6}", aria_hidden="true")


def who(user: User) -> Html:
    bot = tag("span", "bot", class_="pill") if user.type == "Bot" else Html("")
    return join(tag("strong", user.login.removesuffix("[bot]")), " " if bot else "", bot)


def label(given: Label) -> Html:
    return tag(
        "span",
        given.name,
        class_=f"label {'agent' if given.name.startswith('agent:') else _tone(given.color)}",
    )


def _tone(color: str) -> str:
    """One of a few classes instead of the exact colour: the policy above allows no style attributes."""
    try:
        red, green, blue = (int(color[at : at + 2], 16) for at in (0, 2, 4))
    except ValueError:
        return "grey"
    if max(red, green, blue) - min(red, green, blue) < 32:
        return "grey"
    strongest = max(red, green, blue)
    return "red" if strongest == red else "green" if strongest == green else "blue"


def state_badge(issue: Issue) -> Html:
    pull = issue.pull
    if pull is not None and pull.merged_at is not None:
        return tag("span", "⇋ Merged", class_="state merged")
    if issue.state == "closed":
        done = pull is None and issue.state_reason == "completed"
        return tag(
            "span", "✓ Closed" if done else "⊘ Closed", class_="state merged" if done else "state closed"
        )
    if pull is not None and pull.draft:
        return tag("span", "◌ Draft", class_="state draft")
    return tag("span", "⇋ Open" if pull else "◉ Open", class_="state open")


def ago(moment: datetime) -> Html:
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            words = f"{count} {name}{'s' if count > 1 else ''} ago"
            break
    else:
        words = "just now"
    return tag("time", words, datetime=moment.isoformat(), title=moment.strftime("%Y-%m-%d %H:%M:%S UTC"))


def choose_user(site: Site) -> Html:
    people = [user for user in site.world.users.values() if user.type == "User"]
    options = [tag("option", user.login, value=user.login) for user in people]
    return tag("label", "as ", tag("select", *options, name="as"), class_="as")
