"""Whole numbers."""

from __future__ import annotations

_SUFFIXES = {1: "st", 2: "nd", 3: "rd"}


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    if 10 <= abs(number) % 100 <= 20:
        return f"{number}th"
    return f"{number}{_SUFFIXES.get(abs(number) % 10, 'th')}"


def grouped(number: int, by: str = ",") -> str:
    """12,345,678 — with another sign between groups where `by` says so."""
    return f"{number:,}".replace(",", by)
