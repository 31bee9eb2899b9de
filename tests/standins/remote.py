"""Sandboxes of E2B and Daytona whose other side is here: one stand-in of each for all tests of a process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.breakers import Breakers
from bot.sandboxes.remote.daytona.host import DaytonaHost
from bot.sandboxes.remote.e2b.host import E2BHost
from bot.sandboxes.remote.sandboxes import RemoteSandboxes
from tests.standins import daytona_api, e2b_api
from tests.standins.serving import Background


@dataclass(frozen=True)
class There:
    """A provider, and how to reach it."""

    api: Any
    host: Callable[..., E2BHost | DaytonaHost]

    def sandboxes(self, instance: str, **others: Any) -> RemoteSandboxes:
        return RemoteSandboxes(self.host(), instance=instance, **others)


@cache
def e2b_here() -> There:
    api = e2b_api.E2BApi(_scratch())
    url = _served(api)

    def host(key: str = e2b_api.KEY, breakers: Breakers | None = None, persistent: bool = False) -> E2BHost:
        return E2BHost(
            SecretStr(key),
            api_url=url,
            sandbox_url=f"{url}/envd",
            persistent=persistent,
            breakers=breakers,
        )

    return There(api, host)


@cache
def daytona_here() -> There:
    api = daytona_api.DaytonaApi(_scratch())
    api.url = _served(api)

    def host(
        key: str = daytona_api.KEY, breakers: Breakers | None = None, persistent: bool = False
    ) -> DaytonaHost:
        return DaytonaHost(SecretStr(key), api_url=f"{api.url}/api", persistent=persistent, breakers=breakers)

    return There(api, host)


def _served(api: e2b_api.E2BApi | daytona_api.DaytonaApi) -> str:
    serving = Background(api)
    atexit.register(serving.stop)
    atexit.register(api.boxes_end)
    return serving.url


def _scratch() -> Path:
    # Not pytest's own, which is gone before the last machine is.
    where = Path(tempfile.mkdtemp(prefix="redfirst-standin-"))
    atexit.register(shutil.rmtree, where, ignore_errors=True)
    return where
