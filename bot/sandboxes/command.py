"""What a command may be made of, checked before any sandbox sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workflows.errors import UserProblem

HOME = "/tmp"  # noqa: S108  (the sandbox's own; not the workspace, whose contents become the patch)
USER = 65532
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TMP_BYTES = 64 * 1024**2
OPEN_FILES = 1024


def checked(argv: Sequence[str], env: Mapping[str, str] | None) -> tuple[list[str], dict[str, str]]:
    """Both as they can be passed to a process; a UserProblem otherwise, for they come from models."""
    given = dict(env or {})
    if not argv or not argv[0]:
        raise UserProblem("There is no command to run.")
    if any(not name or "=" in name for name in given):
        raise UserProblem("A variable's name is empty or contains '='.")
    for text in (*argv, *given, *given.values()):
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise UserProblem("A command cannot contain a NUL character or half of a surrogate pair.")
    return list(argv), given
