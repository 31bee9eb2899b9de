"""The way to GraphQL: at the root as on api.github.com, and at /api/graphql as on a GitHub of one's own."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from bot.standin.errors import GitHubError
from bot.standin.graphql.execute import answer
from bot.standin.rest.answers import json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint


async def graphql(call: Call) -> Response:
    given = await call.json()
    if not isinstance(given, Mapping):
        raise GitHubError(400, "Problems parsing JSON")
    source, variables = given.get("query"), given.get("variables")
    if not isinstance(source, str) or not source.strip():
        return json_response(
            {"errors": [{"message": "A query attribute must be specified and must be a string."}]}
        )
    shown = await answer(call.site, call.user, source, variables if isinstance(variables, Mapping) else {})
    return json_response(shown)


_DOCS = "graphql"
ENDPOINTS = (
    Endpoint("POST", "/graphql", graphql, _DOCS),
    Endpoint("POST", "/api/graphql", graphql, _DOCS),
)
