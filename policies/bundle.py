"""A set of Cedar rules, checked against the schema before it may answer anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from policies.decision import Decision, Verdict
from policies.effects import ContextValue
from policies.facts import Facts, Permission


class BadRules(Exception):
    """The rules do not parse, or do not fit the schema: nothing may start."""


class Rule(NamedTuple):
    id: str
    says: str
    asks: bool


class Bundle:
    """Rules by file name and the schema, as text; where the text comes from is the caller's business."""

    def __init__(self, rules: Mapping[str, str], schema: str) -> None:
        import cedarpy

        text = "\n".join(rules[name] for name in sorted(rules))
        checked = cedarpy.validate_policies(text, schema)
        if not checked.validation_passed:
            raise BadRules("; ".join(str(error) for error in checked.errors))
        self.digest = hashlib.sha256(f"{schema}\0{text}".encode()).hexdigest()
        self._rules = _rules_by_position(cedarpy.policies_to_json_str(text))
        self._policies = cedarpy.PolicySet.from_str(text)
        self._schema = cedarpy.Schema.from_str(schema)

    def ask(self, action: str, facts: Facts, context: Mapping[str, ContextValue]) -> Decision:
        import cedarpy

        answer = cedarpy.is_authorized(
            {
                "principal": {"type": "Actor", "id": facts.actor},
                "action": {"type": "Action", "id": action},
                "resource": {"type": "Repository", "id": facts.repository},
                "context": dict(context),
            },
            self._policies,
            _entities(facts),
            schema=self._schema,
        )
        spoke = [self._rules[position] for position in answer.diagnostics.reasons]
        # Cedar skips a `forbid` whose condition errors, which would be a yes by accident.
        if answer.diagnostics.errors:
            return Decision(verdict=Verdict.DENY, reasons=tuple(map(str, answer.diagnostics.errors)))
        if answer.allowed:
            verdict = Verdict.ALLOW
        elif spoke and all(rule.asks for rule in spoke):
            verdict = Verdict.ASK
        else:
            verdict = Verdict.DENY
        return Decision(
            verdict=verdict,
            rules=tuple(rule.id for rule in spoke),
            reasons=tuple(rule.says for rule in spoke) or (f"no rule permits {action} here",),
        )


def _rules_by_position(policies: str) -> dict[str, Rule]:
    """Cedar answers `policy0`; people want the name that the author of the rule gave it."""
    parsed: dict[str, Any] = json.loads(policies)["staticPolicies"]
    rules: dict[str, Rule] = {}
    for position, policy in parsed.items():
        notes: dict[str, str] = policy["annotations"]
        if not {"id", "says"} <= notes.keys():
            raise BadRules(f"{notes.get('id', position)}: a rule needs @id and @says")
        rules[position] = Rule(notes["id"], notes["says"], asks=notes.get("decision") == "ask")
    if len({rule.id for rule in rules.values()}) != len(rules):
        raise BadRules("two rules have the same @id")
    return rules


_STRONGEST_FIRST = list(Permission)


def _entities(facts: Facts) -> list[dict[str, Any]]:
    """The actor in its role, each role inside the next weaker one: `in Role::"write"` means write or more."""
    roles = [
        {
            "uid": {"type": "Role", "id": role.value},
            "attrs": {},
            "parents": [{"type": "Role", "id": weaker.value} for weaker in _STRONGEST_FIRST[at + 1 : at + 2]],
        }
        for at, role in enumerate(_STRONGEST_FIRST)
    ]
    actor = {
        "uid": {"type": "Actor", "id": facts.actor},
        "attrs": {"bot": facts.is_bot},
        "parents": [{"type": "Role", "id": facts.permission.value}],
    }
    return [
        actor,
        *roles,
        {"uid": {"type": "Repository", "id": facts.repository}, "attrs": {}, "parents": []},
    ]
