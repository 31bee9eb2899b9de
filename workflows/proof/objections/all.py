"""Of all languages."""

from __future__ import annotations

from workflows.proof.objections import go, java, python, rust, script
from workflows.proof.objections.model import Rule

RULES: tuple[Rule, ...] = (*python.RULES, *script.RULES, *rust.RULES, *java.RULES, *go.RULES)
