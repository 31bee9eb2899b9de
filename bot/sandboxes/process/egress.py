"""A way out for commands under bubblewrap, whose network has a loopback and nothing else.

The proxy is in this process and listens on a socket in the sandbox's /tmp. Each command runs below a relay,
which gives its loopback a port that leads there.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from bot.sandboxes.command import HOME
from bot.sandboxes.egress.config import Egress
from bot.sandboxes.egress.denied import Denied
from bot.sandboxes.egress.packed import packed
from bot.sandboxes.egress.proxy import Proxy
from bot.sandboxes.egress.relay import PORT
from bot.sandboxes.egress.rules import Rules
from bot.sandboxes.process.sandbox import ProcessSandbox

_SOCKET = "redfirst-egress"
_ARCHIVE = f"{HOME}/redfirst-egress.pyz"
_MOST_TOLD = 100


@dataclass
class Way:
    through: Sequence[str]
    """What a command is put behind."""
    _denied: dict[Denied, None] = field(default_factory=dict[Denied, None])

    def denied(self) -> tuple[Denied, ...]:
        return tuple(self._denied)

    def tell(self, host: str, why: str) -> None:
        if len(self._denied) < _MOST_TOLD:
            self._denied[Denied(host=host, why=why)] = None


@contextlib.asynccontextmanager
async def way_out(sandbox: ProcessSandbox, hosts: Sequence[str], egress: Egress) -> AsyncGenerator[Way]:
    way = Way(["python3", "-I", _ARCHIVE, "relay", f"{HOME}/{_SOCKET}", str(PORT), "--"])
    proxy = Proxy(Rules.of(hosts, egress.internal), way.tell)
    await sandbox.write({_ARCHIVE: packed()})
    # By way of a handle, for a socket's path has 107 bytes at most.
    folder = os.open(sandbox.directory / "tmp", os.O_RDONLY | os.O_DIRECTORY)
    try:
        path = f"/proc/self/fd/{folder}/{_SOCKET}"
        server = await asyncio.start_unix_server(proxy.serve, path)
        async with server:
            # Whoever reaches it is in the sandbox: nobody else may enter its folder.
            os.chmod(path, 0o666)  # noqa: PTH101, S103
            yield way
    finally:
        os.close(folder)
