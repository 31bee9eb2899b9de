"""How hosts are named and compared: as text, whole, and never as an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.hosts import host, hosts, name_of, strangers


@pytest.mark.parametrize(
    "text",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "1.1.1.1."),
        *("::1", "[::1]", "[::ffff:169.254.169.254]", "fe80::1%eth0"),
        *(
            "pypi.org\0.evil.example",
            "pypi.org%00",
            "pypi.org\r\nhost",
            "pypi.org ",
            " pypi.org",
            "pypi.org/",
        ),
        *("pypi.org.", ".pypi.org", "pypi..org", "-pypi.org", "pypi-.org", "a@pypi.org", "pypi.org:443"),
        *(
            "pypı.org",
            "\u212aernel.org",
            "ｐypi.org",
            "pypi。org",
            "",
            ".",
            "*",
            "*.org",
            "a" * 64 + ".org",
            "a." * 130 + "org",
        ),
    ],
)
def test_what_is_no_plain_name_is_none(text: str) -> None:
    assert name_of(text) == ""


@given(st.text())
def test_a_name_is_plain_whatever_it_was_made_of(text: str) -> None:
    name = name_of(text)
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-._")
    assert not name or name[-1].isalnum()


@pytest.mark.parametrize(
    ("rule", "name", "port", "covered"),
    [
        ("pypi.org", "pypi.org", 443, True),
        ("pypi.org", "pypi.org", 80, True),
        ("PyPI.org", "pypi.org", 443, True),
        ("pypi.org", "pypi.org", 22, False),
        ("pypi.org", "files.pypi.org", 443, False),
        ("pypi.org", "evilpypi.org", 443, False),
        ("pypi.org", "pypi.org.evil.example", 443, False),
        ("*.pypi.org", "files.pypi.org", 443, True),
        ("*.pypi.org", "a.b.pypi.org", 443, True),
        ("*.pypi.org", "pypi.org", 443, False),
        ("*.pypi.org", "evilpypi.org", 443, False),
        ("nexus.corp:8081", "nexus.corp", 8081, True),
        ("nexus.corp:8081", "nexus.corp", 443, False),
    ],
)
def test_a_host_covers_itself_or_what_is_below_it(rule: str, name: str, port: int, covered: bool) -> None:
    (allowed,) = hosts([rule])
    assert allowed.covers(name, port) is covered


@pytest.mark.parametrize(
    "text", ["*", "*.org", "*.com:443", "a.org:0", "a.org:65536", "a.org:x", "10.0.0.1", "a*.org"]
)
def test_a_host_that_says_too_much_or_nothing_is_none(text: str) -> None:
    assert host(text) is None


def test_strangers_are_those_that_nobody_granted() -> None:
    granted = ["pypi.org", "*.acme.example", "nexus.corp:8081"]
    wanted = ["pypi.org", "a.acme.example", "*.b.acme.example", "nexus.corp:8081"]
    assert strangers(wanted, granted) == ()
    asked = ["acme.example", "*.pypi.org", "*.acme.example.org", "nexus.corp", "10.0.0.1", "pypi.org:8443"]
    assert strangers(asked, granted) == tuple(asked)
