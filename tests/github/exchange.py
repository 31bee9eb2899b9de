"""One request and its answer, held against GitHub's description of its API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from bot.github.client import AGENT
from tests.github import published
from tests.github.description import Api, Operation, short

PREFIX = "/api/v3"
"""Where a GitHub of one's own has its API."""

# They may come from any operation, and GitHub names them for few.
_ANYWHERE = frozenset(
    {"304", "400", "401", "403", "404", "406", "413", "415", "422", "429", "500", "502", "503"}
)
_ERRORS = ("basic-error", "validation-error", "validation-error-simple")
_ANY_ERROR = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in _ERRORS]}
# What GitHub says in every error, and its description only in some.
_IN_ERRORS = frozenset({"/status", "/documentation_url"})


@dataclass(frozen=True)
class Exchange:
    method: str
    path: str
    """As it was sent, still quoted."""
    query: str
    headers: Mapping[str, str]
    body: bytes | None
    """None when nobody read it."""
    status: int
    answer_headers: Mapping[str, str]
    answer: bytes

    @property
    def version(self) -> str:
        return self.headers.get("x-github-api-version", published.OLDEST)

    @property
    def is_ours(self) -> bool:
        """Of the program itself, and not of a test that plays somebody else."""
        return self.headers.get("user-agent", "").startswith(AGENT)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def segments(self) -> Sequence[str]:
        return [unquote(part) for part in self.path.removeprefix(PREFIX).split("/")[1:]]


def findings(api: Api, seen: Exchange) -> Iterator[str]:
    operation = api.operation("GET" if seen.method == "HEAD" else seen.method, seen.segments)
    if operation is None:
        # What does not exist is not there, as it should be; to find more than that would be an invention.
        if seen.status != 404 or seen.is_ours:
            yield f"{seen.name}: GitHub has no such operation, and it was answered {seen.status}"
        return
    named = f"{operation.name} ({seen.name}, answered {seen.status})"
    # A request that was refused has been judged, and tests of refusals send many. What we ask GitHub for
    # ourselves is in order even where it says no: another one, or a later one, may say why not.
    if seen.status < 400 or seen.is_ours:
        yield from (f"{named}: request: {said}" for said in _request(api, operation, seen))
    if seen.is_ours:
        yield from (f"{named}: request: {said}" for said in _headers(seen))
    yield from (f"{named}: answer: {said}" for said in _answer(api, operation, seen))


def _request(api: Api, operation: Operation, seen: Exchange) -> Iterator[str]:
    for name, text in operation.path.items():
        yield from _parameter(api, operation, "path", name, [text])
    given: dict[str, list[str]] = {}
    for name, text in parse_qsl(seen.query, keep_blank_values=True):
        given.setdefault(name, []).append(text)
    for name, texts in given.items():
        yield from _parameter(api, operation, "query", name.removesuffix("[]"), texts)
    for parameter in operation.said["parameters"]:
        if parameter["in"] == "query" and parameter["required"] and parameter["name"] not in given:
            yield f"the query lacks {parameter['name']}"
    if seen.body is not None:
        yield from _body(api, operation, seen.body)


def _headers(seen: Exchange) -> Iterator[str]:
    """As GitHub's documentation sends them; few of them are in its description."""
    given = seen.headers
    if not given.get("authorization", "").startswith("Bearer "):
        yield "it is not by a bearer token"
    if not given.get("accept", "").startswith("application/vnd.github"):
        yield f"it accepts {given.get('accept', 'anything')}"
    kind = given.get("content-type", "")
    if kind != ("application/json" if given.get("content-length", "0") != "0" else ""):
        yield f"its body is {kind or 'of no type'}"


def _parameter(api: Api, operation: Operation, where: str, name: str, texts: Sequence[str]) -> Iterator[str]:
    for parameter in operation.said["parameters"]:
        if parameter["in"] == where and parameter["name"] == name:
            value = _typed(parameter["schema"], texts)
            return (yield from (f"{where} {name}{said}" for said in api.wrong(parameter["schema"], value)))
    yield f"GitHub knows no such {where} parameter: {name}"


def _typed(schema: Mapping[str, Any], texts: Sequence[str]) -> Any:
    """A parameter is text; what its type is can only be told by who reads it."""
    kind = schema.get("type")
    if kind == "array":
        return [_typed(schema["items"], [part]) for text in texts for part in text.split(",")]
    text = texts[-1]
    if kind in ("integer", "number") and text.lstrip("-").isdigit():
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _body(api: Api, operation: Operation, raw: bytes) -> Iterator[str]:
    described = operation.said["body"]
    if described is None:
        # Some clients send an empty object with every POST, and GitHub takes it.
        if raw not in (b"", b"{}"):
            yield f"a body where there is none: {short(raw.decode(errors='replace'))}"
        return
    if not raw:
        if described["required"]:
            yield "the body is missing"
        return
    if described["json"] is not None:
        yield from api.wrong(described["json"], json.loads(raw))


def _answer(api: Api, operation: Operation, seen: Exchange) -> Iterator[str]:
    status = str(seen.status)
    described = operation.said["answers"].get(status)
    if described is None and status not in _ANYWHERE:
        yield f"GitHub never answers {status} here, but {', '.join(operation.said['answers'])}"
        return
    if seen.status in (301, 302, 307) and "location" not in seen.answer_headers:
        yield "it leads nowhere: there is no Location"
    if seen.status in (204, 304) or seen.method == "HEAD":
        if seen.answer:
            yield f"a body where there can be none: {short(seen.answer.decode(errors='replace'))}"
        return
    schema = described["json"] if described is not None else None
    if seen.status >= 400:
        schema = schema or _ANY_ERROR
    if schema is None:
        if seen.answer and described is not None and not described["kinds"]:
            yield from _nothing(seen)
        return
    yield from _json(api, schema, seen)


def _nothing(seen: Exchange) -> Iterator[str]:
    # Redirects and acceptances often carry a word or an empty object.
    if seen.answer != b"{}" and seen.status not in (301, 302, 307):
        yield f"a body where GitHub describes none: {short(seen.answer.decode(errors='replace'))}"


def _json(api: Api, schema: Mapping[str, Any], seen: Exchange) -> Iterator[str]:
    kind = seen.answer_headers.get("content-type", "").partition(";")[0]
    if kind != "application/json":
        if not _asked_for_another(seen.headers.get("accept", "")):
            yield f"it is {kind or 'of no type'}, where JSON was asked for"
        return
    try:
        value = json.loads(seen.answer)
    except ValueError as error:
        yield f"it is no JSON: {error}"
        return
    for said in api.wrong(schema, value):
        if seen.status < 400 or said.partition(":")[0] not in _IN_ERRORS:
            yield said


def _asked_for_another(accept: str) -> bool:
    return any(f".{kind}" in accept for kind in ("diff", "patch", "raw", "html", "sha", "text", "star"))
