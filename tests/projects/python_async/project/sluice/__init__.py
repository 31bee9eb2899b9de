"""Coroutines, only so many at a time."""

from sluice.gathering import Outcome, gather, outcomes
from sluice.retrying import Policy, retry

__version__ = "0.9.0"
__all__ = ["Outcome", "Policy", "gather", "outcomes", "retry"]
