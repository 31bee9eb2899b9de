"""The same project in another dress: everything about the files differs, and nothing that they mean."""

from __future__ import annotations

import ast
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.patch import FileChange, Patch
from workflows.proof import placebo
from workflows.proof.placebo import beside, formatted_fix, reformatted, without_code
from workflows.tree import File, Tree


def no_test(path: str) -> bool:
    return path.startswith("tests/")


def dressed(path: str, text: str | bytes) -> str:
    content = text.encode() if isinstance(text, str) else text
    return (
        reformatted(Tree({path: File(content)}), no_test).files[path].content.decode(errors="surrogateescape")
    )


def test_comments_go_and_empty_lines_come() -> None:
    text = "# why\nx = 1  # so\ndef f():\n    # here\n    return '# not this'\nclass A:\n    pass\n"
    assert dressed("a.py", text) == (
        "\n\n\nx = 1\n\ndef f():\n    return '# not this'\n\nclass A:\n    pass\n"
    )


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.js", "/* why\n*/\nf(); // so\ng(/* 1 */ 2);\n", "\n\n\nf();\n\ng(/* 1 */ 2);\n"),
        ("a.mts", "// why\nconst a: 1 = 1;\n", "\n\n\nconst a: 1 = 1;\n"),
        ("a.tsx", "const a = (\n  <b>\n    {/* c */}\n    // d\n  </b>\n);\n", None),
        (
            "a.rs",
            "// why\nuse a::b;\n/// Doc.\n#[c]\nfn f() {} // so\n",
            "\n\n\nuse a::b;\n/// Doc.\n#[c]\nfn f() {}\n",
        ),
        (
            "A.java",
            "/* why */\npackage a;\n/** Doc. */\nclass A { // so\n}\n",
            "\n\n\npackage a;\n\nclass A {\n}\n",
        ),
        ("a.go", "// Package a.\npackage a\n//go:noinline\nfunc f() {}\n", None),
    ],
)
def test_so_it_is_in_other_languages(path: str, text: str, expected: str | None) -> None:
    assert dressed(path, text) == (
        "\n\n\n" + text.removeprefix("// Package a.\n") if expected is None else expected
    )


@pytest.mark.parametrize(
    "text",
    [
        "x = a  # noqa: F401\n",
        "x = a  # type: ignore[x]\n",
        "x = a  # pragma: no cover\n",
        "# fmt: off\nx = a\n",
        "# pylint: disable=x\nx = a\n",
        "x = '''\n# kept\n\n'''\n",
        "def f():\n    '''Say.\n\n    >>> f()  # doctest: +SKIP\n    '''\n",
        "if a:\n    f(b,\n        '''c\n''', d)\n",
    ],
)
def test_what_tools_obey_and_what_is_in_strings_stays(text: str) -> None:
    assert dressed("a.py", text) == "\n\n\n" + text


@pytest.mark.parametrize(
    "text",
    [
        "// eslint-disable-next-line\nf();\n",
        "// @ts-ignore\nf();\n",
        "/* istanbul ignore next */\nf();\n",
        "/* c8 ignore next */\nf();\n",
        "/** @jest-environment jsdom */\nf();\n",
        "/** @jsx h */\nf();\n",
        "f(/* @__PURE__ */ g());\n",
        "f();\n//# sourceMappingURL=a.js.map\n",
        "'use strict';\n",
        "f(`\n// kept\n\n${a /* kept */}`);\n",
        "f(/\\/\\/ kept/);\n",
        "return_\n/* a\n*/ (1);\n",
    ],
)
def test_so_it_does_in_javascript(text: str) -> None:
    assert dressed("a.js", text) == "\n\n\n" + text


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("a.py", "#!/usr/bin/env python\n"),
        ("a.py", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n"),
        ("a.py", "# vim: set fileencoding=utf-8 :\n"),
        ("a.py", "\ufeff"),
        ("a.js", "#!/usr/bin/env node\n"),
        ("a.rs", "#!/usr/bin/env run\n"),
    ],
)
def test_what_must_be_at_the_top_stays_there(path: str, head: str) -> None:
    text = "fn f() {}\n" if path.endswith("rs") else "f()\n"
    assert dressed(path, head + text) == head + "\n\n\n" + text


def test_a_comment_never_comes_to_say_what_the_encoding_is() -> None:
    text = "# a\n# b\n# coding: latin-1\nx = 'é'\n"
    assert dressed("a.py", text) == "\n\n\n# coding: latin-1\nx = 'é'\n"
    assert ast.dump(ast.parse(dressed("a.py", text).encode())) == ast.dump(ast.parse(text.encode()))


def test_line_ends_stay_what_they_are() -> None:
    assert dressed("a.py", "# a\r\nx = 1  # b\r\ny = 2\r\n") == "\r\n\r\n\r\nx = 1\r\n\r\ny = 2\r\n"
    assert dressed("a.js", "// a\r\nf(); // b\r\n/* c */\r\n") == "\r\n\r\n\r\nf();\r\n"
    assert dressed("a.rs", "// a\r\nfn f() {} // b\r\n") == "\r\n\r\n\r\nfn f() {}\r\n"


