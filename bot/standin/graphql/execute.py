"""From a request to an answer in GraphQL's own shape: always 200, and what went wrong is in `errors`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.standin.actions import pulls
from bot.standin.errors import GitHubError
from bot.standin.graphql import things
from bot.standin.graphql.parse import Field, Parser, Unreadable, Value, Variable
from bot.standin.jsontypes import Json, JsonObject
from bot.standin.roles import METADATA
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository

Change = Callable[[Site, Repository, Issue, Pull, User], Awaitable[None]]
_MUTATIONS: dict[str, Change] = {
    "markPullRequestReadyForReview": pulls.make_ready,
    "convertPullRequestToDraft": pulls.make_draft,
}


class Refused(Exception):
    """An error of one field; the others are answered nevertheless."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind, self.message = kind, message


class Wrong(Exception):
    """The request does not fit the schema, so nothing of it is done."""

    def __init__(self, message: str, at: int, **extensions: Json) -> None:
        super().__init__(message)
        self.message, self.at, self.extensions = message, at, extensions


def _place(source: str, at: int) -> Json:
    before = source[:at]
    return [{"line": before.count("\n") + 1, "column": at - (before.rfind("\n") + 1) + 1}]


async def answer(site: Site, by: User, source: str, variables: JsonObject) -> JsonObject:
    try:
        operation = Parser(source).operation()
        for name in operation.variables:
            if name not in variables:
                raise Wrong(f"Variable ${name} was provided invalid value", 0)
        run = _Run(site, by, variables)
        root = "Mutation" if operation.kind == "mutation" else "Query"
        for field in operation.fields:
            _check(root, field)
    except Unreadable as problem:
        return {"errors": [{"message": problem.message, "locations": _place(source, problem.at)}]}
    except Wrong as problem:
        error = {"message": problem.message, "locations": _place(source, problem.at)}
        return {"errors": [{**error, "extensions": problem.extensions}]}
    data: dict[str, Json] = {}
    errors: list[Json] = []
    for field in operation.fields:
        try:
            data[field.alias] = await run.field(root, field)
        except Refused as problem:
            data[field.alias] = None
            path, place = [field.alias], _place(source, field.at)
            errors.append(
                {"type": problem.kind, "path": path, "locations": place, "message": problem.message}
            )
    return {"data": data, **({"errors": errors} if errors else {})}


_ROOTS = {"Query": ("node", "repository", "viewer"), "Mutation": tuple(_MUTATIONS)}
_INNER: Mapping[str, Mapping[str, str]] = {
    "Query": {"node": "Node", "repository": "Repository", "viewer": "User"},
    "Mutation": dict.fromkeys(_MUTATIONS, "Payload"),
    "Payload": {"pullRequest": "PullRequest", "clientMutationId": ""},
    "Repository": {"pullRequest": "PullRequest", "issue": "Issue", "id": "", "nameWithOwner": ""},
    "User": {"login": ""},
    "Node": {"id": "", "__typename": ""},
    "Actor": {"login": "", "url": ""},
}


def _check(kind: str, field: Field) -> None:
    kind = field.on or kind
    if kind in things.FIELDS:
        known = {
            **dict.fromkeys(things.FIELDS[kind], ""),
            "__typename": "",
            "author": "Actor",
            "editor": "Actor",
        }
    else:
        known = {**_INNER.get(kind, {}), "__typename": ""}
    if field.name not in known:
        message = f"Field '{field.name}' doesn't exist on type '{kind}'"
        raise Wrong(message, field.at, code="undefinedField", typeName=kind, fieldName=field.name)
    inner = known[field.name]
    if bool(inner) != bool(field.fields):
        message = f"Field '{field.name}' " + ("must have selections" if inner else "can't have selections")
        raise Wrong(message, field.at, code="selectionMismatch", nodeName=field.name)
    for one in field.fields:
        _check(inner, one)


class _Run:
    def __init__(self, site: Site, by: User, variables: JsonObject) -> None:
        self._site, self._by, self._variables = site, by, variables

    def _value(self, given: Value) -> Json:
        if isinstance(given, Variable):
            return self._variables.get(given.name)
        if isinstance(given, dict):
            return {name: self._value(value) for name, value in given.items()}
        return given  # pyright: ignore[reportReturnType]

    async def field(self, root: str, field: Field) -> Json:
        arguments = {name: self._value(value) for name, value in field.arguments.items()}
        if root == "Mutation":
            return await self._mutate(field, arguments.get("input"))
        if field.name == "viewer":
            return {one.alias: self._by.login for one in field.fields}
        if field.name == "repository":
            return self._repository(field, arguments)
        node = arguments.get("id")
        return self._thing(field, *self._find(node))

    def _find(self, node: Json) -> tuple[Repository, Issue]:
        found = things.find(self._site, node) if isinstance(node, str) else None
        if found is None or not self._sees(found[0]):
            raise Refused("NOT_FOUND", f"Could not resolve to a node with the global id of '{node}'")
        return found

    def _sees(self, repo: Repository) -> bool:
        try:
            self._site.require(repo, self._by, METADATA)
        except GitHubError:
            return False
        return True

    async def _mutate(self, field: Field, given: Json) -> Json:
        asked: JsonObject = given if isinstance(given, Mapping) else {}
        repo, issue = self._find(asked.get("pullRequestId"))
        if issue.pull is None:
            raise Refused("NOT_FOUND", "Could not resolve to a PullRequest with that id.")
        try:
            await _MUTATIONS[field.name](self._site, repo, issue, issue.pull, self._by)
        except GitHubError as problem:
            kind = "FORBIDDEN" if problem.status in (401, 403, 404) else "UNPROCESSABLE"
            raise Refused(kind, problem.message) from problem
        shape: dict[str, Json] = {}
        for one in field.fields:
            is_pull = one.name == "pullRequest"
            shape[one.alias] = self._thing(one, repo, issue) if is_pull else asked.get("clientMutationId")
        return shape

    def _repository(self, field: Field, arguments: Mapping[str, Json]) -> Json:
        name = f"{arguments.get('owner')}/{arguments.get('name')}"
        repo = self._site.world.repositories.get(name.lower())
        if repo is None or not self._sees(repo):
            raise Refused("NOT_FOUND", f"Could not resolve to a Repository with the name '{name}'.")
        shape: dict[str, Json] = {}
        for one in field.fields:
            number = self._value(one.arguments.get("number"))
            if one.name == "nameWithOwner":
                shape[one.alias] = repo.full_name
            elif one.fields:
                issue = repo.issues.get(number) if isinstance(number, int) else None
                if issue is None or (one.name == "pullRequest") != (issue.pull is not None):
                    what = "PullRequest" if one.name == "pullRequest" else "Issue"
                    raise Refused("NOT_FOUND", f"Could not resolve to {what} with the number of {number}.")
                shape[one.alias] = self._thing(one, repo, issue)
            else:
                shape[one.alias] = things.repository_id(repo)
        return shape

    def _thing(self, field: Field, repo: Repository, issue: Issue) -> Json:
        kind, whole = things.kind_of(issue), things.shape(self._site, repo, issue)
        shape: dict[str, Json] = {}
        for one in field.fields:
            if one.name == "__typename":
                shape[one.alias] = kind
            elif one.on in (None, kind):
                value = whole[one.name]
                if one.fields and isinstance(value, Mapping):
                    value = {inner.alias: value.get(inner.name) for inner in one.fields}
                shape[one.alias] = value
        return shape
