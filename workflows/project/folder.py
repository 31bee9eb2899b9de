"""A folder of a tree, and where manifests are: read once, however many files there are."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows.tree import Tree

MOST_BYTES = 256 * 1024
"""Of a file that is read here. Lock files are only hashed."""

MOST_FOLDERS = 1_000
MOST_LEVELS = 10
LONGEST_PATH = 500

MANIFESTS = frozenset(
    {
        *("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "requirements.txt", "tox.ini", "noxfile.py"),
        *(
            "environment.yml",
            "environment.yaml",
            "package.json",
            "Cargo.toml",
            "go.mod",
            "go.work",
            "pom.xml",
        ),
        *("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"),
    }
)

# Copies of others' projects, and samples: nobody means these when they do not name them.
_ASIDE = frozenset(
    {
        *("node_modules", "vendor", "third_party", "third-party", "site-packages", "bower_components"),
        *("test", "tests", "testing", "__tests__", "testdata", "fixtures", "e2e", "spec"),
        *("example", "examples", "sample", "samples", "demo", "demos", "template", "templates"),
        *("doc", "docs", "website", "bench", "benchmark", "benchmarks", "buildsrc"),
    }
)


@dataclass(frozen=True, slots=True)
class Folder:
    tree: Tree
    path: str

    def at(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name

    def has(self, name: str) -> bool:
        return self.at(name) in self.tree.files

    def first(self, *names: str) -> str:
        """The first of these that is here; empty when none is."""
        return next((name for name in names if self.has(name)), "")

    def text(self, name: str) -> str:
        """Empty when it is not here, is not text, or is larger than what is read of a repository."""
        file = self.tree.files.get(self.at(name))
        if file is None or len(file.content) > MOST_BYTES:
            return ""
        return self.tree.text(self.at(name)) or ""

    def up(self) -> Iterator[Folder]:
        """This one, and those around it, nearest first."""
        path: str = self.path
        for _ in range(MOST_LEVELS):
            yield Folder(self.tree, path)
            if not path:
                return
            path = posixpath.dirname(path)

    def holding(self, *names: str) -> Folder | None:
        """The nearest, from here up, that has one of these."""
        return next((folder for folder in self.up() if folder.first(*names)), None)


def manifests(tree: Tree) -> Mapping[str, frozenset[str]]:
    """The manifests of each folder that has any, shallow ones first."""
    found: dict[str, set[str]] = {}
    for path in tree.files:
        folder, name = posixpath.split(path)
        if name in MANIFESTS and folder.isprintable() and len(folder) <= LONGEST_PATH:
            found.setdefault(folder, set()).add(name)
    kept = sorted(found, key=lambda folder: (folder.count("/"), folder))[:MOST_FOLDERS]
    return {folder: frozenset(found[folder]) for folder in kept}


def is_aside(folder: str) -> bool:
    return any(part.lower() in _ASIDE or part.startswith(".") for part in folder.split("/") if part)
