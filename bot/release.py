"""Which release this is."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def release() -> str:
    return metadata.version("redfirst")
