"""GitHub's OpenAPI descriptions as plain JSON Schema, without the prose: a quarter of the size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

Schema = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")
_SCHEMA = ("items", "additionalProperties", "not")
_SCHEMAS = ("properties", "patternProperties")
_CHOICES = ("allOf", "anyOf", "oneOf")
_PLAIN = (
    "$ref", "type", "enum", "const", "format", "required", "pattern", "minLength", "maxLength", "minimum",
    "maximum", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
)  # fmt: skip


def api(described: Mapping[str, Any]) -> dict[str, Any]:
    """`operations` by method and path, and the `schemas` that they refer to."""
    operations: dict[str, Any] = {}
    for path, item in described["paths"].items():
        for method in _METHODS:
            if method in item:
                said = _operation(described, item[method], item.get("parameters", []))
                operations[f"{method.upper()} {path}"] = said
    return {"operations": operations, "schemas": _components(described)}


def webhooks(described: Mapping[str, Any]) -> dict[str, Any]:
    """`events` by name, as in `issues-opened`, and the `schemas` that they refer to."""
    events: dict[str, Any] = {}
    for name, item in (described.get("webhooks") or described["x-webhooks"]).items():
        operation = _operation(described, item["post"], [])
        headers = [given for given in operation["parameters"] if given["in"] == "header"]
        events[name] = {"headers": headers, "body": operation["body"]}
    return {"events": events, "schemas": _components(described)}


def _components(described: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _schema(given) for name, given in described["components"]["schemas"].items()}


def _operation(described: Mapping[str, Any], given: Mapping[str, Any], shared: list[Any]) -> dict[str, Any]:
    body = _found(described, given.get("requestBody"))
    return {
        "parameters": [_parameter(_found(described, one)) for one in (*shared, *given.get("parameters", []))],
        "body": body and {"required": body.get("required", False), "json": _json(body)},
        "answers": {
            status: {"json": _json(answer), "kinds": sorted(answer.get("content", {}))}
            for status, answer in (
                (status, _found(described, one)) for status, one in given.get("responses", {}).items()
            )
        },
    }


def _found(described: Mapping[str, Any], given: Any) -> Any:
    while given is not None and "$ref" in given:
        place: Any = described
        for name in str(given["$ref"]).removeprefix("#/").split("/"):
            place = place[name]
        given = place
    return given


def _parameter(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": given["name"],
        "in": given["in"],
        "required": given.get("required", False),
        "slashes": given.get("x-multi-segment", False),
        "schema": _schema(given.get("schema", {})),
    }


def _json(given: Mapping[str, Any]) -> Schema | None:
    for kind, content in given.get("content", {}).items():
        if kind.partition(";")[0] in ("application/json", "application/scim+json"):
            return _schema(content.get("schema", {}))
    return None


def _schema(said: Any) -> Any:
    if not isinstance(said, dict):
        return said
    given = cast("Schema", said)
    kept: Schema = {key: given[key] for key in _PLAIN if key in given}
    kept |= {key: _schema(given[key]) for key in _SCHEMA if key in given}
    for key in _SCHEMAS:
        if key in given:
            kept[key] = {name: _schema(inner) for name, inner in given[key].items()}
    for key in _CHOICES:
        if key in given:
            # Some of GitHub's alternatives overlap, and its own answers fit more than one.
            kept["anyOf" if key == "oneOf" else key] = [_schema(inner) for inner in given[key]]
    return _or_null(kept) if given.get("nullable") else kept


def _or_null(schema: Schema) -> Schema:
    """OpenAPI 3.0 has a word for it, JSON Schema has a type."""
    if "$ref" in schema or any(key in schema for key in _CHOICES):
        return {"anyOf": [{"type": "null"}, schema]}
    if "type" not in schema:
        return schema
    kinds: list[str] = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    values = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, **values, "type": [*kinds, "null"]}
