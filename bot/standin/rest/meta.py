"""What the API says of itself, to anyone."""

from __future__ import annotations

from starlette.responses import PlainTextResponse, Response

from bot.standin.jsontypes import Json
from bot.standin.rest.answers import json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.rest.versions import NEWEST, OLDEST
from bot.standin.urls import ENTERPRISE_VERSION

ZEN = "Keep it logically awesome."


async def get_meta(call: Call) -> Response:
    meta: dict[str, Json] = {"verifiable_password_authentication": False}
    if call.urls.prefix:
        meta["installed_version"] = ENTERPRISE_VERSION
    return json_response(meta)


async def get_versions(_: Call) -> Response:
    return json_response([NEWEST, OLDEST])


async def get_zen(_: Call) -> Response:
    return PlainTextResponse(ZEN)


async def get_root(call: Call) -> Response:
    """The table of contents. Much of it is nowhere to be found here."""
    return json_response({name: f"{call.urls.api}{path}" for name, path in _CONTENTS.items()})


_PAGED = "{&page,per_page,sort,order}"
_CONTENTS = {
    "current_user_url": "/user",
    "current_user_authorizations_html_url": "/settings/connections/applications{/client_id}",
    "authorizations_url": "/authorizations",
    "code_search_url": "/search/code?q={query}" + _PAGED,
    "commit_search_url": "/search/commits?q={query}" + _PAGED,
    "emails_url": "/user/emails",
    "emojis_url": "/emojis",
    "events_url": "/events",
    "feeds_url": "/feeds",
    "followers_url": "/user/followers",
    "following_url": "/user/following{/target}",
    "gists_url": "/gists{/gist_id}",
    "issue_search_url": "/search/issues?q={query}" + _PAGED,
    "issues_url": "/issues",
    "keys_url": "/user/keys",
    "label_search_url": "/search/labels?q={query}&repository_id={repository_id}{&page,per_page}",
    "notifications_url": "/notifications",
    "organization_url": "/orgs/{org}",
    "organization_repositories_url": "/orgs/{org}/repos{?type,page,per_page,sort}",
    "organization_teams_url": "/orgs/{org}/teams",
    "public_gists_url": "/gists/public",
    "rate_limit_url": "/rate_limit",
    "repository_url": "/repos/{owner}/{repo}",
    "repository_search_url": "/search/repositories?q={query}" + _PAGED,
    "current_user_repositories_url": "/user/repos{?type,page,per_page,sort}",
    "starred_url": "/user/starred{/owner}{/repo}",
    "starred_gists_url": "/gists/starred",
    "user_url": "/users/{user}",
    "user_organizations_url": "/user/orgs",
    "user_repositories_url": "/users/{user}/repos{?type,page,per_page,sort}",
    "user_search_url": "/search/users?q={query}" + _PAGED,
}
ENDPOINTS = (
    Endpoint("GET", "/meta", get_meta, "meta/meta#get-github-meta-information", by="anyone"),
    Endpoint("GET", "/versions", get_versions, "meta/meta#get-all-api-versions", by="anyone"),
    Endpoint("GET", "/zen", get_zen, "meta/meta#get-the-zen-of-github", by="anyone"),
)
ROOT = Endpoint("GET", "/", get_root, "meta/meta#github-api-root", by="anyone")
"""Only below the prefix: the other root is a page for people."""
