"""A test that fails whatever the code does shows nothing, and neither does one that asserts nothing."""

from __future__ import annotations

import pytest

from workflows.code.languages import Language
from workflows.proof.additions import added_only
from workflows.proof.assertions import empty

PY, JS, RUST = Language.PYTHON, Language.JAVASCRIPT, Language.RUST
JAVA, GO = Language.JAVA, Language.GO


def whats(text: str, language: Language, base: str | None = None) -> list[str]:
    return [one.what for one in empty("tests/test_it", text, base, language)]


def py(body: str) -> str:
    return "def test_it(self=None):\n" + "".join(f"    {line}\n" for line in body.splitlines())


def js(body: str) -> str:
    return f"it('works', async () => {{\n{body}\n}})\n"


@pytest.mark.parametrize(
    ("language", "text", "what"),
    [
        (PY, py("assert False"), "always-fails"),
        (PY, py("assert 0, 'no'"), "always-fails"),
        (PY, py("assert not True"), "always-fails"),
        (PY, py("assert 1 == 2"), "always-fails"),
        (PY, py("x = 1\nassert x == 2"), "always-fails"),
        (PY, "WANTED = 'a'\n\n" + py("assert WANTED == 'b'"), "always-fails"),
        (PY, py("f()\nraise ValueError('x')"), "always-fails"),
        (PY, py("pytest.fail('x')"), "always-fails"),
        (PY, py("with open(p) as x:\n    assert None"), "always-fails"),
        (PY, "class TestIt:\n    def test_a(self):\n        self.fail()\n", "always-fails"),
        (PY, py("self.assertEqual(1, 2)"), "always-fails"),
        (PY, py("self.assertTrue(False)"), "always-fails"),
        (PY, py("f()"), "asserts-nothing"),
        (PY, py("f()\nassert True"), "asserts-nothing"),
        (PY, py("x = f()\nassert x == x"), "compares-with-itself"),
        (JS, js("throw new Error('x')"), "always-fails"),
        (JS, js("assert.fail('x')"), "always-fails"),
        (JS, js("assert(false)"), "always-fails"),
        (JS, js("assert.strictEqual(1, 2)"), "always-fails"),
        (JS, js("expect(true).toBe(false)"), "always-fails"),
        (JS, js("const a = 1\nexpect(a).toBe(2)"), "always-fails"),
        (JS, js("expect(1).to.equal(2)"), "always-fails"),
        (JS, "import { equal } from 'node:assert'\n" + js("equal(1, 2)"), "always-fails"),
        (JS, "test.only('x', function () { expect('a').toEqual('b') })", "always-fails"),
        (JS, "it('x', () => expect(1).toBe(2))", "always-fails"),
        (JS, js("f()"), "asserts-nothing"),
        (JS, js("const x = f()\nexpect(x).toBe(x)"), "compares-with-itself"),
        (RUST, '#[test]\nfn a() { panic!("x") }', "always-fails"),
        (RUST, "#[test]\nfn a() { assert!(false); }", "always-fails"),
        (RUST, "#[test]\nfn a() { assert_eq!(1, 2); }", "always-fails"),
        (JAVA, "class T { @Test void a() { fail(); } }", "always-fails"),
        (JAVA, "class T { @Test void a() { assertEquals(1, 2); } }", "always-fails"),
        (JAVA, 'class T { @Test void a() { throw new Error("x"); } }', "always-fails"),
        (GO, 'package p\nfunc TestA(t *testing.T) { t.Fatal("x") }', "always-fails"),
    ],
)
def test_what_says_nothing_about_the_code_is_refused(language: Language, text: str, what: str) -> None:
    assert whats(text, language) == [what]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (PY, py("assert f(1) == 2")),
        (PY, py("x = 1\nassert f(x) == x")),
        (PY, py("with pytest.raises(ValueError):\n    f()")),
        (PY, py("with self.assertRaises(ValueError):\n    raise f()")),
        (PY, py("try:\n    f()\nexcept ValueError:\n    pytest.fail('x')")),
        (PY, py("if not f():\n    raise AssertionError('x')")),
        (PY, py("for x in f():\n    assert x")),
        (PY, py("assert f() == f()")),
        (PY, py("check(f(), 3)")),
        (PY, py("def fails():\n    raise ValueError\nassert f(fails) == 1")),
        (PY, "def helper():\n    assert False\n"),
        (JS, js("expect(f(1)).toBe(2)")),
        (JS, js("expect(() => { throw new Error() }).toThrow()")),
        (JS, js("expect(1).not.toBe(2)\nexpect(f()).toBe(3)")),
        (JS, js("try { f(); assert.fail('x') } catch (e) { assert.equal(e.code, 3) }")),
        (JS, js("await assert.rejects(f())")),
        (JS, "const { equal } = require('./render')\n" + js("equal('{{ 1 }}', '1')\nexpect(f()).toBe(3)")),
        (JS, "it('x', done => { request(app).get('/').expect(200, done) })"),
        (JS, "describe('x', () => { throw new Error() })"),
        (RUST, "#[test]\nfn a() { assert_eq!(f(1), 2); }"),
        (RUST, "#[test]\n#[should_panic]\nfn a() { f(); }"),
        (JAVA, "class T { @Test void a() { assertEquals(1, f()); } }"),
        (JAVA, "class T { @Test void a() { try { f(); fail(); } catch (E e) { } } }"),
        (GO, 'package p\nfunc TestA(t *testing.T) { if f() != 1 { t.Fatal("x") } }'),
    ],
)
def test_what_depends_on_the_code_passes(language: Language, text: str) -> None:
    assert whats(text, language) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (JS, js("let asked = ''\nawait get((url) => { asked = url })\nexpect(asked).toBe('/a')")),
        (JS, js("let calls = 0\nrun(() => { calls++ })\nexpect(calls).toBe(1)")),
        (JS, "let calls = 0\nbeforeEach(() => { calls += 1 })\n" + js("expect(calls).toBe(1)")),
        (JS, js("try { await f() } catch (error) { return }\nassert.fail('nothing was thrown')")),
        (PY, py("x = 1\nfor one in f():\n    x = one\nassert x == 2")),
        (PY, py("n = 0\ndef g():\n    nonlocal n\n    n += 1\nf(g)\nassert n == 2")),
    ],
)
def test_what_is_given_a_value_once_more_is_no_constant(language: Language, text: str) -> None:
    assert whats(text, language) == []


