"""Threat 44: a faked fix in JavaScript or TypeScript. It is refused by reading alone, before a run."""

from __future__ import annotations

import pytest

from policies.patch import FileChange, Patch
from tests.security.cheats import script_knows, script_ways
from workflows.proof.finding import Finding
from workflows.proof.refusals import fix_refusal
from workflows.proof.tampering import tampering
from workflows.tree import File, Tree

BEFORE = Tree({path: File(text.encode()) for path, text in script_ways.PROJECT.items()})
KNOWN = Tree(
    {"lib/slug.js": File(script_knows.CODE.encode()), "lib/slug.ts": File(script_knows.CODE.encode())}
)
TESTS = Patch(changes=(FileChange(path="test/slug.test.js", content=script_knows.TEST),))


def added(what: str, path: str = "lib/pages.js", before: Tree = BEFORE) -> tuple[Finding, ...]:
    fix = Patch(changes=(FileChange(path=path, content=f"{before.text(path) or ''}{what}\n"),))
    return tampering(before, fix)


def refused(code: str, path: str = "lib/slug.js") -> str:
    refusal = fix_refusal(KNOWN, Patch(changes=(FileChange(path=path, content=code),)), TESTS)
    return "" if refusal is None else refusal.reason


@pytest.mark.parametrize("name", script_ways.WAYS)
def test_what_no_fix_does_is_refused_though_tools_and_programs_do_it(name: str) -> None:
    assert added(script_ways.WAYS[name])


@pytest.mark.parametrize("name", list(script_ways.WAYS)[::7])
def test_it_is_the_same_in_typescript(name: str) -> None:
    assert added(script_ways.WAYS[name], "lib/more.ts")


@pytest.mark.parametrize("name", script_ways.HONEST)
def test_what_only_looks_like_it_is_honest(name: str) -> None:
    assert added(script_ways.HONEST[name]) == ()


@pytest.mark.parametrize("name", script_knows.KNOWS)
def test_a_fix_that_knows_the_test_is_seen_in_every_dress(name: str) -> None:
    assert refused(script_knows.KNOWS[name]) == "the fix knows the test"


@pytest.mark.parametrize("name", list(script_knows.KNOWS)[::9])
def test_a_fix_in_typescript_that_knows_the_test_is_seen_too(name: str) -> None:
    assert refused(script_knows.KNOWS[name], "lib/slug.ts") == "the fix knows the test"


@pytest.mark.parametrize("name", script_knows.HONEST)
def test_conditions_that_are_for_every_value_are_honest(name: str) -> None:
    assert refused(script_knows.HONEST[name]) == ""


@pytest.mark.parametrize(
    ("what", "elsewhere"),
    [
        ("const { readFileSync } = require('fs')\nreadFileSync('a')", "require('fs').readFileSync('b')"),
        ("y().catch(() => {})", "z().catch(() => {})"),
        ("for (const k of Object.keys(process.env)) x(k)", "const names = Object.keys(process.env)"),
        ("if (!process.stdout.isTTY) x()", "exports.plain = !process.stdout.isTTY"),
        ("import(name).then(x)", "exports.load = (at) => import(at)"),
        ("module.exports.two = new Proxy({}, {})", "exports.draft = new Proxy(base, traps)"),
        ("if (process.env.SHELF_SIZE) x()", "const size = process.env.SHELF_SIZE"),
        ("x(require('node:util').getCallSites())", "Error.prepareStackTrace = (_, stack) => stack"),
    ],
)
def test_what_the_product_does_already_is_nothing_unusual(what: str, elsewhere: str) -> None:
    def beside(path: str) -> Tree:
        return Tree({**BEFORE.files, path: File(f"{elsewhere}\n".encode())})

    assert added(what) != ()
    assert added(what, before=beside("lib/other.js")) == ()
    assert added(what, before=beside("scripts/other.js")) != (), "what builds the product is not the product"
    assert added(what, before=beside("lib/other.py")) != (), "nor is another language"


def test_a_comment_does_nothing() -> None:
    talk = Tree({**BEFORE.files, "lib/other.js": File(b"// the process.title says who runs this: title\n")})

    assert added("if (process.title !== 'node') x()", before=talk) != ()


@pytest.mark.parametrize(
    "text",
    [
        "if (" + "a && " * 3_000 + "b) x()",
        "x = " + "[" * 4_000,
        "x = " + "'a' + " * 4_000 + "'b'",
        "\n".join(f"if (n{at} === {at}) x()" for at in range(3_000)),
        "const a = b\nconst b = a\nif (x === a) y()",
        "const f = () => f()\nif (x === f()) y()",
        "'a'.repeat(99).repeat(99).repeat(99).repeat(99)",
        "const K = { get K () { return K.K } }\nif (title === K.K) x()",
    ],
)
def test_hostile_code_is_answered_and_does_no_harm(text: str) -> None:
    added(text)
    refused(f"{script_knows.CODE}\n{text}\n")
