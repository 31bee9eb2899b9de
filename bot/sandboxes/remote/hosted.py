"""Sandboxes at a provider's, as the settings say."""

from __future__ import annotations

import hashlib
import socket
from typing import Literal

from bot.breakers import Breakers
from bot.sandboxes.remote.daytona.host import DaytonaHost
from bot.sandboxes.remote.e2b.host import E2BHost
from bot.sandboxes.remote.sandboxes import RemoteSandboxes
from bot.settings import Settings


def hosted(kind: Literal["e2b", "daytona"], settings: Settings, breakers: Breakers | None) -> RemoteSandboxes:
    host = _e2b(settings, breakers) if kind == "e2b" else _daytona(settings, breakers)
    return RemoteSandboxes(
        host,
        template=settings.sandbox_template,
        instance=_instance(settings),
        open_setup=settings.sandbox_open_setup,
    )


def _e2b(settings: Settings, breakers: Breakers | None) -> E2BHost:
    return E2BHost(
        settings.e2b_api_key,
        domain=settings.e2b_domain,
        api_url=settings.e2b_api_url,
        sandbox_url=settings.e2b_sandbox_url,
        persistent=settings.sandbox_persistent,
        breakers=breakers,
    )


def _daytona(settings: Settings, breakers: Breakers | None) -> DaytonaHost:
    return DaytonaHost(
        settings.daytona_api_key,
        api_url=settings.daytona_api_url,
        target=settings.daytona_target,
        persistent=settings.sandbox_persistent,
        breakers=breakers,
    )


def _instance(settings: Settings) -> str:
    """Whose sandboxes are whose in one account. A store on a disk is at the same path on many machines."""
    at_home = f"{socket.gethostname()} " if settings.store_url.startswith("sqlite:") else ""
    return hashlib.sha256(f"{at_home}{settings.store_url}".encode()).hexdigest()[:12]
