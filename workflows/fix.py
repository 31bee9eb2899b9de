"""Fix: from an issue to a draft pull request, by way of red and green, and on until people had their say."""

from __future__ import annotations

from workflows.case import Planned, Repairing, Reproducing
from workflows.engine.nodes import unchanged, when, workflow
from workflows.steps import repair, reproduce, witness
from workflows.steps.agree import agree, asks_first
from workflows.steps.changes import Reviewed, changes, wants_more
from workflows.steps.conclude import conclude
from workflows.steps.plan import plan
from workflows.steps.prepare import prepare
from workflows.steps.propose import propose
from workflows.steps.prove import prove
from workflows.steps.tell_failure import tell_failure
from workflows.trigger import Trigger
from workflows.verdicts import Review

fix = (
    workflow("fix", Trigger)
    .then(prepare)
    .then(plan)
    .branch("people_first", when(asks_first, agree), otherwise=unchanged(Planned))
    .map(reproduce.towards_red, Reproducing)
    .dountil(
        reproduce.reproduce,
        until=reproduce.is_red,
        feedback=reproduce.why_not_red,
        limit=reproduce.ATTEMPTS,
    )
    .branch("witness", when(witness.is_wanted, witness.witness), otherwise=unchanged(Reproducing))
    .map(repair.towards_green, Repairing)
    .dountil(
        repair.repair,
        until=repair.is_green,
        feedback=repair.why_not_green,
        limit=repair.ATTEMPTS,
    )
    .then(prove)
    .then(propose)
    .suspend("review", waits_for=Review)
    .branch("more", when(wants_more, changes), otherwise=unchanged(Reviewed))
    .then(conclude)
    .rescue(tell_failure)
    # Release 0.1.0.
    .compatible("0b7dbb705b12455a5b0fcce47756a04333f6b61b4fed1a579a7549e0a7e0396a")
)
