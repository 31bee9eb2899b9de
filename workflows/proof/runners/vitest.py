"""vitest, with tests in processes of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workflows.proof.runners.javascript_tool import Tool
from workflows.proof.runners.port import Ask

_COMMANDS = frozenset({"run", "watch", "dev"})
# It reads the rest itself, and what is ours goes before it: these only need not be shown.
_OURS = re.compile(r"--(?:no-)?(?:coverage|watch|ui|open|update|silent)\b.*|-[wu]", re.DOTALL)


class Vitest(Tool):
    name = "vitest"
    shown = ("npx", "vitest", "run")

    def arguments(self, said: Sequence[str], ask: Ask) -> Sequence[str]:  # noqa: ARG002
        words = said[1:] if said and said[0] in _COMMANDS else said
        return [word for word in words if not _OURS.fullmatch(word)]
