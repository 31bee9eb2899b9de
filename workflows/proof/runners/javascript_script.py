"""How package.json's scripts call a tool: its arguments, node's own, and the variables set for it."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workflows.project.folder import Folder
from workflows.project.model import Project, Stack
from workflows.project.read import Table, dig, json_of, table
from workflows.tree import Tree

NODE = "node"
TOOLS = ("vitest", "jest", "mocha")
_LEVELS = 4
_LONGEST = 5_000
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_BETWEEN = frozenset({"&&", "||", ";", "|", "&"})
# What stands before a tool and runs it.
_AROUND = frozenset(
    {
        *("npx", "npm", "pnpm", "yarn", "bunx", "exec", "dlx", "run", "env", "cross-env", "cross-env-shell"),
        *("c8", "nyc", "dotenv", "dotenvx", "node", "tsx", "--", "time"),
    }
)
_RUN = frozenset({"npm", "pnpm", "yarn"})
# Of node's own flags, those that take the word after them.
_TAKES = frozenset(
    {
        *("--import", "--require", "-r", "--loader", "--experimental-loader", "--env-file", "-C"),
        *("--conditions", "--test-name-pattern", "--test-reporter", "--test-reporter-destination"),
        *("--test-concurrency", "--test-timeout", "--test-skip-pattern", "--env-file-if-exists"),
    }
)
# The run is ours to steer.
_OURS = re.compile(r"--(?:test|watch|experimental-test-coverage|inspect|no-test)(?:$|=|-(?!module|only$).*)")


@dataclass(frozen=True, slots=True)
class Call:
    tool: str
    args: tuple[str, ...] = ()
    node: tuple[str, ...] = ()
    """Flags of node itself."""
    env: Mapping[str, str] = field(default_factory=dict[str, str])


def meant(project: Project, tree: Tree) -> str:
    """The tool that the project's tests are run with; empty where none is known."""
    if project.stack is not Stack.NODE:
        return ""
    about = _about(tree)
    said = next(_calls(project.test.value, _scripts(about), tree, _LEVELS), None)
    said = said or next(_calls(_scripts(about).get("test", ""), _scripts(about), tree, _LEVELS), None)
    if said:
        return said.tool
    known = {name for part in ("dependencies", "devDependencies") for name in table(dig(about, part))}
    return next((tool for tool in TOOLS if tool in known), NODE if _has_node_tests(tree) else "")


def call(tool: str, tree: Tree) -> Call:
    """As the script `test` does, or another of a test; plainly where none does."""
    scripts = _scripts(_about(tree))
    names = sorted(scripts, key=lambda name: (name != "test", not name.startswith("test"), name))
    found = (one for name in names for one in _calls(scripts[name], scripts, tree, _LEVELS))
    return next((one for one in found if one.tool == tool), Call(tool))


def _about(tree: Tree) -> Table:
    return json_of(Folder(tree, ""), "package.json", [])


def _scripts(about: Table) -> dict[str, str]:
    scripts = table(about.get("scripts"))
    return {name: line for name, line in scripts.items() if isinstance(line, str) and len(line) < _LONGEST}


def _calls(line: str, scripts: Mapping[str, str], tree: Tree, levels: int) -> Iterator[Call]:
    for words in _commands(line):
        env: dict[str, str] = {}
        rest = list(words)
        while rest and (rest[0] in {"env", "cross-env", "cross-env-shell"} or _ASSIGNED.fullmatch(rest[0])):
            assigned = _ASSIGNED.fullmatch(rest.pop(0))
            if assigned:
                env[assigned[1]] = assigned[2]
        script = _script(rest, scripts)
        if script and levels:
            for one in _calls(scripts[script], scripts, tree, levels - 1):
                yield Call(one.tool, one.args, one.node, {**env, **one.env})
            continue
        found = _tool(rest, env) or _node(rest, env, tree)
        if found:
            yield found


def _commands(line: str) -> Iterator[Sequence[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;")
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    try:
        for word in lexer:
            if word in _BETWEEN:
                yield words
                words = []
            else:
                words.append(word)
    except ValueError:
        return
    yield words


def _script(words: Sequence[str], scripts: Mapping[str, str]) -> str:
    """Which other script this runs."""
    if not words or words[0] not in {*_RUN, "run-s", "npm-run-all"}:
        return ""
    for word in words[1:]:
        if word in {"t", "tst"} and words[0] == "npm":
            return "test" if "test" in scripts else ""
        if not word.startswith("-") and word not in {"run", "run-script", "exec"}:
            return word if word in scripts else ""
    return ""


def _tool(words: Sequence[str], env: Mapping[str, str]) -> Call | None:
    if not words or (words[0] not in _AROUND and _base(words[0]) not in TOOLS):
        return None
    for at, word in enumerate(words):
        if _base(word) in TOOLS:
            before = words[:at]
            node = before[before.index("node") + 1 :] if "node" in before else ()
            return Call(_base(word), tuple(words[at + 1 :]), tuple(node), env)
    return None


def _base(word: str) -> str:
    return re.sub(r"\.[cm]?js$", "", posixpath.basename(word)).removeprefix("_")


def _node(words: Sequence[str], env: Mapping[str, str], tree: Tree) -> Call | None:
    at = next((at for at, word in enumerate(words) if word in {"node", "tsx"}), None)
    if at is None or (at and words[0] not in _AROUND):
        return None
    flags: list[str] = ["--import=tsx"] if words[at] == "tsx" else []
    args: list[str] = []
    rest = list(words[at + 1 :])
    tests = False
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            args.append(word)
            continue
        tests = tests or word == "--test"
        taken = [rest.pop(0)] if word in _TAKES and rest else []
        if not _OURS.fullmatch(word):
            flags += [word, *taken]
    if tests:
        return Call(NODE, tuple(args), tuple(flags), env)
    # A file that is run for the tests in it.
    if len(args) == 1 and "node:test" in (tree.text(posixpath.normpath(args[0])) or ""):
        return Call(NODE, tuple(args), tuple(flags), env)
    return None


def _has_node_tests(tree: Tree) -> bool:
    likely = (path for path in tree.files if "test" in path and "node_modules/" not in path)
    return any("node:test" in (tree.text(path) or "") for path in likely)
