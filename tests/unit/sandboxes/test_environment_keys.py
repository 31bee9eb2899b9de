"""Keys of environments, and which of them go first."""

from __future__ import annotations

import hashlib

from bot.sandboxes.egress.denied import Denied, about_denied, hosts_of
from bot.sandboxes.egress.packed import packed
from bot.sandboxes.egress.rules import NOT_ALLOWED, NOT_PUBLIC
from bot.sandboxes.environments import Keeping, Kept, key_of, roomier, superfluous
from bot.sandboxes.setting_up import variables
from workflows.ports.sandbox import SandboxSpec, SetUp

SPEC = SandboxSpec(run="run-1", tenant="acme/shop")
SETUP = SetUp(key="k", commands=("make deps",), hosts=("pypi.org",))


def test_a_key_is_of_all_that_an_environment_depends_on_and_of_whose_it_is() -> None:
    key = key_of("here", SPEC, "sha256:1", SETUP)
    assert key == key_of("here", SPEC.model_copy(update={"run": "run-2"}), "sha256:1", SETUP)
    others = {
        key_of("there", SPEC, "sha256:1", SETUP),
        key_of("here", SPEC.model_copy(update={"tenant": "evil/shop"}), "sha256:1", SETUP),
        key_of("here", SPEC, "sha256:2", SETUP),
        *(
            key_of("here", SPEC, "sha256:1", SETUP.model_copy(update=change))
            for change in ({"key": "l"}, {"commands": ("make", "deps")}, {"hosts": ()})
        ),
    }
    assert len(others - {key}) == 6


def _kept(key: str, used: float, size: int = 10) -> Kept:
    return Kept(key=key, tenant="", bytes=size, files=1, used=used)


def test_the_least_recently_used_go_first() -> None:
    kept = [_kept("b", 2), _kept("d", 4), _kept("a", 1), _kept("c", 3)]
    keeping = Keeping(count=2, bytes=1000, seconds=1000, spare_seconds=0)
    assert [one.key for one in superfluous(kept, keeping, now=10)] == ["a", "b"]


def test_they_go_until_the_rest_fits() -> None:
    kept = [_kept("a", 1), _kept("b", 2, size=90), _kept("c", 3)]
    keeping = Keeping(count=9, bytes=50, seconds=1000, spare_seconds=0)
    assert [one.key for one in superfluous(kept, keeping, now=10)] == ["b"]


def test_what_was_not_used_for_long_goes_and_what_was_just_used_stays() -> None:
    kept = [_kept("old", 0), _kept("just", 99), _kept("now", 100)]
    keeping = Keeping(count=1, bytes=1, seconds=50, spare_seconds=5)
    assert [one.key for one in superfluous(kept, keeping, now=100)] == ["old"]


def test_what_an_environment_brings_is_not_taken_from_a_sandbox_s_own_room() -> None:
    limits = roomier(SPEC, _kept("a", 0, size=1000)).limits
    assert limits.workspace_bytes == SPEC.limits.workspace_bytes + 1000
    assert limits.memory_bytes == SPEC.limits.memory_bytes + 2000


def test_commands_are_told_of_the_proxy_only_where_there_is_one() -> None:
    assert not {name for name in variables(None, ca=False) if "proxy" in name.lower()}
    assert variables(3128, ca=False)["HTTPS_PROXY"] == "http://127.0.0.1:3128"
    assert "SSL_CERT_FILE" not in variables(3128, ca=False)
    assert variables(3128, ca=True)["SSL_CERT_FILE"]


def test_people_are_told_whom_a_set_up_asked_for() -> None:
    other = Denied(host="evil.example", why=NOT_ALLOWED)
    assert about_denied([other]).startswith("The set-up asked for evil.example, which it may not talk to.")
    own = Denied(host="nexus.corp", why=NOT_PUBLIC)
    assert "REDFIRST_EGRESS_INTERNAL" in about_denied([own])
    assert "evil.example" in about_denied([own, other])
    assert about_denied([]) == ""
    many = [Denied(host=f"a{n}.example", why=NOT_ALLOWED) for n in range(30)]
    assert "a9.example and 20 more" in about_denied(many)
    assert hosts_of([other, other, Denied(host="", why="too much")]) == ("evil.example",)


def test_the_packed_proxy_is_the_same_bytes_each_time() -> None:
    assert hashlib.sha256(packed()).digest() == hashlib.sha256(packed()).digest()
