"""Which page is where: as on GitHub, with our own below `/-/`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.standin.errors import GitHubError, not_found
from bot.standin.page import forms, views
from bot.standin.page.html import tag
from bot.standin.page.layout import page
from bot.standin.site import Site

View = Callable[[Site, Request], Awaitable[Response]]


async def _missing(_site: Site, _request: Request) -> Response:
    raise not_found()


_REPO = "/{owner}/{repo}"
_PULL = _REPO + "/pull/{number:int}"
_VIEWS: tuple[tuple[str, View], ...] = (
    ("/", views.index),
    ("/-/style.css", views.style),
    ("/-/deliveries", views.delivery_list),
    (_REPO, views.issue_list),
    (_REPO + "/issues", views.issue_list),
    (_REPO + "/issues/{number:int}", views.issue_page),
    (_REPO + "/pulls", views.pull_list),
    (_PULL, views.pull_page),
    (_PULL + ".diff", views.pull_text),
    (_PULL + ".patch", views.pull_text),
)
_FORMS: tuple[tuple[str, View], ...] = (
    (_REPO + "/issues/-/new", forms.new_issue),
    (_REPO + "/issues/{number:int}/-/label", forms.add_label),
    (_REPO + "/issues/{number:int}/-/comment", forms.comment),
    (_REPO + "/issues/{number:int}/-/assign", forms.assign),
    (_PULL + "/-/act", forms.act_on_pull),
    (_PULL + "/-/check", forms.check),
    ("/-/deliveries/{delivery_id:int}/redeliver", forms.redeliver),
)


def page_routes(site: Site) -> list[Route]:
    return [
        *(Route(path, _shown(site, view)) for path, view in _VIEWS),
        *(Route(path, _shown(site, view), methods=["POST"]) for path, view in _FORMS),
        Route("/{rest:path}", _shown(site, _missing), methods=["GET", "POST"]),
    ]


def _shown(site: Site, view: View) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await view(site, request)
        except GitHubError as error:
            said = [tag("h2", str(error.status)), tag("p", error.message)]
            said += [
                tag("p", e if isinstance(e, str) else e.get("message", e.get("code", "")))
                for e in error.errors
            ]
            return page(error.message, tag("div", *said, class_="box blank"), status=error.status)

    return answer
