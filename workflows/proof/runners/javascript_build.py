"""What has to be built before tests can run: some load what a script of the project makes of its sources."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.project.folder import Folder
from workflows.project.read import Table, dig, json_of
from workflows.proof.runners.javascript_script import commands, run_by, scripts_of
from workflows.tree import Tree

MOST_LINES = 20
MOST_MISSING = 50
_LEVELS = 4
_MOST = 256 * 1024
_TEST = re.compile(r"(?:^|/)(?:tests?|__tests__|specs?)/.*|.*[._-](?:test|spec)\.[cm]?[jt]sx?")
_HELPS = re.compile(
    r"(?:^|[/._-])(?:setup|bootstrap|before|helpers?|support|hooks|fixtures?|globals?|env)(?:[/._-])"
)
_SCRIPT = re.compile(r".*\.[cm]?[jt]sx?")
_LOADED = re.compile(r"""(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.\.?(?:/[^"'\n]{0,200})?)["']""")
_ENDINGS = (
    *("", ".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".tsx", ".jsx", ".json", ".node", ".d.ts"),
    *("/index.js", "/index.cjs", "/index.mjs", "/index.ts", "/index.tsx", "/index.json"),
)
# Where a loader of TypeScript is told of what will be there, it takes what is there now.
_WRITTEN = {".js": (".ts", ".tsx", ".jsx"), ".cjs": (".cts",), ".mjs": (".mts",), ".jsx": (".tsx",)}
_MADE = frozenset(
    {"build", "built", "dist", "lib", "out", "output", "es", "esm", "cjs", "umd", "bundle", "compiled", "tmp"}
)
_BUILDS = re.compile(
    r"build|compil|tsc\b|rollup|webpack|esbuild|babel|tsup|tsdown|swc|bundl|transpil|generat|unbuild|make\b|vite\b"
    r"|parcel|pkgroll|minif|uglify|terser|prepare|prepack|prepublish|peg|nearley|antlr|copy|\bcp\b|cpx|mkdir|\bnode\b"
)
_ELSE = re.compile(
    r"lint|prettier|format|noEmit|docs?\b|size|watch|serve|husky|release|publish|bench|mocha|jest|vitest|karma"
    r"|playwright|--test\b|\btests?/|type-?test|\btsd\b|check|clean|rimraf|\brm\b|del-cli|reset"
)
_RUN = re.compile(
    r"(?:\b(?:node|tsx|ts-node|babel-node|sh|bash)(?: +-\S+(?: +@\S+)?)*"
    r"|-r|-c|--(?:require|import|config))[ =]+([\w./@-]{1,200})"
)
_SCRIPTS = ("build", "compile", "prepare", "prepack", "prepublishOnly", "prepublish", "bundle", "dist")


@dataclass(frozen=True, slots=True)
class Build:
    wanted: tuple[str, ...]
    """What tests load and nobody has written; each may lack its ending."""
    lines: tuple[str, ...]
    """Run one after the other until all of that is there."""

    def argument(self) -> str:
        return json.dumps({"wanted": self.wanted, "lines": self.lines})


def build(tree: Tree, files: Sequence[str] = ()) -> Build | None:
    """For these tests, or all. None where all that they load is there, or nothing is known to make it."""
    about = json_of(Folder(tree, ""), "package.json", [])
    loading = _with_helpers(files, tree) if files else (path for path in tree.files if _TEST.fullmatch(path))
    wanted = tuple(sorted(set(_missing(loading, about, tree))))[:MOST_MISSING]
    lines = tuple(dict.fromkeys(_lines(scripts_of(about))))[:MOST_LINES] if wanted else ()
    return Build(wanted, lines) if lines else None


def steering(tree: Tree) -> frozenset[str]:
    """Files that those lines run: who writes one of them writes what the tests load."""
    made = build(tree)
    paths = (
        [posixpath.normpath(found[1]) for line in made.lines for found in _RUN.finditer(line)] if made else []
    )
    ends = ("", ".js", ".mjs", ".cjs", ".ts", "/index.js")
    return frozenset(path + end for path in paths for end in ends if tree.is_leaf(path + end))


def _with_helpers(files: Sequence[str], tree: Tree) -> Iterator[str]:
    """And what of the tests they load, and what looks like a helper, for settings may load that."""
    found = {path for path in tree.files if _TEST.fullmatch(path) and _HELPS.search(path)} | set(files)
    todo = sorted(found)
    while todo:
        path = todo.pop()
        yield path
        for place in _loaded(path, tree):
            there = next((place + end for end in _ENDINGS if place + end in tree.files), "")
            if there not in found and _TEST.fullmatch(there):
                found.add(there)
                todo.append(there)


def _loaded(path: str, tree: Tree) -> Iterator[str]:
    file = tree.files.get(path)
    if file is None or "node_modules/" in path or not _SCRIPT.fullmatch(path):
        return
    for loaded in _LOADED.finditer(file.content[:_MOST].decode(errors="replace")):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(path), loaded[1]))


def _missing(loading: Iterable[str], about: Table, tree: Tree) -> Iterator[str]:
    entries = frozenset(_entries(about))
    ignored = _ignored(tree)
    for path in loading:
        for place in _loaded(path, tree):
            if place == ".":
                yield from (entry for entry in _main(about) if not _is_there(entry, tree))
            elif not place.startswith("..") and not _is_there(place, tree):
                top, names = place.partition("/")[0], {place + ending for ending in _ENDINGS}
                if names & (entries | ignored) or top in _MADE or top in ignored:
                    yield place


def _is_there(place: str, tree: Tree) -> bool:
    stem, ending = posixpath.splitext(place)
    others = [stem + other for other in _WRITTEN.get(ending, ())]
    if any(tree.is_leaf(path) for path in (*(place + end for end in _ENDINGS), *others)):
        return True
    return tree.is_leaf(f"{place}/package.json")


def _main(about: Table) -> Sequence[str]:
    """What loading the whole package loads."""
    said = about.get("main")
    if isinstance(said, str) and said:
        return [posixpath.normpath(said)]
    return [] if about.get("exports") is None else list(_entries(about))[:1]


def _entries(about: Table) -> Iterator[str]:
    todo: list[object] = [about.get(name) for name in ("main", "module", "exports", "bin", "browser")]
    while todo:
        said = todo.pop()
        if isinstance(said, str) and "*" not in said:
            yield posixpath.normpath(said)
        elif isinstance(said, Mapping):
            todo.extend(dig(said, str(name)) for name in list(said)[:200])  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _ignored(tree: Tree) -> frozenset[str]:
    lines = (tree.text(".gitignore") or "").splitlines()[:500]
    return frozenset(line.strip().strip("/") for line in lines) - {"", "node_modules"}


def _lines(scripts: Mapping[str, str]) -> Iterator[str]:
    """What the tests' own script does before them, then what is called so."""
    for name in ("pretest", "test"):
        yield from _building(scripts.get(name, ""), scripts, _LEVELS)
    for name in _SCRIPTS:
        if name in scripts:
            hooked = {f"pre{name}", f"post{name}"} & scripts.keys()
            parts = [] if hooked else list(_building(scripts[name], scripts, _LEVELS))
            yield from parts or [f"npm run {name}"]


def _building(line: str, scripts: Mapping[str, str], levels: int) -> Iterator[str]:
    for words in commands(line):
        text = " ".join(_quoted(word) for word in words)
        others = run_by(words, scripts)
        if others and not levels:
            continue
        if not others:
            if _BUILDS.search(text) and not _ELSE.search(text):
                yield text
            continue
        for name in others:
            # What is called with more than its name, or has something run around it, is called as it is.
            is_plain = " -- " not in f"{text} " and not {f"pre{name}", f"post{name}"} & scripts.keys()
            parts = list(_building(scripts[name], scripts, levels - 1))
            if is_plain:
                yield from parts
            elif parts or _BUILDS.search(name):
                yield text


def _quoted(word: str) -> str:
    import shlex

    return shlex.quote(word)
