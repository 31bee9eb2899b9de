"""Reverify: a pull request of ours that somebody pushed to, or whose base has moved, is proved again.

No model has a say, and nothing in the pull request is changed: what is seen is a check beside its commit.
"""

from __future__ import annotations

from workflows.case import Judged, Standing
from workflows.engine.nodes import unchanged, when, workflow
from workflows.steps.prove_again import prove_again
from workflows.steps.show_check import show_begun, show_unproved, show_verdict
from workflows.steps.take_stock import is_open, nothing_to_prove, take_stock
from workflows.trigger import Trigger

_again = (
    workflow("again", Standing).then(show_begun).then(prove_again).then(show_verdict).rescue(show_unproved)
)

reverify = (
    workflow("reverify", Trigger)
    .then(take_stock)
    .branch(
        "state",
        when(is_open, _again),
        otherwise=unchanged(Standing, "over").map(nothing_to_prove, Judged),
    )
)
