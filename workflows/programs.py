"""A command in a project's folder, its programs looked for where set-up left them, before the image's own."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from workflows.ports.sandbox import WORKSPACE


def finding(programs: Sequence[str], argv: Sequence[str], folder: str = "") -> Sequence[str]:
    """`programs` are folders, from the workspace on; so is the folder that it runs in."""
    if not programs and not folder:
        return argv
    there = posixpath.join(WORKSPACE, folder)
    path = ":".join(posixpath.join(WORKSPACE, place) for place in programs)
    go = 'cd -- "$0" && PATH="$1$PATH" && export PATH && shift && exec "$@"'
    return ["sh", "-c", go, there, f"{path}:" if path else "", *argv]
