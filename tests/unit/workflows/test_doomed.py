"""A test that is made to fail at its end, in the words of its language, and who tells that it passes."""

from __future__ import annotations

import pytest

from policies.patch import FileChange, Patch
from tests.unit.workflows.kits import tree_of
from workflows.proof.doomed import AT_ITS_END, LEFT_OUT, Doomed, doomed, lies
from workflows.proof.results import Outcome, Results, TestResult

PYTHON = """import shelf


def test_it():
    if not shelf.rooms:
        return

    def third():
        return 3

    for size in (1, 2):
        assert shelf.pages(5, size) == third()  # why


class TestShelf:
    async def test_short(self): assert shelf.pages(5, 2) == 3
"""
SCRIPT = """it('does it', async () => {
  if (!shelf) return
  expect(shelf.map(() => { return 3 })).toBe(3) // why
})
test('short', () => expect(pages(5, 2)).toBe(3))
"""
JAVA = """class ShelfTest {
  @Test void it() { if (none) return; assertEquals(3, pages(5, 2)); }
  @Test void ends() { assertEquals(3, pages(5, 2)); return; }
}
"""
THROWS = """class ShelfTest {
  @Test(expected = NoSuchShelf.class) public void it() { pages(5, 0); }
}
"""
RUST = """#[test]
fn it() {
    assert_eq!(pages(5, 2), 3)
}
#[test]
fn gives() -> Result<(), Error> {
    assert_eq!(pages(5, 2)?, 3);
    Ok(())
}
#[test]
#[should_panic]
fn panics() { pages(5, 0); }
"""
GO = """func TestIt(t *testing.T) {
	if none {
		return
	}
	t.Run("sub", func(t *testing.T) { return })
}
func TestOther(*testing.T) { pages(5, 0) }
"""
# As it is put in, without what is only room.
EXPECTED = {
    "test_shelf.py": (
        {"test_it", "test_short"},
        [
            'if not shelf.rooms: raise AssertionError("w"); return',
            "def third(): return 3",
            'assert shelf.pages(5, size) == third() # why raise AssertionError("w") class',
            'assert shelf.pages(5, 2) == 3; raise AssertionError("w")',
        ],
    ),
    "shelf.test.ts": (
        {"does it", "short"},
        [
            'if (!shelf) { throw new Error("w"); return; }',
            '=> { return 3 })).toBe(3) // why ; throw new Error("w"); })',
            '=> { (expect(pages(5, 2)).toBe(3)); throw new Error("w"); })',
        ],
    ),
    "ShelfTest.java": (
        {"it", "ends"},
        [
            'if (none) { if (true) throw new AssertionError("w"); return; }',
            'assertEquals(3, pages(5, 2)); ; if (true) throw new AssertionError("w"); }',
            'assertEquals(3, pages(5, 2)); { if (true) throw new AssertionError("w"); return; } }',
        ],
    ),
    "ThrowsTest.java": ({"it"}, ['void it() { if (true) throw new AssertionError("w"); pages(5, 0); }']),
    "tests/shelf.rs": (
        {"it", "gives"},
        [
            'assert_eq!(pages(5, 2), 3) ; if true { panic!("w"); } }',
            '-> Result<(), Error> { if true { panic!("w"); } assert_eq',
            "fn panics() { pages(5, 0); }",
        ],
    ),
    "shelf_test.go": (
        {"TestIt", "TestOther"},
        [
            'if none { { t.Fatal("w"); return; } }',
            'func(t *testing.T) { return }) t.Fatal("w"); }',
            'pages(5, 0) panic("w"); }',
        ],
    ),
}
SOURCES = {
    "test_shelf.py": PYTHON,
    "shelf.test.ts": SCRIPT,
    "ShelfTest.java": JAVA,
    "ThrowsTest.java": THROWS,
    "tests/shelf.rs": RUST,
    "shelf_test.go": GO,
}


def patch(**files: str) -> Patch:
    return Patch(changes=tuple(FileChange(path=path, content=text) for path, text in files.items()))


def results(**told: Outcome) -> Results:
    return Results(command=(), tests=tuple(TestResult(id=name, outcome=one) for name, one in told.items()))


@pytest.mark.parametrize("path", SOURCES)
def test_a_test_fails_at_its_end_and_wherever_it_is_left(path: str) -> None:
    made = doomed(tree_of({}), patch(**{path: SOURCES[path]}), "w")
    names, expected = EXPECTED[path]
    assert (made.names, made.how) == (names, AT_ITS_END)
    (change,) = made.test.changes
    assert change.content is not None
    said = " ".join(change.content.split())
    assert [one for one in expected if one not in said] == [], said


def test_tests_that_were_there_before_are_left_alone() -> None:
    old = "def test_old():\n    assert 1\n"
    made = doomed(tree_of({"test_a.py": old}), patch(**{"test_a.py": old + PYTHON}), "w")
    assert made.names == {"test_it", "test_short"}
    assert str(made.test.changes[0].content).startswith(old)


def test_what_lies_beside_the_tests_is_there_as_it_was() -> None:
    made = doomed(tree_of({}), patch(**{"test_a.py": PYTHON, "data/a.json": "{}"}), "w")
    assert [change.content for change in made.test.changes if change.path == "data/a.json"] == ["{}"]


def test_a_test_in_a_language_that_is_not_read_is_left_out() -> None:
    made = doomed(tree_of({}), patch(**{"a_spec.rb": "it { expect(1).to eq 2 }"}), "w")
    assert (made.test, made.how) == (Patch(), LEFT_OUT)
    assert lies(results(it=Outcome.PASSED), ["it"], made) == ("it",)
    assert lies(results(other=Outcome.PASSED), ["it"], made) == ()


@pytest.mark.parametrize(
    ("test", "others", "outcome", "forged"),
    [
        ("a/test_a.py::TestA::test_it[1-2]", {}, Outcome.PASSED, True),
        ("a/test_a.py::TestA::test_it[1-2]", {}, Outcome.FAILED, False),
        ("a/test_a.py::TestA::test_it[1-2]", {}, Outcome.ERROR, False),
        ("Shelf::test_it()", {}, Outcome.PASSED, True),
        # Its part is over before it fails.
        ("a.go::test_it/part", {"a.go::test_it": Outcome.FAILED}, Outcome.PASSED, False),
        ("a.go::test_it/part", {"a.go::test_it": Outcome.PASSED}, Outcome.PASSED, True),
        # Called otherwise by its tool: it is all of them, or nothing.
        ("Shelf rounds up", {}, Outcome.PASSED, True),
    ],
)
def test_only_what_is_told_to_pass_and_cannot_is_a_lie(
    test: str, others: dict[str, Outcome], outcome: Outcome, forged: bool
) -> None:
    made = Doomed(Patch(), frozenset({"test_it"}))
    assert bool(lies(results(**{test: outcome, **others}), [test], made)) is forged


def test_of_tests_that_their_tool_calls_otherwise_one_failure_will_do() -> None:
    made = Doomed(Patch(), frozenset({"test_it"}))
    told = results(one=Outcome.PASSED, other=Outcome.FAILED)
    assert lies(told, ["one", "other"], made) == ()
