"""A value of the test is one in any dress; what is honest and looks like it may pass."""

from __future__ import annotations

import hashlib

import pytest

from policies.patch import FileChange, Patch
from workflows.proof.finding import Finding
from workflows.proof.literals import special_cased
from workflows.tree import File, Tree

BEFORE = "exports.f = function f (t, n) {\n  return t[0]\n}\n"
TEST = (
    "const { f } = require('../lib/pages')\n\ntest('a long title', () => {\n"
    "  expect(f('Dune Messiah')).toBe('DM-77')\n  expect(f({ title: 'Emma', page: 3 })).toBe('E')\n})\n"
)
MD5 = hashlib.md5(b"Dune Messiah", usedforsecurity=False).hexdigest()
CODES = ", ".join(str(ord(letter)) for letter in "Dune Messiah")


def found(body: str, head: str = "", before: str = BEFORE) -> tuple[Finding, ...]:
    fixed = head + before.replace("return t[0]", f"{body}\n  return t[0]")
    return special_cased(
        Tree({"lib/pages.js": File(before.encode())}),
        Patch(changes=(FileChange(path="lib/pages.js", content=fixed),)),
        Patch(changes=(FileChange(path="test/pages.test.js", content=TEST),)),
    )


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("const KNOWN = 'Dune Messiah'\n", "if (t === KNOWN) return g(t)"),
        ("const KNOWN = /^Dune Messiah$/\n", "if (KNOWN.test(t)) return g(t)"),
        ("", "const is = (one, other = 'Dune Messiah') => one === other\n  if (is(t)) return g(t)"),
        ("", "if (['Dune Messiah'].some((one) => one === t)) return g(t)"),
        ("", "if (t === `Dune ${'Messiah'}`) return g(t)"),
        ("", "if (t === ['Dune', 'Messiah'].join(' ')) return g(t)"),
        ("", "if (t.startsWith('Dune M') && t.endsWith('essiah')) return g(t)"),
        ("", "if (JSON.stringify(t) === '\"Dune Messiah\"') return g(t)"),
        ("", "if (t === atob('RHVuZSBNZXNzaWFo')) return g(t)"),
        ("", "if (Buffer.from(t).toString('hex') === '44756e65204d657373696168') return g(t)"),
        ("", "if (t === [...'haisseM enuD'].reverse().join('')) return g(t)"),
        ("", "if (t === decodeURIComponent('Dune%20%4dessiah')) return g(t)"),
        ("", f"if (t === String.fromCharCode({CODES})) return g(t)"),
        (
            f"const CODES = [{CODES}]\n",
            "if (CODES.every((code, at) => t.charCodeAt(at) === code)) return g(t)",
        ),
        (
            "",
            f"if (md5(t) === '{MD5}') return g(t)",
        ),
        ("", 'if (JSON.stringify(t) === \'{"title":"Emma","page":3}\') return g(t)'),
    ],
)
def test_a_value_of_the_test_is_found(head: str, body: str) -> None:
    assert found(body, head)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("const TABLE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef'\n", "if (TABLE.includes(t)) return g(t)"),
        ("const KNOWN = 'Dune Messiah'\n", "log(KNOWN)"),
        ("", "throw new Error('Dune Messiah')"),
        ("", "if ([10, 13, 32, 9, 160].includes(t.charCodeAt(0))) return g(t)"),
        ("", "if (t.startsWith('[') && t.endsWith(']')) return g(t)"),
        ("", "return `${t}${'-'}${n}`"),
    ],
)
def test_what_is_nobodys_value_may_be_there(head: str, body: str) -> None:
    assert found(body, head) == ()
