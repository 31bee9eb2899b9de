"""The proof of a run and its change as a diff, read off the journal."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from policies.patch import Patch
from workflows.case import Case, Proposed, Proven
from workflows.engine.entries import Row, StepCompleted
from workflows.ports import Blobs
from workflows.proof.statement import Proof
from workflows.tree import Tree, unpack


async def proof_of(rows: Sequence[Row], blobs: Blobs) -> Proof | None:
    """The last one: `propose` adds the commit to what `prove` wrote."""
    digest = ""
    for row in rows:
        match row.entry:
            case StepCompleted(path="fix/prove", output=output):
                digest = Proven.model_validate(output).proof
            case StepCompleted(path="fix/propose", output=output):
                digest = Proposed.model_validate(output).proof
            case _:
                pass
    return Proof.model_validate_json(await blobs.get(digest)) if digest else None


def proposal(rows: Sequence[Row]) -> Proposed | None:
    """The pull request that a run opened."""
    for row in rows:
        match row.entry:
            case StepCompleted(path="fix/propose", output=output):
                return Proposed.model_validate(output)
            case _:
                pass
    return None


async def diff_of(rows: Sequence[Row], blobs: Blobs) -> str:
    proof = await proof_of(rows, blobs)
    case = _case_of(rows)
    if proof is None or case is None:
        return ""
    return diff(unpack(await blobs.get(case.archive)), proof.fix.merged(proof.test))


def _case_of(rows: Sequence[Row]) -> Case | None:
    for row in rows:
        match row.entry:
            case StepCompleted(path="fix/prepare", output=output):
                return Case.model_validate(output)
            case _:
                pass
    return None


def diff(base: Tree, patch: Patch) -> str:
    """As `git diff` shows it, and `git apply` takes it."""
    parts: list[str] = []
    for change in patch.changes:
        old, new = base.text(change.path), change.content
        parts.append(f"diff --git a/{change.path} b/{change.path}\n")
        parts += [
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in difflib.unified_diff(
                _lines(old or ""),
                _lines(new or ""),
                f"a/{change.path}" if old is not None else "/dev/null",
                f"b/{change.path}" if new is not None else "/dev/null",
            )
        ]
    return "".join(parts)


def _lines(text: str) -> list[str]:
    """At newlines only: to git, a form feed ends no line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
