"""What an operator says about the network of set-ups."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Egress:
    image: str = ""
    """With a python3 to run the proxy; empty is the sandboxes' default image."""
    network: str = "bridge"
    """The engine's network by which the proxy gets out."""
    dns: tuple[str, ...] = ()
    """Whom the proxy asks for addresses; empty is whom the engine's machine asks."""
    internal: tuple[str, ...] = ()
    """Hosts whose addresses may be of the operator's own network."""
    ca: bytes = b""
    """Certificates that set-ups are to trust, as PEM."""
