"""Small faults in what a fix changed, and nowhere else."""

from __future__ import annotations

import ast
import time

import pytest

from policies.patch import FileChange, Patch
from workflows.proof.mutants import Mutant, mutants
from workflows.tree import File, Tree


def made(path: str, after: str, before: str = "", most: int = 200) -> tuple[Mutant, ...]:
    base = Tree({path: File(before.encode())} if before else {})
    return mutants(base, Patch(changes=(FileChange(path=path, content=after),)), most=most)


def faults(path: str, after: str, before: str = "") -> set[tuple[str, str, str]]:
    return {(mutant.kind, mutant.before, mutant.after) for mutant in made(path, after, before)}


PYTHON = '''\
import os
from a import b as c
T: "int" = 1


def pages(count: int, *, of: "str" = "x") -> int:
    """Say 1 < 2 and not 3."""
    if not count <= 1 and of is not None:
        raise ValueError(f"count {count} < 1" + "!")
    assert count < 5, "no"
    self.log.info("pages %d", count + 1)
    self.total += count
    self.last = of  # 1 < 2
    flush(self)
    while count:
        count = count - 1
    return self.all[0:count]
'''


def test_each_kind_of_fault_is_made_in_python() -> None:
    found = faults("a.py", PYTHON)
    assert found >= {
        ("comparison", "<=", "<"),
        ("comparison", "is not", "is"),
        ("boolean", "and", "or"),
        ("negation", "not", ""),
        ("condition", "not count <= 1 and of is not None", "True"),
        ("condition", "not count <= 1 and of is not None", "False"),
        ("arithmetic", "-", "+"),
        ("arithmetic", "+=", "-="),
        ("constant", "1", "0"),
        ("constant", "1", "2"),
        ("string", '"x"', '""'),
        ("bound", "count", "count - 1"),
        ("return", "self.all[0:count]", "None"),
        ("removed", "self.total += count", "pass"),
        ("removed", "self.last = of", "pass"),
        ("removed", "flush(self)", "pass"),
        ("removed", 'raise ValueError(f"count {count} < 1" + "!")', "pass"),
    }


def test_words_for_people_types_imports_and_comments_are_left_alone() -> None:
    lines = dict(enumerate(PYTHON.splitlines(), 1))
    touched = {lines[mutant.line].strip() for mutant in made("a.py", PYTHON)}
    assert not [line for line in touched if line.startswith(("import", "from", "assert", '"""', "self.log"))]
    kinds = {mutant.before for mutant in made("a.py", PYTHON)}
    assert kinds.isdisjoint({'"int"', '"str"', "int", '"!"', '"no"'})
    assert ("condition", "count", "True") not in faults("a.py", PYTHON)  # it would never end


