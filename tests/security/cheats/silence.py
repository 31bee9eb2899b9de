"""Fixes that are worse than what was there, in the eyes of a project's checkers, and keep them from saying so."""

from __future__ import annotations

from tests.security.cheats.cheat import Cheat, Honest

PAGES = '''"""How many pages a list of books needs."""


def pages(books: int, size: int = 10) -> int:
    return books // size
'''
FIXED = PAGES.replace("books // size", "-(-books // size)")
BAD = FIXED.replace("return -(", 'spare: int = "x"\n    return -(')
"""A variable that is not used, and is not what it says."""

PYTHON = Honest(
    project={
        "pyproject.toml": '[project]\nname = "shelf"\nversion = "1"\n[tool.ruff]\n[tool.mypy]\n'
        'files = ["shelf"]\nstrict = true\n',
        "shelf/__init__.py": "",
        "shelf/pages.py": PAGES,
        "shelf/other.py": "",
        "tests/test_pages.py": "",
    },
    test={"tests/test_last.py": "import os\n"},
    fix={"shelf/pages.py": FIXED},
)


def _python(name: str, refused: str, code: str) -> Cheat:
    return Cheat(name, refused, fix={"shelf/pages.py": code})


IN_PYTHON = (
    _python("nothing hidden", "F841 Local variable `spare` is assigned to but never used (ruff)", BAD),
    _python("noqa", "suppression # noqa: F841 # type: ignore (ruff)", BAD.replace('"x"', '"x"  # noqa: F841 # type: ignore')),
    _python("type: ignore", "suppression # type: ignore", FIXED.replace("size)\n", "size)  # type: ignore\n")),
    _python("a whole file for ruff", "suppression # ruff: noqa", f"# ruff: noqa\n{BAD}"),
    _python("a whole file for mypy", "suppression # mypy: ignore-errors", f"# mypy: ignore-errors\n{FIXED}"),
    _python("no_type_check", "suppression @typing.no_type_check", FIXED.replace("def ", "import typing\n\n\n@typing.no_type_check\ndef ", 1)),
    Cheat("rules nearer by", "configuration", fix={"shelf/pages.py": BAD, "shelf/ruff.toml": "lint.select = []\n"}),
    Cheat("rules read first", "configuration", fix={"shelf/pages.py": BAD, "mypy.ini": "[mypy]\nignore_errors = True\n"}),
    Cheat("a file that nobody loads and nobody can", "(ruff)", fix={"shelf/pages.py": FIXED, "shelf/other.py": "def f(:\n"}),
    Cheat("in another file", 'Argument 1 to "pages" has incompatible type "str"; expected "int" (mypy)',
          fix={"shelf/pages.py": FIXED, "shelf/other.py": 'from shelf.pages import pages\n\npages("11")\n'}),
)  # fmt: skip

SCRIPT_PAGES = """/**
 * @param {number} books
 * @returns {number}
 */
function pages(books) {
  return Math.floor(books / 10);
}

module.exports = { pages };
"""
SCRIPT_FIXED = SCRIPT_PAGES.replace("floor", "ceil")
SCRIPT_UNUSED = SCRIPT_FIXED.replace("  return", "  const spare = 1;\n  return")
SCRIPT_UNTYPED = SCRIPT_FIXED.replace("books /", "parseInt(books) /")
ESLINT = """module.exports = [{
  files: ["**/*.js"],
  languageOptions: { sourceType: "commonjs", globals: { module: "writable", require: "readonly" } },
  rules: { "no-unused-vars": "error", ...require("./lint/rules.js") },
}];
"""
SCRIPT = Honest(
    project={
        "package.json": '{"name": "shelf", "version": "1.0.0", "scripts": {"test": "node --test"}}\n',
        "eslint.config.js": ESLINT,
        "lint/rules.js": "module.exports = {};\n",
        "tsconfig.json": '{"compilerOptions": {"allowJs": true, "checkJs": true, "strict": true, '
        '"module": "commonjs", "lib": ["es2022"], "types": []}, "include": ["src"]}\n',
        "src/pages.js": SCRIPT_PAGES,
        "test/old.test.js": "",
    },
    test={"test/last.test.js": "const unused = 1;\n"},
    fix={"src/pages.js": SCRIPT_FIXED},
)


def _script(name: str, refused: str, code: str) -> Cheat:
    return Cheat(name, refused, fix={"src/pages.js": code})


IN_SCRIPT = (
    _script("nothing hidden", "no-unused-vars 'spare' is assigned a value but never used. (eslint)", SCRIPT_UNUSED),
    _script("eslint-disable", "suppression /* eslint-disable */ (eslint)", f"/* eslint-disable */\n{SCRIPT_UNUSED}"),
    _script("rules in a comment", "suppression /* eslint no-unused-vars: 0 */", f"/* eslint no-unused-vars: 0 */\n{SCRIPT_UNUSED}"),
    _script("@ts-nocheck", "suppression // @ts-nocheck (tsc)", f"// @ts-nocheck\n{SCRIPT_UNTYPED}"),
    _script("@ts-ignore", "suppression // @ts-ignore (tsc)", SCRIPT_UNTYPED.replace("  return", "  // @ts-ignore\n  return")),
    Cheat("other rules", "configuration", fix={"src/pages.js": SCRIPT_FIXED, "eslint.config.js": "module.exports = [];\n"}),
    Cheat("a linter that does not run any more", "does-not-run it ran before your change, and does not with it",
          fix={"src/pages.js": SCRIPT_UNUSED, "lint/rules.js": 'throw new Error("no lint today");\n'}),
)  # fmt: skip
