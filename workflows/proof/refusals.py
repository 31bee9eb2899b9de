"""What is refused by reading alone: a test that looks at the wrong things, a fix that cheats."""

from __future__ import annotations

from collections.abc import Sequence

from policies.patch import Patch
from workflows.code.languages import language_of
from workflows.proof.assertions import ASSERTS_NOTHING, empty
from workflows.proof.finding import Finding
from workflows.proof.green import NotGreen
from workflows.proof.leaning import leaning
from workflows.proof.literals import special_cased
from workflows.proof.red import NotRed
from workflows.proof.suite import Suite
from workflows.proof.tampering import tampering
from workflows.tree import Tree

MOST = 5


def test_refusal(test: Patch, tree: Tree, suite: Suite) -> NotRed | None:
    code = frozenset(path for path in tree.files if not suite.is_of_tests(path))
    for change in test.changes:
        language = language_of(change.path)
        if language is None or change.content is None:
            continue
        before = tree.text(change.path)
        shown = empty(change.path, change.content, before, language)
        # A crash needs no assertion to be seen; what neither asserts nor crashes passes, and so is refused.
        found = tuple(one for one in shown if one.what != ASSERTS_NOTHING)
        if found:
            return NotRed(reason="the test shows nothing", feedback=_said(found))
        found = leaning(change.path, change.content, before, language, code)
        if found:
            return NotRed(reason="the test leans on something else than the code", feedback=_said(found))
    return None


def fix_refusal(before: Tree, fix: Patch, test: Patch) -> NotGreen | None:
    found = tampering(before, fix)
    if found:
        return NotGreen(reason="the fix does what no fix does", feedback=_said(found))
    special = special_cased(before, fix, test)
    if special:
        return NotGreen(reason="the fix knows the test", feedback=_said(special))
    return None


def _said(found: Sequence[Finding]) -> str:
    more = f"\n… and {len(found) - MOST} more" if len(found) > MOST else ""
    return "\n".join(str(one) for one in found[:MOST]) + more
