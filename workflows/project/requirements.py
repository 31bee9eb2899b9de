"""Requirements files and those that they name, which the result of a set-up depends on too."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from workflows.project.folder import Folder
from workflows.project.hosts import hosts_in, together
from workflows.project.model import Text

MOST_FILES = 50


def followed(folder: Folder, names: Sequence[str]) -> tuple[list[str], tuple[Text, ...]]:
    """Their paths in the tree, and the hosts that they name."""
    found: dict[str, None] = {}
    hosts: tuple[Text, ...] = ()
    todo = [folder.at(name) for name in names]
    while todo and len(found) < MOST_FILES:
        path = posixpath.normpath(todo.pop(0))
        if path in found or path not in folder.tree.files:
            continue
        found[path] = None
        around = Folder(folder.tree, posixpath.dirname(path))
        for line in around.text(posixpath.basename(path)).splitlines():
            words = line[:2_000].split()
            if words and words[0] in {"-r", "-c", "--requirement", "--constraint"} and len(words) > 1:
                todo.append(around.at(words[1]))
            elif words and words[0][:2] in {"-r", "-c"} and len(words[0]) > 2:
                todo.append(around.at(words[0][2:]))
            if words and "://" in line and not words[0].startswith("#"):
                named = [word.rpartition("=")[2] if word.startswith("--") else word for word in words]
                hosts = together(hosts, hosts_in([one for one in named if "://" in one], path))
    return [*found], hosts
