"""The rule on whom the commands of a set-up may talk to, both ways."""

from __future__ import annotations

import pytest

from bot.rules import bundle
from policies.decision import Verdict
from policies.effects import OpenNetwork
from policies.facts import Facts, Permission
from policies.gate import Gate

GATE = Gate(bundle())


def _asked(*hosts: str, permission: Permission = Permission.WRITE, repository: str = "octo/reds") -> Verdict:
    effect = OpenNetwork(
        key="k", repository=repository, hosts=hosts, granted=("pypi.org", "*.acme.example", "nexus.corp:8081")
    )
    return GATE.decide(
        effect, Facts(actor="1", permission=permission, is_bot=False, repository="octo/reds")
    ).verdict


def test_a_set_up_may_talk_to_whom_the_operator_allows() -> None:
    assert _asked() is Verdict.ALLOW
    assert _asked("pypi.org", "a.acme.example", "*.b.acme.example", "nexus.corp:8081") is Verdict.ALLOW


@pytest.mark.parametrize(
    "host",
    ["evil.example", "files.pypi.org", "*.org", "acme.example", "nexus.corp", "169.254.169.254", "", "*"],
)
def test_one_other_host_is_one_too_many(host: str) -> None:
    assert _asked("pypi.org", host) is Verdict.DENY


def test_hosts_are_counted() -> None:
    names = [f"a{n}.acme.example" for n in range(51)]
    assert _asked(*names[:50]) is Verdict.ALLOW
    assert _asked(*names) is Verdict.DENY


@pytest.mark.parametrize("permission", [Permission.TRIAGE, Permission.READ, Permission.NONE])
def test_the_network_is_opened_for_people_who_may_write_only(permission: Permission) -> None:
    assert _asked("pypi.org", permission=permission) is Verdict.DENY


def test_it_is_opened_for_the_repository_that_is_worked_on_only() -> None:
    assert _asked("pypi.org", repository="evil/reds") is Verdict.DENY
