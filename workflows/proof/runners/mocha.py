"""mocha, which runs tests in its own process: that it ended in order is part of its report."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.proof.results import TestResult
from workflows.proof.runners.javascript_tool import Tool
from workflows.proof.runners.reading import went_wrong


class Mocha(Tool):
    name = "mocha"
    shown = ("npx", "mocha")

    def agree(self, code: int, tests: Sequence[TestResult]) -> bool:
        """It ends with how many failed, as far as that can be said."""
        return (code != 0) == went_wrong(tests)
