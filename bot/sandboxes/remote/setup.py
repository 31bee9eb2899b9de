"""The set-up of a repository in a remote sandbox that has network, before others are made from it."""

from __future__ import annotations

import time

from bot.sandboxes.remote.sandbox import RemoteSandbox
from workflows.errors import UserProblem
from workflows.ports.sandbox import SetUp

_UNPACK_SECONDS = 300.0
_LOG = 16_000


async def furnish(sandbox: RemoteSandbox, packed: bytes, setup: SetUp) -> str:
    """What the commands said; UserProblem at the first one that fails."""
    zipped = ["-z"] if packed.startswith(b"\x1f\x8b") else []
    unpacked = await sandbox.exec(
        ["tar", "-x", *zipped, "--no-same-owner", "-f", "-"], timeout=_UNPACK_SECONDS, stdin=packed
    )
    if not unpacked.ok:
        raise UserProblem(f"The repository could not be unpacked: {unpacked.stderr.strip()[-500:]}")
    log = ""
    deadline = time.monotonic() + setup.seconds
    for line in setup.commands:
        ran = await sandbox.exec(["sh", "-c", line], timeout=max(1.0, deadline - time.monotonic()))
        log = f"{log}$ {line}\n{ran.stdout}{ran.stderr}"[-_LOG:]
        if not ran.ok:
            how = "took too long" if ran.timed_out else f"ended with {ran.code}"
            raise UserProblem(f"The set-up command {line!r} {how}: {log.strip()[-2000:]}")
    await sandbox.settle()
    return log
