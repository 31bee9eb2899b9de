"""The proof of a run and its change as a diff, read off the journal."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel

from policies.effects import CommitRef, Conclusion
from policies.patch import Patch
from workflows.case import Case, Judged, PlanShown, Proposed, Proven, Shown, Standing
from workflows.engine.entries import Recorded, Row, StepCompleted
from workflows.engine.journal import JournalStore
from workflows.engine.signals import waiting
from workflows.errors import OperatorProblem
from workflows.ports.blobs import Blobs
from workflows.proof.statement import Proof
from workflows.steps.newest_base import BASE_ARCHIVE
from workflows.tree import Tree, unpack

M = TypeVar("M", bound=BaseModel)


_PROPOSES = frozenset({"propose", "push"})
"""The steps that give a `Proposed`, whatever workflow they are part of."""


async def readable(store: JournalStore, run: str) -> list[Row]:
    """Of one that cannot be read, the last row: how it ended is all that most places show of it, and to stop
    one nothing has to be read."""
    try:
        return await store.rows(run)
    except OperatorProblem:
        last, _ = await store.last(run)
        return await store.rows(run, after=last - 1)


async def proof_of(rows: Sequence[Row], blobs: Blobs) -> Proof | None:
    """The last one. What is proposed has the commit in it, which what is only proven has not yet."""
    known = proposal(rows) or judged(rows) or _last(rows, frozenset({"prove"}), Proven)
    return Proof.model_validate_json(await blobs.get(known.proof)) if known and known.proof else None


def proposal(rows: Sequence[Row]) -> Proposed | None:
    """The pull request that a run opened or went on with, as it left it last."""
    return _last(rows, _PROPOSES, Proposed)


def standing(rows: Sequence[Row]) -> Standing | None:
    """What a run proves again: which commit, and on which base."""
    return _last(rows, frozenset({"take_stock"}), Standing)


def judged(rows: Sequence[Row]) -> Judged | None:
    """What came of it."""
    return _last(rows, frozenset({"prove_again"}), Judged)


def shown_test(rows: Sequence[Row]) -> Shown | None:
    """What a run left that was to show a bug, and no more."""
    return _last(rows, frozenset({"show_repro"}), Shown)


def pushed(rows: Sequence[Row]) -> CommitRef | None:
    """The last commit that a run pushed, as soon as it had."""
    for row in reversed(rows):
        match row.entry:
            case Recorded(value={"kind": "PushCommit", "done": dict() as done}):
                return CommitRef.model_validate(done)
            case _:
                pass
    return None


def _last(rows: Sequence[Row], steps: frozenset[str], gives: type[M]) -> M | None:
    for row in reversed(rows):
        match row.entry:
            case StepCompleted(path=path, output=output) if path.rpartition("/")[2] in steps:
                return gives.model_validate(output)
            case _:
                pass
    return None


def shown_plan(rows: Sequence[Row]) -> str | None:
    """The digest of the plan that waits for somebody's opinion; None when none does."""
    if not any(place.endswith("/approval") for place in waiting(rows)):
        return None
    shown = _last(rows, frozenset({"show_plan"}), PlanShown)
    return shown.digest if shown else None


async def diff_of(rows: Sequence[Row], blobs: Blobs) -> str:
    """Of what is proven, with what people changed among the tests beside it, on the base it was seen on."""
    proof, archive = await proof_of(rows, blobs), _archive(rows)
    if proof is None or not archive:
        return ""
    return diff(unpack(await blobs.get(archive)), proof.fix.merged(proof.test).merged(proof.beside))


def why_no_proof(rows: Sequence[Row]) -> str:
    found = judged(rows)
    if found is None:
        over = standing(rows)
        return (
            f"this run had nothing to prove: {over.over}"
            if over and over.over
            else "this run has no proof yet"
        )
    if found.conclusion is Conclusion.FAILURE:
        return f"what this run looked at is not proven: {found.stage}: {found.said}"
    return f"what this run looked at cannot be judged: {found.said}"


def _archive(rows: Sequence[Row]) -> str:
    """The blob with the base as the run saw it last; empty where it has seen none."""
    case, saw = case_of(rows), standing(rows)
    if case is not None or saw is None:
        return case.archive if case else ""
    for row in reversed(rows):
        match row.entry:
            case Recorded(path=path, name=name, value={"digest": str() as digest}) if (
                name == BASE_ARCHIVE and path.endswith("/prove_again")
            ):
                return digest
            case _:
                pass
    return saw.proposed.case.archive


def case_of(rows: Sequence[Row]) -> Case | None:
    """The base may have moved on since the run began."""
    known = proposal(rows) or _last(rows, frozenset({"prove"}), Proven)
    return known.case if known else _last(rows, frozenset({"prepare"}), Case)


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
