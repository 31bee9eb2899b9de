"""Review: remarks on the lines of somebody's pull request. It neither approves nor blocks."""

from __future__ import annotations

from workflows.engine.nodes import workflow
from workflows.steps.question import question
from workflows.steps.remark import remark
from workflows.steps.tell_failure import tell_failure
from workflows.trigger import Trigger

review = workflow("review", Trigger).then(question).then(remark).rescue(tell_failure)
