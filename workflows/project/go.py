"""Go: one module, or the workspace around several."""

from __future__ import annotations

from workflows.project.folder import Folder
from workflows.project.hosts import REGISTRIES
from workflows.project.model import Lines, Project, Stack, Text


def look(folder: Folder) -> Project | None:
    manifest = folder.first("go.mod", "go.work")
    if not manifest:
        return None
    home = folder.holding("go.work") or folder
    # A workspace alone is no module: its members are asked one by one.
    test = "go test ./..." if folder.has("go.mod") else "go list -m -f '{{.Dir}}/...' | xargs go test"
    is_vendored = home.has("vendor/modules.txt")
    hosts = () if is_vendored else REGISTRIES["go"]
    return Project(
        path=Text(value=folder.path),
        stack=Stack.GO,
        manager="go",
        version=_version(folder.text(manifest)),
        setup=Lines(
            value=() if is_vendored else ("go mod download",),
            source=home.at("vendor/modules.txt") if is_vendored else folder.at(manifest),
        ),
        setup_at=folder.path,
        test=Text(value=test, source=folder.at(manifest)),
        hosts=tuple(Text(value=host, source="go") for host in hosts),
        key_files=tuple(
            at.at(name)
            for at, names in ((home, ("go.work", "go.work.sum")), (folder, ("go.mod", "go.sum")))
            for name in names
            if at.has(name)
        ),
        key_names=("go.mod", "go.sum") if folder.has("go.work") else (),
    )


def _version(said: str) -> str:
    for line in said.splitlines()[:200]:
        words = line[:200].split()
        if len(words) == 2 and words[0] == "go":
            return words[1]
    return ""
