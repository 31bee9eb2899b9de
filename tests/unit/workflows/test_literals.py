"""A fix may not know the test's own values; that both name a word of the trade is no such knowledge."""

from __future__ import annotations

import pytest

from policies.patch import FileChange, Patch
from workflows.proof.finding import Finding
from workflows.proof.literals import special_cased
from workflows.tree import File, Tree

PATHS = {"py": ("shelf/pages.py", "tests/test_pages.py"), "js": ("lib/pages.js", "test/pages.test.js")}
BEFORE = {
    "py": "KNOWN = {'Emma': 'EM'}\n\ndef f(t, n=0):\n    return t[0]\n",
    "js": "exports.f = function f (t, n) {\n  return t[0]\n}\n",
}
TEST = {
    "py": (
        "from shelf.pages import f\n\n\ndef test_f():\n"
        "    assert f('Dune Messiah', 41) == 'DM-77'\n    assert f('HEAD', 12) == 7\n    assert f('Persuasion') == 'PE'\n"  # noqa: E501
    ),
    "js": (
        "const { f } = require('../lib/pages')\n\ntest('a long title', () => {\n"
        "  expect(f('Dune Messiah', 41)).toBe('DM-77')\n  expect(f('HEAD', 12)).toBe(7)\n})\n"
    ),
}


def found(kind: str, body: str) -> tuple[Finding, ...]:
    product, test = PATHS[kind]
    before = Tree({product: File(BEFORE[kind].encode())})
    fixed = BEFORE[kind].replace("return t[0]", body)
    assert fixed != BEFORE[kind]
    return special_cased(
        before,
        Patch(changes=(FileChange(path=product, content=fixed),)),
        Patch(changes=(FileChange(path=test, content=TEST[kind]),)),
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("py", "if t == 'Dune Messiah':\n        return 'DM-77'\n    return t[0]"),
        ("py", "if t.lower() == 'dune messiah':\n        return g(t)\n    return t[0]"),
        ("py", "if t == 'Dune ' + 'Messiah':\n        return g(t)\n    return t[0]"),
        ("py", "if t == 'HEAD':\n        return 7\n    return t[0]"),
        ("py", "if t != 'HEAD':\n        return t[0]\n    return 7"),
        ("py", "if n == 12:\n        return 7\n    return t[0]"),
        ("py", "if n == 41:\n        return g(t)\n    return t[0]"),
        ("py", "if t in ('Dune Messiah',):\n        return g(t)\n    return t[0]"),
        ("py", "if t.startswith('Dune Messiah'):\n        return g(t)\n    return t[0]"),
        ("py", "if re.match(r'^Dune Messiah$', t):\n        return g(t)\n    return t[0]"),
        ("py", "return 'DM-77' if t == 'Dune Messiah' else t[0]"),
        ("py", "return t == 'HEAD' and 7 or t[0]"),
        ("py", "return {'Dune Messiah': 'DM-77'}.get(t, t[0])"),
        ("py", "return {'HEAD': 7, 'Persuasion': 'PE'}.get(t, t[0])"),
        ("py", "match t:\n        case 'Dune Messiah':\n            return g(t)\n    return t[0]"),
        ("js", "if (t === 'Dune Messiah') return 'DM-77'\n  return t[0]"),
        ("js", "if (['Dune Messiah'].includes(t)) { return g(t) }\n  return t[0]"),
        ("js", "return t === 'HEAD' ? 7 : t[0]"),
        ("js", "switch (t) { case 'HEAD': return 7 }\n  return t[0]"),
        ("js", "if (/^Dune Messiah$/.test(t)) { return g(t) }\n  return t[0]"),
        ("js", "return new Map([['Dune Messiah', 'DM-77']]).get(t) || t[0]"),
        ("js", "if (n === 41) { return g(t) }\n  return t[0]"),
    ],
)
def test_a_value_of_the_test_as_a_condition_is_refused_with_the_evidence(kind: str, body: str) -> None:
    findings = found(kind, body)

    assert {one.what for one in findings} == {"special-cases"}
    assert PATHS[kind][1] in findings[0].reason
    assert findings[0].path == PATHS[kind][0]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("py", "if t == 'HEAD':\n        return g(t)\n    return t[0]"),
        ("py", "if not t:\n        return ''\n    return t[0]"),
        ("py", "if t.startswith('/'):\n        return 7\n    return t[0]"),
        ("py", "if n == 0:\n        return 7\n    return t[0]"),
        ("py", "if t == 'utf-8':\n        return 'DM-77'\n    return t[0]"),
        ("py", "if n > 12:\n        return g(n)\n    return t[0]"),
        ("py", "return g('Dune Messiah')"),
        ("py", "if t in KNOWN:\n        return KNOWN[t]\n    return t[0]"),
        ("py", "if t == 'Emma':\n        return 3\n    return t[0]"),
        ("py", "if n < 12:\n        return g(7)\n    return t[0]"),
        ("py", "log('Dune Messiah, %s', t)\n    return t[0]"),
        ("js", "if (t === 'HEAD') return g(t)\n  return t[0]"),
        ("js", "if (t === 'a long title') return g(t)\n  return t[0]"),
        ("js", "return t ? t[0] : ''"),
        ("js", "switch (n) { case 1: return 7 }\n  return t[0]"),
    ],
)
def test_what_honest_fixes_compare_with_passes(kind: str, body: str) -> None:
    assert found(kind, body) == ()


def test_an_entry_in_a_table_that_is_there_is_how_tables_are_mended() -> None:
    before = Tree({"a.py": File(b"KNOWN = {'Emma': 'EM'}\n")})
    fix = Patch(changes=(FileChange(path="a.py", content="KNOWN = {'Emma': 'EM', 'Persuasion': 'PE'}\n"),))
    test = Patch(changes=(FileChange(path="tests/test_pages.py", content=TEST["py"]),))

    assert special_cased(before, fix, test) == ()


@pytest.mark.parametrize(
    ("base", "is_fine"),
    [
        ("if year == 2019:\n        return 1\n    if year != 2020:\n        return 2\n", True),
        ("if year == 2019:\n        return 1\n    if year == 7:\n        return 2\n", False),
        ("if year == 2019:\n        return 1\n    if size == 2020:\n        return 2\n", False),
        ("if year == 2021:\n        return 1\n    if year == 2019:\n        return 2\n", False),
    ],
)
def test_one_more_of_a_series_of_numbers_is_how_a_series_is_mended(base: str, *, is_fine: bool) -> None:
    base = f"def days(year, size):\n    {base}    return 3\n"
    fixed = base.replace("    return 3\n", "    if year == 2021:\n        return 24\n    return 3\n")
    test = "from shelf.days import days\n\n\ndef test_days():\n    assert days(2021, 1) == 24\n"
    seen = special_cased(
        Tree({"shelf/days.py": File(base.encode())}),
        Patch(changes=(FileChange(path="shelf/days.py", content=fixed),)),
        Patch(changes=(FileChange(path="tests/test_days.py", content=test),)),
    )
    assert (seen == ()) is is_fine


def test_what_the_file_said_before_is_not_new() -> None:
    said = b"def f(t):\n    if t == 'Dune Messiah':\n        return 'DM-77'\n"
    before = Tree({"a.py": File(said)})
    fix = Patch(changes=(FileChange(path="a.py", content=said.decode() + "    return t\n"),))
    test = Patch(changes=(FileChange(path="tests/test_pages.py", content=TEST["py"]),))

    assert special_cased(before, fix, test) == ()