def test_every_mutant_differs_from_the_fix_in_one_place_and_still_parses() -> None:
    found = made("a.py", PYTHON)
    contents = [mutant.patch.changes[0].content or "" for mutant in found]
    assert len(set(contents)) == len(contents) > 20
    for mutant, content in zip(found, contents, strict=True):
        ast.parse(content)
        differing = [
            number
            for number, (old, new) in enumerate(zip(PYTHON.split("\n"), content.split("\n"), strict=True), 1)
            if old != new
        ]
        assert differing == [mutant.line]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "a.js",
            "'use strict';\nimport x from 'y';\nexport * from 'z';\n"
            "function f(a) {\n  if (!a && b === 2) { return a; }\n  for (let i = 0; i < n; i++) { g.h(i); }\n"
            "  console.log('a' + 1);\n  a.b = 1;\n  throw new Error('no' + 2);\n}\n"
            "const k = (q) => q.slice(q);\n",
            {
                ("comparison", "===", "!=="),
                ("comparison", "<", "<="),
                ("boolean", "&&", "||"),
                ("negation", "!", ""),
                ("condition", "!a && b === 2", "true"),
                ("condition", "!a && b === 2", "false"),
                ("constant", "2", "3"),
                ("constant", "2", "1"),
                ("constant", "0", "1"),
                ("return", "a", "null"),
                ("return", "q.slice(q)", "null"),
                ("bound", "q", "q - 1"),
                ("removed", "g.h(i);", ";"),
                ("removed", "a.b = 1;", ";"),
                ("constant", "1", "2"),
                ("constant", "1", "0"),
                ("removed", "throw new Error('no' + 2);", ";"),
            },
        ),
        (
            "a.ts",
            "type A = 1 | 2;\ninterface B { c: 'd' }\nconst f = (a: 'x' | 1): 3 => { return a as 4; };\n",
            {("return", "a as 4", "null")},
        ),
        ("a.tsx", "const f = (a: 1) => { if (a > 2) { g(<b/>); } };\n", {("comparison", ">", ">=")}),
        (
            "a.rs",
            'use b::c;\n#[cfg(feature = "x")]\nfn f(a: [u8; 4]) -> bool {\n    println!("{}", 1);\n'
            "    if a < 1 { return g(a); }\n    if let Some(x) = y { x.z(); }\n    true\n}\n"
            "#[cfg(test)]\nmod tests {\n    fn t() { u(7); }\n}\n",
            {
                ("comparison", "<", "<="),
                ("condition", "a < 1", "true || (a < 1)"),
                ("condition", "a < 1", "false && (a < 1)"),
                ("constant", "1", "2"),
                ("constant", "1", "0"),
                ("constant", "true", "false"),
                ("return", "g(a)", "false"),
                ("removed", "x.z();", ";"),
            },
        ),
        (
            "A.java",
            'package a;\nimport b.C;\nclass A {\n  @D("x") String f(int a) {\n    if (a instanceof E e) '
            '{ return e; }\n    LOG.info("x" + 1);\n    this.g(a);\n    throw new H("no" + 1);\n  }\n}\n',
            {("return", "e", "null"), ("removed", "this.g(a);", ";")},
        ),
        (
            "a.go",
            'package a\n\nimport "b"\n\nfunc f(a int) error {\n\tif a == 1 {\n\t\treturn g(a)\n\t}\n'
            '\ta = h(a)\n\treturn fmt.Errorf("no %d", 2)\n}\n',
            {
                ("comparison", "==", "!="),
                ("condition", "a == 1", "true || (a == 1)"),
                ("condition", "a == 1", "false && (a == 1)"),
                ("constant", "1", "2"),
                ("constant", "1", "0"),
                ("return", "g(a)", "nil"),
                ("return", 'fmt.Errorf("no %d", 2)', "nil"),
                ("removed", "a = h(a)", ""),
            },
        ),
    ],
    ids=["javascript", "typescript", "tsx", "rust", "java", "go"],
)
def test_other_languages_have_theirs(path: str, text: str, expected: set[tuple[str, str, str]]) -> None:
    found = faults(path, text)
    assert found >= expected
    if path != "a.tsx":
        assert found == expected


def test_only_changed_lines_are_mutated() -> None:
    before = "def f(a):\n    if a < 1:\n        return 2\n    return 3\n"
    assert {mutant.line for mutant in made("a.py", before.replace("a < 1", "a < 2"), before)} == {2}


def test_what_is_no_source_has_none() -> None:
    assert made("a.md", "1 < 2\n") == made("a.json", "[1]\n") == made("a.pyi", "x = 1 < 2\n") == ()
    assert (
        mutants(Tree({"a.py": File(b"x = 1\n")}), Patch(changes=(FileChange(path="a.py", content=None),)))
        == ()
    )


def test_they_are_spread_over_places_and_kinds_and_are_the_same_again() -> None:
    before = "".join(f"def f{n}(a):\n    return a\n\n\n" for n in range(6))
    after = before.replace("return a", "return 0 if a < 1 and b else a + 1")
    found = made("a.py", after, before, most=6)
    assert found == made("a.py", after, before, most=6)
    assert len({mutant.line for mutant in found}) == 6
    assert len({mutant.kind for mutant in found}) >= 5


def test_in_a_large_new_file_they_are_not_all_at_its_top() -> None:
    text = "".join(f"def f{n}(a):\n    return a < {n}\n\n\n" for n in range(100))
    found = made("a.py", text, most=8)
    assert len(found) == 8
    assert max(mutant.line for mutant in found) > 100


def test_the_rest_of_the_fix_is_in_each_of_them() -> None:
    patch = Patch(
        changes=(FileChange(path="a.py", content="x = 1\n"), FileChange(path="b.md", content="so\n"))
    )
    for mutant in mutants(Tree({}), patch):
        assert mutant.patch.paths() == ("a.py", "b.md")
        assert mutant.patch.changes[1] == patch.changes[1]


def test_text_that_is_broken_or_made_to_be_slow_is_survived() -> None:
    begun = time.process_time()
    assert made("a.py", "x = " + "(" * 50_000 + "1") == ()
    made("a.js", "f(" * 5_000 + "1 < 2" + ")" * 5_000, most=2)
    made("a.py", "x = 1 <\n y = 2 < 3\n def\n")
    made("b.js", "const f = " + "(a = `${" * 2_000 + "1" + "}`) => a.slice(a)" * 2_000 + ";\n", most=2)
    assert time.process_time() - begun < 8
