"""Files in and out of a sandbox by way of commands inside it.

The host opens nothing of an untrusted tree, and an engine's own copy commands fail on a read-only root.
A symbolic link is never followed: what is asked for by one name must not be read or written under another.
"""

from __future__ import annotations

import io
import shlex
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Protocol, TypeVar

from bot.sandboxes.output import Ran
from workflows.errors import Gone, SandboxBroken, UserProblem
from workflows.ports.sandbox import WORKSPACE

T = TypeVar("T")

PLACES = (PurePosixPath(WORKSPACE), PurePosixPath("/tmp"))  # noqa: S108  (the sandbox's own, a tmpfs)
SECONDS = 120.0
_NO_PLAIN_FILE = 44
_LINKED = 45
_BATCH = 500
"""Paths travel as arguments, whose total size the kernel bounds."""

_NOLINK = 'nolink() { d=$1; while [ -n "$d" ]; do [ ! -L "$d" ] || return 1; d=${d%/*}; done; }\n'

_READ = f"""{_NOLINK}
nolink "$1" && [ -f "$1" ] && [ -r "$1" ] || exit {_NO_PLAIN_FILE}
exec head -c "$2" "$1"
"""

# Executable files stay executable: a patch must not change modes that nobody asked to change.
_WRITE = f"""{_NOLINK}
umask 022
n=$#
for p in "$@"; do
    nolink "$p" || {{ echo "$p" >&2; exit {_LINKED}; }}
    if [ -f "$p" ] && [ -x "$p" ]; then set -- "$@" "$p"; fi
done
shift "$n"
tar -x -m -f - -C / || exit 1
[ $# = 0 ] || exec chmod a+x "$@"
"""

_REMOVE = f"""{_NOLINK}
for p in "$@"; do nolink "${{p%/*}}" || {{ echo "$p" >&2; exit {_LINKED}; }}; done
exec rm -rf "$@"
"""


class Run(Protocol):
    async def __call__(
        self, argv: Sequence[str], *, timeout: float, stdin: bytes = b"", keep: int | None = None
    ) -> Ran: ...


def locate(path: str) -> str:
    """The absolute path that is meant, below the workspace or /tmp; anything else is a UserProblem."""
    pure = PurePosixPath(WORKSPACE, path)
    if not path or not path.isprintable() or ".." in pure.parts:
        raise UserProblem(f"{path!r} is not a path that a sandbox takes: no '..', no control characters.")
    if not any(place in pure.parents for place in PLACES):
        raise UserProblem(f"{path!r} is outside the sandbox's workspace.")
    # A leading double slash is kept by pathlib, as POSIX allows.
    return "/" + str(pure).lstrip("/")


async def read(run: Run, path: str, limit: int) -> bytes:
    where = locate(path)
    ran = await run(["sh", "-c", _READ, "sh", where, str(limit + 1)], timeout=SECONDS, keep=limit + 1)
    if ran.code != 0:
        _expect(ran, f"reading {path}", {_NO_PLAIN_FILE: Gone(f"There is no plain file {path}.")})
    if ran.stdout.seen > limit:
        raise UserProblem(f"{path} is larger than {limit} bytes.")
    return ran.stdout.raw()


async def write(run: Run, files: Mapping[str, bytes]) -> None:
    located = [(locate(path), content) for path, content in files.items()]
    for batch in _batches(located):
        argv = ["sh", "-c", _WRITE, "sh", *(where for where, _ in batch)]
        ran = await run(argv, timeout=SECONDS, stdin=_tar(batch))
        if ran.code != 0:
            _expect(ran, "writing files", {})


async def remove(run: Run, paths: Sequence[str]) -> None:
    for batch in _batches([locate(path) for path in paths]):
        ran = await run(["sh", "-c", _REMOVE, "sh", *batch], timeout=SECONDS)
        if ran.code != 0:
            _expect(ran, f"removing {shlex.join(batch[:3])}", {})


def _expect(ran: Ran, doing: str, known: Mapping[int, Exception]) -> None:
    """What a failure of one of the scripts above means."""
    if ran.code is not None and ran.code in known:
        raise known[ran.code]
    said = ran.stderr.text().strip()
    if ran.timed_out or ran.code in {126, 127, 137}:
        raise SandboxBroken(f"The sandbox failed at {doing} (code {ran.code}): {said[-500:]}")
    if ran.code == _LINKED:
        raise UserProblem(f"{said[-500:]} is reached through a symbolic link, which is not followed.")
    raise UserProblem(f"The sandbox refused {doing}: {said[-500:]}")


def _tar(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    # The GNU format is what a busybox inside reads too, long names included.
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for where, content in files:
            info = tarfile.TarInfo(where.lstrip("/"))
            info.size, info.mode = len(content), 0o644
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def _batches(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[at : at + _BATCH] for at in range(0, len(items), _BATCH))
