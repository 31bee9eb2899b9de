"""The long form, for when there is time: `make soak`."""

from __future__ import annotations

import os

SOAK = os.environ.get("REDFIRST_SOAK", "").lower() == "true"