def test_what_has_no_line_end_at_its_end_gets_none() -> None:
    assert dressed("a.py", "x = 1  # a") == "\n\n\nx = 1"
    assert dressed("a.py", "x = 1\n# a") == "\n\n\nx = 1\n"
    assert dressed("a.py", "#!/bin/x") == "#!/bin/x"
    assert dressed("a.py", "# a") == "\n\n\n"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.py", b"x = '\xff'\n"),
        ("a.py", b"x = \0\n"),
        ("a.py", b"x = (\n"),
        ("a.py", b"x = 1\ry = 2\r"),
        ("a.py", b"x = '" + b"a" * 6_000 + b"'\n"),
        ("a.py", b"x = 1\n" * 100_000),
        ("a.py", b"x = " + b"(" * 3_000 + b"1" + b")" * 3_000 + b"\n"),
        ("a.py", b"# Generated by a tool. Do not edit.\nx = 1\n"),
        ("a.go", b'package a\n\n// #include <a.h>\nimport "C"\n'),
        ("a.min.js", b"f();\n"),
        ("vendor/a.go", b"package a\n"),
        ("node_modules/a/b.js", b"f();\n"),
        ("tests/test_a.py", b"x = 1  # a\n"),
        ("a.c", b"int a; // b\n"),
        ("a.md", b"# a\n"),
    ],
)
def test_what_cannot_be_changed_with_certainty_or_is_not_the_projects_stays(
    path: str, content: bytes
) -> None:
    tree = Tree({path: File(content)})
    assert reformatted(tree, no_test) == tree


def test_files_that_are_named_are_the_only_ones() -> None:
    tree = Tree({f"{name}.py": File(b"x = 1\n", executable=True) for name in "abc"}, {"d.py": "a.py"})
    after = reformatted(tree, no_test, only=["b.py", "b.py", "gone.py", "d.py"])
    assert [path for path in tree.files if after.files[path] != tree.files[path]] == ["b.py"]
    assert after.files["b.py"].executable
    assert after.links == tree.links


def test_no_more_is_changed_than_there_is_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree({f"{name}.py": File(b"x = 1\n") for name in "abcd"})
    monkeypatch.setattr(placebo, "MAX_FILES", 3)
    assert sum(file != tree.files[path] for path, file in reformatted(tree, no_test).files.items()) == 3
    monkeypatch.setattr(placebo, "MAX_BYTES", 13)
    assert sum(file != tree.files[path] for path, file in reformatted(tree, no_test).files.items()) == 2


def library() -> Iterator[Path]:
    """Some of the standard library: the larger corpus that this was tried on would take a minute."""
    found = sorted(Path(sysconfig.get_path("stdlib")).glob("[a-z]*.py"))
    return (path for path in found[::7] if path.stat().st_size < 40_000)


def test_real_modules_mean_the_same_as_before() -> None:
    compared = 0
    for path in library():
        before = path.read_bytes()
        after = dressed("a.py", before).encode(errors="surrogateescape")
        if after == before:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(before)), path
        compared += 1
    assert compared > 10


def test_a_fix_is_formatted_by_the_same_rules() -> None:
    base = Tree({"a.py": File(b"x = 1\n"), "b.py": File(b"y = 1\n")})
    fix = Patch(
        changes=(
            FileChange(path="a.py", content="x = 2  # why\n"),
            FileChange(path="b.py", content=None),
            FileChange(path="c.md", content="# so\n"),
        )
    )
    assert [change.content for change in formatted_fix(base, fix).changes] == [
        "\n\n\nx = 2\n",
        None,
        "# so\n",
    ]


def test_files_beside_are_new_and_harmless_and_cannot_be_named_beforehand() -> None:
    tree = Tree(
        {"shelf/pages.py": File(b"x = 1\n"), "setup.py": File(b""), "README.md": File(b"")}, {"l": "shelf"}
    )
    after = beside(tree)
    added = sorted(set(after.files) - set(tree.files))
    name = added[0].removeprefix(".")
    assert added == [f".{name}", f"_{name}/notes.txt", f"_{name}/unused.py", f"shelf/.{name}"]
    assert {path: after.files[path] for path in tree.files} == tree.files
    assert (after.links, beside(tree)) == (tree.links, after)
    other = beside(Tree({**tree.files, "README.md": File(b"other")}))
    assert set(added).isdisjoint(other.files)


def test_no_compiler_of_typescript_is_given_one_more_file() -> None:
    assert not [path for path in beside(Tree({"src/a.ts": File(b"")})).files if path.endswith("unused.ts")]


def test_nothing_is_put_beside_what_is_no_code() -> None:
    assert len(beside(Tree({"docs/a.md": File(b"")})).files) == 3


def test_without_its_code_a_fix_is_only_words() -> None:
    base = Tree({"a.py": File(b"x = 1\ny = 2\n"), "NEWS.md": File(b"old\n"), "b.py": File(b"z = 1\n")})
    fix = Patch(
        changes=(
            FileChange(path="NEWS.md", content="new\n"),
            FileChange(path="a.py", content="# why\nx = 1\ny = 3  # so\n"),
            FileChange(path="b.py", content="z = 2\n"),
            FileChange(path="c.py", content="w = 1\n"),
            FileChange(path="tests/test_a.py", content="# only words\n"),
        )
    )
    words = without_code(base, fix, no_test)
    assert {change.path: change.content for change in words.changes} == {
        "NEWS.md": "new\n",
        "a.py": "# why\nx = 1\ny = 2\n",
    }


def test_a_fix_that_is_all_code_has_no_words() -> None:
    base = Tree({"a.py": File(b"x = 1\n")})
    assert (
        without_code(base, Patch(changes=(FileChange(path="a.py", content="x = 2\n"),)), no_test) == Patch()
    )
