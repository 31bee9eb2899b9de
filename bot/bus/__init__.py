"""How one process tells another that something is to be done: NATS, the operator's or a private one."""

from __future__ import annotations

from pathlib import Path

from bot.bus.port import Bus


def open_bus(
    nats_url: str | None, data_dir: Path, *, in_memory: bool = False, nats_server: str | None = None
) -> Bus:
    """The bus to open: at a URL, or over a private server with files in the data directory.

    `in_memory` is for commands that run once: a private server keeps nothing then. NATS is imported here and
    not above: most commands need no bus, and start-up is felt.
    """
    if nats_url:
        from bot.bus.nats import NatsBus

        return NatsBus(nats_url)
    from bot.bus.embedded import EmbeddedBus

    return EmbeddedBus(data_dir, in_memory=in_memory, binary=nats_server)
