"""Ask: a question about the code, answered with the lines that show it."""

from __future__ import annotations

from workflows.engine.nodes import workflow
from workflows.steps.answer import answer
from workflows.steps.question import question
from workflows.steps.tell_failure import tell_failure
from workflows.trigger import Trigger

ask = workflow("ask", Trigger).then(question).then(answer).rescue(tell_failure)
