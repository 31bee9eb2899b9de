"""Repro: a test that fails for the reason in the issue, and no fix."""

from __future__ import annotations

from workflows.case import Reproducing
from workflows.engine.nodes import workflow
from workflows.steps import reproduce
from workflows.steps.plan import plan
from workflows.steps.prepare import prepare
from workflows.steps.show_repro import show_repro
from workflows.steps.tell_failure import tell_failure
from workflows.trigger import Trigger

repro = (
    workflow("repro", Trigger)
    .then(prepare)
    .then(plan)
    .map(reproduce.towards_red, Reproducing)
    .dountil(
        reproduce.reproduce,
        until=reproduce.is_red,
        feedback=reproduce.why_not_red,
        limit=reproduce.ATTEMPTS,
    )
    .then(show_repro)
    .rescue(tell_failure)
)
