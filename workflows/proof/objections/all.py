"""Of all languages."""

from __future__ import annotations

from functools import lru_cache

from workflows.code.languages import Language
from workflows.proof.objections import go, java, python, rust, script
from workflows.proof.objections.model import Rule

RULES: tuple[Rule, ...] = (*python.RULES, *script.RULES, *rust.RULES, *java.RULES, *go.RULES)


@lru_cache(maxsize=4_096)
def rules_about(first: str, language: Language) -> tuple[Rule, ...]:
    """Those that name something that begins with this: of the names of a file few do."""
    return tuple(
        rule
        for rule in RULES
        if language in rule.languages and any(name.partition(".")[0] == first for name in rule.names)
    )
