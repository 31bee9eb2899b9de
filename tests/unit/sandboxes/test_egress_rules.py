"""What a proxy of set-ups lets through, and what it says of the rest."""

from __future__ import annotations

import pytest

from bot.sandboxes.egress.addresses import may_dial
from bot.sandboxes.egress.denied import heard
from bot.sandboxes.egress.rules import NotAllowed, Rules, authority, url, written


@pytest.mark.parametrize(
    "target",
    [
        *(b"127.0.0.1:443", b"169.254.169.254:80", b"[::1]:443", b"0x7f000001:443", b"2130706433:443"),
        *(b"pypi.org", b"pypi.org:", b"pypi.org:https", b"pypi.org:443:443", b"pypi.org:4\xb2", b":443"),
        *(
            b"pypi.org\0.evil:443",
            b"a@pypi.org:443",
            b"pypi.org.:443",
            b"pyp\xc4\xb1.org:443",
            b"pypi.org:000443",
        ),
    ],
)
def test_a_tunnel_is_to_a_name_and_a_port(target: bytes) -> None:
    with pytest.raises(NotAllowed):
        authority(target)


def test_a_name_is_compared_in_lower_case() -> None:
    assert authority(b"PyPI.org:443") == ("pypi.org", 443)


@pytest.mark.parametrize(
    "target",
    [
        *(b"http://169.254.169.254/latest", b"http://[::ffff:a9fe:a9fe]/", b"http://pypi.org@evil.example/"),
        *(
            b"http://evil.example@pypi.org/",
            b"http://pypi.org%00.evil/",
            b"https://pypi.org/",
            b"ftp://pypi.org/",
        ),
        *(
            b"/simple",
            b"*",
            b"http://",
            b"http:///x",
            b"http://pypi.org:x/",
            b"http://[pypi.org/",
            b"//pypi.org/",
        ),
    ],
)
def test_any_other_request_is_for_a_plain_address(target: bytes) -> None:
    with pytest.raises(NotAllowed):
        url(target)


def test_an_address_is_taken_apart() -> None:
    assert url(b"http://pypi.org/simple/?q=1") == ("pypi.org", 80, b"/simple/?q=1")
    assert url(b"http://pypi.org:8080") == ("pypi.org", 8080, b"/")


def test_what_was_asked_for_is_shown_as_one_line() -> None:
    with pytest.raises(NotAllowed) as refused:
        authority(b'a\n{"host": "b"}\x1b[31m' + b"x" * 500)
    assert refused.value.host.isascii()
    assert refused.value.host.isprintable()
    assert len(refused.value.host) < 200


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.100.100.200",
        ),
        *("169.254.169.254", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:169.254.169.254"),
        *(
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::",
            "fc00::1",
            "fd00:ec2::254",
        ),
        *(
            "fe80::1",
            "fe80::1%eth0",
            "fec0::1",
            "ff02::1",
            "100::1",
            "2001:0:a9fe:a9fe::5601:5601",
            "localhost",
            "",
        ),
    ],
)
def test_an_address_that_is_not_public_is_not_dialled(address: str) -> None:
    assert not may_dial(address, internal=False)


@pytest.mark.parametrize(
    "address", ["151.101.0.223", "2a04:4e42::223", "::ffff:151.101.0.223", "64:ff9b::9765:df"]
)
def test_a_public_address_is_dialled(address: str) -> None:
    assert may_dial(address, internal=False)


def test_the_operator_s_own_network_is_for_hosts_that_the_operator_named() -> None:
    rules = Rules.of(["a.org", "nexus.corp"], ["nexus.corp"])
    assert (rules.is_internal("nexus.corp", 443), rules.is_internal("a.org", 443)) == (True, False)
    for own in ("10.1.2.3", "172.16.0.1", "192.168.1.1", "fd12::1"):
        assert may_dial(own, internal=True)
    for never in ("127.0.0.1", "169.254.169.254", "::1", "fe80::1", "fd00:ec2::254", "168.63.129.16"):
        assert not may_dial(never, internal=True)


def test_rules_are_the_same_after_a_command_line() -> None:
    assert Rules.read(written(["a.org", "*.b.org"], ["c.corp:81"])) == Rules.of(
        ["a.org", "*.b.org"], ["c.corp:81"]
    )


def test_what_a_proxy_says_is_heard_once_and_in_order() -> None:
    line = b'{"host": "evil.example", "why": "no"}\n'
    said = (
        b"ready\n" + line + b'\xff{"host"\n{"host": 1}\n[]\n' + b'{"host": "b.example", "why": "no"}\n' + line
    )
    assert [one.host for one in heard(said)] == ["evil.example", "b.example"]
    assert len(heard(b"".join(line.replace(b"evil", b"e%d" % n) for n in range(10_000)))) < 2_000
