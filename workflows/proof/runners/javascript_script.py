"""How package.json's scripts call a tool: its arguments, node's own, and the variables set for it."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workflows.project.folder import Folder
from workflows.project.model import Project, Stack
from workflows.project.read import Table, dig, json_of, table
from workflows.proof.runners.globs import globbed
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
_RUN_SEVERAL = frozenset({"run-s", "run-p", "npm-run-all", "npm-run-all2", "concurrently", "wireit"})
# What vitest does beside testing.
_NO_TESTS = frozenset({"bench", "list", "init", "typecheck"})
_FOR_TESTS = re.compile(r"test|spec|unit|mocha|jest|cov|\bci\b|check|tdd")
# Of a tool's flags, those that take a path which is none of a test.
_NAMES_A_FILE = re.compile(
    r"-[crRO]|--(?:config|require|import|loader|file|reporter|reporters|project|dir|root|rootDir|setupFiles|package"
    r"|setupFilesAfterEnv|globalSetup|opts|ignore|exclude|testPathIgnorePatterns|env|extension|ui|preset)"
)
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
    said = next(_calls(project.test.value, scripts_of(about), tree, _LEVELS), None)
    said = said or next(_calls(scripts_of(about).get("test", ""), scripts_of(about), tree, _LEVELS), None)
    if said:
        return said.tool
    known = {name for part in ("dependencies", "devDependencies") for name in table(dig(about, part))}
    return next((tool for tool in TOOLS if tool in known), NODE if _has_node_tests(tree) else "")


def call(tool: str, tree: Tree) -> Call:
    """As the script `test` does, or another of a test; plainly where none does."""
    scripts = scripts_of(_about(tree))
    names = sorted(
        filter(_FOR_TESTS.search, scripts),
        key=lambda name: (name != "test", not name.startswith("test"), name),
    )
    for name in names:
        found = [one for one in _calls(scripts[name], scripts, tree, _LEVELS) if one.tool == tool]
        if found:
            return _widest(found, tree)
    return Call(tool)


def _widest(calls: Sequence[Call], tree: Tree) -> Call:
    """Of several in one script: the one for all tests, or those that differ only in which tests they name."""
    first, *_ = calls
    apart = [(one, _paths(one.args, tree)) for one in calls]
    whole = next((one for one, paths in apart if not paths), None)
    if whole is not None:
        return whole
    rest = [word for word in first.args if word not in _paths(first.args, tree)]
    alike = [
        paths
        for one, paths in apart
        if (one.node, one.env) == (first.node, first.env) and [w for w in one.args if w not in paths] == rest
    ]
    return replace(first, args=(*rest, *dict.fromkeys(path for paths in alike for path in paths)))


def _paths(args: Sequence[str], tree: Tree) -> Sequence[str]:
    before = ("", *args)
    return [
        word
        for word, flag in zip(args, before, strict=False)
        if not word.startswith("-") and not _NAMES_A_FILE.fullmatch(flag) and _is_path(word, tree)
    ]


def _is_path(word: str, tree: Tree) -> bool:
    plain = posixpath.normpath(word)
    return "/" in word or "*" in word or plain in tree.files or tree.is_folder(plain)


def _about(tree: Tree) -> Table:
    return json_of(Folder(tree, ""), "package.json", [])


def scripts_of(about: Table) -> dict[str, str]:
    scripts = table(about.get("scripts"))
    return {name: line for name, line in scripts.items() if isinstance(line, str) and len(line) < _LONGEST}


def _calls(line: str, scripts: Mapping[str, str], tree: Tree, levels: int) -> Iterator[Call]:
    for words in commands(line):
        env: dict[str, str] = {}
        rest = list(words)
        while rest and (rest[0] in {"env", "cross-env", "cross-env-shell"} or _ASSIGNED.fullmatch(rest[0])):
            assigned = _ASSIGNED.fullmatch(rest.pop(0))
            if assigned:
                env[assigned[1]] = assigned[2]
        others = run_by(rest, scripts)
        if others and levels:
            for script in others:
                for one in _calls(scripts[script], scripts, tree, levels - 1):
                    yield Call(one.tool, one.args, one.node, {**env, **one.env})
            continue
        found = _tool(rest, env) or _node(rest, env, tree)
        if found:
            yield found


def commands(line: str) -> Iterator[Sequence[str]]:
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


def run_by(words: Sequence[str], scripts: Mapping[str, str]) -> Sequence[str]:
    """Which other scripts this runs."""
    if not words or words[0] not in _RUN | _RUN_SEVERAL:
        return ()
    plain = [
        word for word in words[1:] if not word.startswith("-") and word not in {"run", "run-script", "exec"}
    ]
    if words[0] in _RUN:
        plain = ["test" if word in {"t", "tst"} and words[0] == "npm" else word for word in plain[:1]]
    return [name for word in plain for name in _named(word.removeprefix("npm:"), scripts)]


def _named(word: str, scripts: Mapping[str, str]) -> Sequence[str]:
    """By its name, by a pattern as `run-s` has them, or by an expression as pnpm does: `/^test:/`."""
    if word in scripts:
        return [word]
    if len(word) > 2 and word.startswith("/") and word.endswith("/"):
        start = word[1:-1]
        if not start.startswith("^"):
            return []
        return [name for name in scripts if name.startswith(start[1:])]
    if "*" in word:
        pattern = globbed(word.replace(":", "/"))
        return [name for name in scripts if pattern.fullmatch(name.replace(":", "/"))]
    return []


def _tool(words: Sequence[str], env: Mapping[str, str]) -> Call | None:
    if not words or (words[0] not in _AROUND and _base(words[0]) not in TOOLS):
        return None
    for at, word in enumerate(words):
        if _base(word) in TOOLS:
            if _NO_TESTS & set(words[at + 1 : at + 2]):
                return None
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
