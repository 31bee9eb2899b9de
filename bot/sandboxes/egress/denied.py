"""Whom a set-up asked for in vain, as its proxy says it: names that strangers chose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.sandboxes.egress.rules import NOT_PUBLIC

_MOST_SAID = 64 * 1024
_TOLD = 10


class Denied(BaseModel):
    model_config = ConfigDict(frozen=True)

    host: str
    why: str


def heard(said: bytes) -> tuple[Denied, ...]:
    """Each once, in the order that they were asked for."""
    found: dict[Denied, None] = {}
    for line in said[:_MOST_SAID].splitlines():
        try:
            found[Denied.model_validate_json(line)] = None
        except ValidationError:
            continue
    return tuple(found)


def hosts_of(denied: Iterable[Denied]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.host for one in denied if one.host))


def about_denied(denied: Iterable[Denied]) -> str:
    """What a person can do about it."""
    own = hosts_of(one for one in denied if one.why == NOT_PUBLIC)
    others = hosts_of(one for one in denied if one.host not in own)
    said = [_about_own(own)] if own else []
    return " ".join([*said, _about_others(others)] if others else said)


def _about_own(hosts: Sequence[str]) -> str:
    return (
        f"{', '.join(hosts[:_TOLD])} has no public address. If it is in your own network, whoever runs this "
        "bot can say so (REDFIRST_EGRESS_INTERNAL)."
    )


def _about_others(hosts: Sequence[str]) -> str:
    more = f" and {len(hosts) - _TOLD} more" if len(hosts) > _TOLD else ""
    return (
        f"The set-up asked for {', '.join(hosts[:_TOLD])}{more}, which it may not talk to. What it needs "
        "can be named under `hosts` in .github/redfirst.yml; what is no registry must be allowed by whoever "
        "runs this bot, too."
    )
