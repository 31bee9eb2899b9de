"""All that the inside needs of the outside. Each port is small; `bot/wiring.py` builds what stands behind."""

from __future__ import annotations

from dataclasses import dataclass, field

from workflows.ports.blobs import Baselines, Blobs
from workflows.ports.effects import Effects
from workflows.ports.forge import Forge
from workflows.ports.ledger import Ledger
from workflows.ports.model import Model
from workflows.ports.sandbox import Sandboxes
from workflows.ports.words import Words
from workflows.project.allowance import Allowance


@dataclass(frozen=True)
class Ports:
    """What a step of a real workflow finds in its context."""

    forge: Forge
    effects: Effects
    sandboxes: Sandboxes
    model: Model
    blobs: Blobs
    words: Words
    ledger: Ledger
    baselines: Baselines
    image: str = ""
    """The sandbox image to use; empty for the operator's default."""
    allowance: Allowance = field(default_factory=Allowance)
    """What repositories may ask for, and what is asked for everywhere."""