def test_only_new_tests_are_looked_at() -> None:
    assert whats(py("assert False"), PY, py("assert False")) == []


OLD_PY = "import os\n\nLIMIT = 3\n\n\ndef test_a():\n    assert f(1)\n\n\nclass TestB:\n    def test_b(self):\n        assert g(1)\n"  # noqa: E501
OLD_JS = "const { f } = require('../lib')\n\ndescribe('f', () => {\n  it('a', () => { expect(f(1)).toBe(1) })\n})\n"  # noqa: E501
OWN_JS = OLD_JS + "function checks (name, n) { it(name, () => expect(f(n)).toBe(n)) }\nchecks('a', 1)\n"
LOOP_JS = "for (const n of [1, 2]) {\n  it(`a${n}`, () => {\n    expect(f(n)).toBe(1)\n  })\n}\n"
OLD_GO = 'package p\n\nimport (\n\t"testing"\n)\n\nfunc TestA(t *testing.T) { f() }\n'
OLD_JAVA = "class ShelfTest {\n  @Test void a() { f(); }\n}\n"
OLD_RUST = (
    "pub fn f() {}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn a() { f(); }\n}\n"
)


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (PY, OLD_PY, OLD_PY),
        (PY, OLD_PY, OLD_PY + "\n\ndef test_c():\n    assert f(2)\n"),
        (PY, OLD_PY, OLD_PY + "\n    def test_c(self):\n        assert f(2)\n"),
        (PY, OLD_PY, OLD_PY.replace("import os", "import os\nimport re, sys\nfrom shelf import f")),
        (
            PY,
            OLD_PY,
            OLD_PY
            + "\n\n@pytest.mark.parametrize('n', [1])\ndef test_c(n): ...\n\n\nclass TestD:\n    pass\n",
        ),
        (PY, OLD_PY, OLD_PY + "\nCASES = [1, 2]\n"),
        (PY, OLD_PY, OLD_PY + "\nCASES = [float('nan'), datetime.date(2026, 1, 1)]\n"),
        (PY, OLD_PY, OLD_PY + "\nold = pytest.mark.skipif(sys.version_info < (3, 12), reason='old')\n"),
        (PY, OLD_PY, OLD_PY + "\ndef test_setup_fails_after_close_and_before_open(): ...\n"),
        (
            PY,
            OLD_PY,
            OLD_PY + "\n@pytest.mark.parametrize('n', ['before', 'teardown'])\ndef test_c(n): ...\n",
        ),
        (PY, OLD_PY, OLD_PY + "\n    def test_c_after_teardown(self): ...\n"),
        (PY, OLD_PY, OLD_PY + "\ndef setup_books(): ...\n"),
        (PY, OLD_PY, OLD_PY.replace("\n\n\ndef", "\n# more\n\n\n\ndef")),
        (PY, "from a import b\n", "from a import b, c\n"),
        (PY, "", OLD_PY),
        (JS, OLD_JS, OLD_JS + "it('b', () => { expect(f(2)).toBe(2) })\n"),
        (JS, OWN_JS, OWN_JS + "checks('b', 2)\n"),
        (JS, LOOP_JS, LOOP_JS.replace("})\n}", "})\n  if (n > 1) { it(`b${n}`, () => f(n)) }\n}")),
        (JS, OLD_JS, OLD_JS.replace("})\n})", "})\n  it('b', () => { expect(f(2)).toBe(2) })\n})")),
        (JS, OLD_JS, OLD_JS + "const { g } = require('../other')\ndescribe('g', () => {})\n"),
        (JS, "import { a } from 'x'\n", "import { a, b } from 'x'\n"),
        (
            GO,
            OLD_GO,
            OLD_GO.replace('"testing"', '"testing"\n\t"os"') + "\nfunc TestB(t *testing.T) { g() }\n",
        ),
        (RUST, OLD_RUST, OLD_RUST.replace("{ f(); }", "{ f(); }\n    #[test]\n    fn b() { f(); }")),
        (
            RUST,
            OLD_RUST,
            OLD_RUST.replace("{ f(); }", "{ f(); }\n    #[test]\n    fn after_c_before_d() { f(); }"),
        ),
        (JAVA, OLD_JAVA, OLD_JAVA.replace("f(); }", "f(); }\n  @Test void b_after_c() { f(); }")),
    ],
)
def test_a_file_that_was_added_to_is_known(language: Language, before: str, after: str) -> None:
    assert added_only(before, after, language)


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (PY, OLD_PY, OLD_PY.replace("f(1)", "f(2)")),
        (PY, OLD_PY, OLD_PY.replace("g(1)", "g(2)")),
        (PY, OLD_PY, OLD_PY.replace("import os", "")),
        (PY, OLD_PY, OLD_PY.replace("LIMIT = 3", "LIMIT = 4")),
        (PY, OLD_PY, OLD_PY + "\nLIMIT = 4\n"),
        (PY, OLD_PY, OLD_PY + "\ndef test_a(): ...\n"),
        (PY, OLD_PY, OLD_PY + "\n    def test_b(self): ...\n"),
        (PY, OLD_PY, OLD_PY + "\n    def setUp(self): ...\n"),
        (PY, OLD_PY, OLD_PY + "\ndef setup_module(): ...\n"),
        (PY, OLD_PY, OLD_PY + "\n    @classmethod\n    def setUpClass(cls): ...\n"),
        (PY, OLD_PY, OLD_PY + "\n    async def asyncTearDown(self): ...\n"),
        (PY, OLD_PY, OLD_PY + "\n    __test__ = False\n"),
        (PY, OLD_PY, OLD_PY + "\ndef pytest_runtest_call(item): ...\n"),
        (PY, OLD_PY, OLD_PY + f"\n@pytest.fixture(name={'x' * 300!r}, autouse=True)\ndef x(): ...\n"),
        (PY, OLD_PY, OLD_PY + "\n@pytest.fixture(autouse=True)\ndef x(): ...\n"),
        (PY, OLD_PY, OLD_PY + "\npytestmark = 3\n"),
        (PY, OLD_PY, OLD_PY + "\nprint('x')\n"),
        (PY, OLD_PY, OLD_PY + "\nX = run()\n"),
        (PY, OLD_PY, OLD_PY + "\nX = list(map(patch, [1]), key=float(run()))\n"),
        (PY, OLD_PY, OLD_PY + "\nos.environ['A'] = 'b'\n"),
        (PY, OLD_PY, OLD_PY.replace("def test_a", "@pytest.mark.skip\ndef test_a")),
        (PY, OLD_PY, OLD_PY + "\ndef ((:\n"),
        (JS, OLD_JS, OLD_JS.replace("toBe(1)", "toBe(2)")),
        (JS, OLD_JS, OLD_JS.replace("it('a'", "it.skip('a'")),
        (JS, OLD_JS, OLD_JS + "beforeEach(() => {})\n"),
        (JS, OWN_JS, OWN_JS + "f('b', 2)\n"),
        (JS, LOOP_JS, LOOP_JS.replace("[1, 2]", "[1]")),
        (JS, LOOP_JS, LOOP_JS.replace("})\n}", "})\n  if (n > 1) { f(n) }\n}")),
        (JS, LOOP_JS, LOOP_JS.replace("})\n}", "})\n  if (g()) { it('b', () => f(n)) }\n}")),
        (JS, OWN_JS.replace("checks('a', 1)\n", ""), OWN_JS.replace("'a', 1", "'b', 2")),
        (JS, OLD_JS, OLD_JS + "jest.mock('../lib')\n"),
        (JS, OLD_JS, OLD_JS + "it.only('b', () => {})\n"),
        (JS, OLD_JS, OLD_JS.replace("describe('f'", "describe.skip('f'")),
        (JS, OLD_JS, OLD_JS.replace("  it('a'", "  beforeAll(() => {})\n  it('a'")),
        (GO, OLD_GO, OLD_GO.replace("f()", "g()")),
        (GO, OLD_GO, OLD_GO + "\nfunc TestMain(m *testing.M) {}\n"),
        (JAVA, OLD_JAVA, OLD_JAVA.replace("f(); }", "f(); }\n  @BeforeEach void b() { f(); }")),
        (JAVA, OLD_JAVA, OLD_JAVA.replace("f(); }", "f(); }\n  public void setUp() { f(); }")),
        (RUST, OLD_RUST, OLD_RUST.replace("fn f() {}", "fn f() { g() }")),
    ],
)
def test_a_file_in_which_anything_else_changed_is_not(language: Language, before: str, after: str) -> None:
    assert not added_only(before, after, language)
