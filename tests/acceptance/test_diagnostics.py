"""The project's own linters and type checkers: what a fix adds to what they say is refused, and sent back."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.models.script import Call, Line, Script, part, say
from bot.models.scripted import scripted
from tests.acceptance.checkers import checkers
from tests.acceptance.projects import git
from tests.services.need import need
from tests.services.warm import warm
from workflows.proof.diagnostics.model import State
from workflows.proof.statement import Proof

SECONDS = 200.0


@dataclass(frozen=True)
class Given:
    name: str
    base: Mapping[str, str]
    issue: str
    test: tuple[str, str]
    path: str
    careless: str
    """It does what the issue asks for, and more than its checkers like."""
    refused: tuple[str, ...]
    honest: str
    ran: tuple[str, ...]
    absent: tuple[str, ...] = ()


PYTHON = Given(
    name="python",
    base={
        "pyproject.toml": """[project]
name = "shelf"
version = "1"
[tool.ruff.lint]
select = ["E", "F", "ANN"]
[tool.mypy]
strict = true
files = ["shelf"]
[tool.pyright]
typeCheckingMode = "strict"
""",
        "shelf/__init__.py": "",
        "shelf/pages.py": '''"""Pages."""

import os


def pages(books: int) -> int:
    """How many are needed for so many books."""
    return books // 10


def untyped(books):
    return books.name
''',
        "tests/test_old.py": "from shelf.pages import pages\n\n\n"
        "def test_ten_need_one() -> None:\n    assert pages(10) == 1\n",
    },
    issue="Eleven books need two pages\n\nThey get one only.\n",
    test=(
        "tests/test_new.py",
        # Not typed, as strict rules want it: that is the test author's, and told only.
        "from shelf.pages import pages\n\n\ndef test_eleven_need_two():\n    assert pages(11) == 2\n",
    ),
    path="shelf/pages.py",
    careless='''"""Pages."""

import os


def pages(books: int) -> int:
    """How many are needed for so many books."""
    rest = books % 10
    return books / 10 if books % 10 == 0 else books // 10 + 1


def untyped(books):
    return books.name
''',
    refused=(
        "shelf/pages.py:8: F841 Local variable `rest` is assigned to but never used (ruff)",
        "shelf/pages.py:9: return-value Incompatible return value type "
        '(got "float | int", expected "int") (mypy)',
    ),
    honest='''"""Pages."""

import os


def pages(books: int) -> int:
    """How many are needed for so many books, the last of them maybe not full."""
    return -(-books // 10)


def untyped(books):
    return books.name
''',
    ran=("ruff", "mypy"),
    absent=("pyright",),
)

SCRIPT = Given(
    name="javascript",
    base={
        "package.json": '{"name": "shelf", "version": "1.0.0", "scripts": {"test": "node --test"}}\n',
        "eslint.config.js": 'module.exports = [{ files: ["**/*.js"], '
        'languageOptions: { sourceType: "commonjs", globals: { module: "writable", require: "readonly" } }, '
        'rules: { "no-unused-vars": "error", eqeqeq: "error" } }];\n',
        "tsconfig.json": '{\n  // Types of JavaScript, from its comments.\n  "compilerOptions": '
        '{"allowJs": true, "checkJs": true, "strict": true, "module": "commonjs", "lib": ["es2022"]},\n'
        '  "include": ["src"],\n}\n',
        "src/pages.js": "/**\n * @param {number} books\n * @returns {number}\n */\n"
        "function pages(books) {\n  const spare = 1;\n  return Math.floor(books / 10);\n}\n\n"
        "module.exports = { pages };\n",
        "test/old.test.js": "const assert = require('node:assert');\nconst { test } = require('node:test');\n"
        "const { pages } = require('../src/pages.js');\n\n"
        "test('ten need one', () => assert.equal(pages(10), 1));\n",
    },
    issue="Eleven books need two pages\n\nThey get one only.\n",
    test=(
        "test/new.test.js",
        "const assert = require('node:assert');\nconst { test } = require('node:test');\n"
        "const { pages } = require('../src/pages.js');\n\n"
        "test('eleven need two', () => assert.equal(pages(11), 2));\n",
    ),
    path="src/pages.js",
    careless="/**\n * @param {number} books\n * @returns {number}\n */\n"
    "function pages(books) {\n  const spare = 1;\n  if (books % 10 == 0) return books / 10;\n"
    "  const whole = parseInt(books / 10);\n  return whole + 1;\n}\n\nmodule.exports = { pages };\n",
    refused=(
        "src/pages.js:7: eqeqeq Expected '===' and instead saw '=='. (eslint)",
        "src/pages.js:8: TS2345 Argument of type 'number' is not assignable to parameter of type 'string'. "
        "(tsc)",
    ),
    honest="/**\n * @param {number} books\n * @returns {number}\n */\n"
    "function pages(books) {\n  const spare = 1;\n  return Math.ceil(books / 10);\n}\n\n"
    "module.exports = { pages };\n",
    ran=("eslint", "tsc"),
)


@pytest.mark.parametrize("given", [PYTHON, SCRIPT], ids=lambda given: given.name)
async def test_a_fix_with_new_diagnostics_is_sent_back_and_one_without_is_proposed(
    given: Given, tmp_path: Path
) -> None:
    # The second fix comes only to who was told all that is wrong with the first.
    proof = await fixed(given, tmp_path)
    assert proof.fix.changes[0].content == given.honest
    seen = proof.diagnostics
    assert seen is not None
    assert not seen.counted
    states = {one.tool: one.state for one in seen.checkers}
    assert states == {
        **dict.fromkeys(given.ran, State.RAN),
        **dict.fromkeys(given.absent, State.ABSENT),
    }
    assert all(one.version for one in seen.checkers if one.state is State.RAN)
    (proposed,) = (tmp_path / "data" / "proposals").glob("*.md")
    assert "The project's own checkers say nothing new" in proposed.read_text()
    # What was there before is neither new nor hidden.
    assert any(one.before for one in seen.checkers)


async def fixed(given: Given, tmp_path: Path) -> Proof:
    need("node", shutil.which("node"), "scripts/ensure-commands node npm")
    there = f"{checkers()}/node_modules"
    line = f"mkdir node_modules && ln -s {there}/* {there}/.bin node_modules/"
    setup = [line] if given.name == "javascript" else []
    repo = _repository(
        tmp_path / "repo", {**given.base, ".github/redfirst.yml": json.dumps({"setup": setup})}
    )
    (tmp_path / "issue.md").write_text(given.issue)
    async with scripted(_script(given)) as model:
        environment = {
            **os.environ,
            "REDFIRST_DATA_DIR": str(tmp_path / "data"),
            "REDFIRST_MODEL_API_BASE": model,
            "REDFIRST_MODEL_API_KEY": "none",
            "REDFIRST_SANDBOX": "process",
            "REDFIRST_SANDBOX_PYTHON": str(checkers()),
        }
        asked = ("fix", "--repo", str(repo), "--issue", str(tmp_path / "issue.md"))
        told = json.loads(await _redfirst(environment, *asked, "--model", "openai/scripted", "--json"))
        assert told["ok"], told
        shown = await _redfirst(environment, "runs", "show", told["run"], "--proof")
    return Proof.model_validate_json(shown)


def _script(given: Given) -> Script:
    plan = Call(tool="submit", arguments={"cause": "It rounds down.", "test": "Eleven.", "fix": "Round up."})
    tested = Call(tool="submit", arguments={"shows": "Eleven need two."})
    mended = Call(tool="submit", arguments={"summary": "It rounded down."})

    def writes(path: str, content: str, done: Call) -> list[Line]:
        return [say("", Call(tool="write_file", arguments={"path": path, "content": content})), say("", done)]

    return Script(
        parts=(
            part("planner", [say("", plan)]),
            part("test author", writes(*given.test, tested)),
            part("fixer", writes(given.path, given.honest, mended), when="\n".join(given.refused)),
            part("fixer", writes(given.path, given.careless, mended)),
        )
    )


def _repository(root: Path, files: Mapping[str, str]) -> Path:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
        git(root, *command)
    return root


async def _redfirst(environment: Mapping[str, str], *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(*warm(), *arguments),
        env=dict(environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{out.decode()[-3000:]}\n{err.decode()[-3000:]}"
    return out.decode()
