"""Sizes of files, in powers of 1000 or, with `binary`, of 1024."""

from __future__ import annotations

import re

DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB")
BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)


def filesize(size: float, *, binary: bool = False, digits: int = 1) -> str:
    """The size with its largest fitting unit: 999 B, 1.0 kB, 2.5 MB."""
    base, units = (1024, BINARY) if binary else (1000, DECIMAL)
    value = abs(size) * 1.001 if 10_000 < abs(size) < 1e15 else float(abs(size))
    step = 0
    while value >= base and step < len(units) - 1:
        value /= base
        step += 1
    sign = "-" if size < 0 else ""
    if step == 0:
        return f"{sign}{value:.0f} {units[0]}"
    return f"{sign}{value:.{digits}f} {units[step]}"


def parse_size(text: str) -> int:
    """The other way round: `1.5 MB` is 1500000."""
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ValueError(f"not a size: {text!r}")
    number, unit = float(found[1]), found[2].lower()
    for base, units in ((1000, DECIMAL), (1024, BINARY)):
        for power, name in enumerate(units):
            if unit == name.lower():
                return round(number * base**power)
    if not unit:
        return round(number)
    raise ValueError(f"not a unit: {found[2]!r}")
