from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def gross(net_cents: int, percent: str) -> int:
    return _whole(net_cents * (1 + Decimal(percent) / 100))


def net(gross_cents: int, percent: str) -> int:
    return _whole(gross_cents / (1 + Decimal(percent) / 100))


def _whole(cents: Decimal) -> int:
    return int(cents.quantize(Decimal(1), ROUND_HALF_UP))
