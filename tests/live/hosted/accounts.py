"""Who can be tried: each provider whose key is in the environment."""

from __future__ import annotations

import os
from typing import Literal

from bot.settings import Settings, load

Kind = Literal["e2b", "daytona"]

HOSTED = os.environ.get("REDFIRST_HOSTED") == "true"
KINDS: tuple[Kind, ...] = ("e2b", "daytona")


def accounts() -> dict[Kind, Settings]:
    settings = load()
    keys = {"e2b": settings.e2b_api_key, "daytona": settings.daytona_api_key}
    return {kind: load(sandbox=kind) for kind in KINDS if keys[kind].get_secret_value()}


if __name__ == "__main__":
    tried = accounts()
    for kind in KINDS:
        word = "is tried" if kind in tried else f"is not tried: REDFIRST_{kind.upper()}_API_KEY is not set"
        print(f"{kind} {word}")
    raise SystemExit(0 if tried else 3)
