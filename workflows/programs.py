"""A command whose programs are looked for where a project's set-up left them, before the image's own."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from workflows.ports import WORKSPACE


def finding(programs: Sequence[str], argv: Sequence[str]) -> Sequence[str]:
    """`programs` are folders, from the workspace on."""
    if not programs:
        return argv
    path = ":".join(posixpath.join(WORKSPACE, folder) for folder in programs)
    return ["sh", "-c", 'PATH="$0:$PATH" && export PATH && exec "$@"', path, *argv]
