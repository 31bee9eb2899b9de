"""Revise: changes to a pull request whose run has ended, on the same branch and with a fresh proof."""

from __future__ import annotations

from workflows.engine.nodes import workflow
from workflows.steps.changes import changes
from workflows.steps.conclude import conclude
from workflows.steps.recall import recall
from workflows.steps.tell_failure import tell_failure
from workflows.trigger import Trigger

revise = workflow("revise", Trigger).then(recall).then(changes).then(conclude).rescue(tell_failure)
