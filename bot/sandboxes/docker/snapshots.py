"""Snapshots of a workspace, kept where commands cannot change them: a file of the keeper's, in the container.

Commands cannot write there, and the keeper cannot read the workspace. So the one packs what the other keeps,
at a time when nothing else lives in the container.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets

from bot.sandboxes.command import HOME
from bot.sandboxes.docker import execs
from bot.sandboxes.docker.engine import Engine
from bot.sandboxes.docker.shell import KEEPER, PLACE
from bot.sandboxes.inout import SECONDS, Run
from bot.sandboxes.output import Ran
from workflows.errors import Gone, SandboxBroken, Unreachable, UserProblem
from workflows.ports.sandbox import WORKSPACE
from workflows.printed import Collector

_NAME = re.compile(r"[0-9a-f]{16}")
_NO_SNAPSHOT = 44
_LEFT = 45
_SHELL = f"{PLACE}/bin/sh"
_TOOLS = f"PATH={PLACE}/bin; cd {PLACE} || exit\n"

_KEEP = f'{_TOOLS}mkfifo -m 0622 "$1.in" && exec <"$1.in" && rm "$1.in" && cat >"$1"'
# A pipe is there for a moment before it has its permissions.
_PACK = f'{_TOOLS}until [ -p "$1.in" ] && [ -w "$1.in" ]; do :; done; exec tar -cf "$1.in" -C {WORKSPACE} .'
_FORGET = f'{_TOOLS}rm -f "$1" "$1.in"'

# The places themselves stay, for they are mounts. What is in a directory without permissions may stay, too,
# at the first time.
_RESTORE = f"""{_TOOLS}
[ -f "$1" ] || exit {_NO_SNAPSHOT}
places="{WORKSPACE} {HOME} /dev/shm"
rm -rf $places 2>/dev/null
for place in $places; do
    chmod u+rwx $place 2>/dev/null
    set -- "$1" $place/* $place/.[!.]* $place/..?*
    for left in "$@"; do
        if [ "$left" != "$1" ] && {{ [ -e "$left" ] || [ -L "$left" ]; }}; then
            chmod -R u+rwx $place
            rm -rf $place
            [ ! -e "$left" ] && [ ! -L "$left" ] || exit {_LEFT}
        fi
    done
    set -- "$1"
done
umask 0
chmod 1777 {HOME}
exec tar -xpf "$1" -C {WORKSPACE}
"""


async def make(engine: Engine, container: str, run: Run) -> str:
    name = secrets.token_hex(8)
    keeping = asyncio.create_task(_as_keeper(engine, container, _KEEP, name))
    packing = asyncio.create_task(run([_SHELL, "-c", _PACK, "sh", name], timeout=SECONDS))
    try:
        done, _ = await asyncio.wait([keeping, packing], return_when=asyncio.FIRST_COMPLETED)
        if keeping in done and (problem := keeping.result()):
            raise _unkept(problem)
        packed = await packing
        if not packed.result().ok:
            raise _unkept(packed.stderr.text())
        async with asyncio.timeout(SECONDS):
            if problem := await keeping:
                raise _unkept(problem)
    except BaseException:
        for task in (keeping, packing):
            task.cancel()
        await asyncio.gather(keeping, packing, return_exceptions=True)
        with contextlib.suppress(SandboxBroken, Unreachable):
            await _as_keeper(engine, container, _FORGET, name)
        raise
    return name


async def restore(run: Run, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Gone(f"There is no snapshot {name!r}.")
    ran = await run([_SHELL, "-c", _RESTORE, "sh", name], timeout=SECONDS)
    if ran.code == _NO_SNAPSHOT:
        raise Gone(f"There is no snapshot {name!r}.")
    if ran.code != 0:
        raise SandboxBroken(f"The sandbox could not be made clean again: {_said(ran)}")


async def _as_keeper(engine: Engine, container: str, script: str, name: str) -> str:
    """What went wrong; nothing when nothing did."""
    err = Collector(4096)
    user = f"{KEEPER}:{KEEPER}"
    argv = [_SHELL, "-c", script, "sh", name]
    try:
        code = await execs.run(
            engine, container, argv, user=user, env={}, stdin=b"", out=Collector(0), err=err
        )
    except Gone as gone:
        raise SandboxBroken(f"The sandbox {container[:12]} is gone.") from gone
    return "" if code == 0 else err.text().strip()[-500:] or f"code {code}"


def _unkept(said: str) -> UserProblem:
    return UserProblem(f"The workspace cannot be kept as it is: {said.strip()[-500:]}")


def _said(ran: Ran) -> str:
    return ran.stderr.text().strip()[-500:] or f"code {ran.code}"
