"""Files and folders by their path at a commit."""

from __future__ import annotations

from bot.standin.errors import not_found
from bot.standin.git import objects
from bot.standin.git.objects import TreeEntry
from bot.standin.git.run import Git


async def entry_at(git: Git, commit: str, path: str) -> TreeEntry:
    """The file or folder of exactly this path."""
    folder = path.rpartition("/")[0]
    for entry in await list_folder(git, commit, folder):
        if entry.path == path:
            return entry
    raise not_found()


async def list_folder(git: Git, commit: str, folder: str) -> list[TreeEntry]:
    if folder == "":
        return await objects.read_tree(git, commit, recursive=False)
    tree = await entry_at(git, commit, folder)
    if tree.type != "tree":
        raise not_found()
    inside = await objects.read_tree(git, tree.sha, recursive=False)
    return [TreeEntry(f"{folder}/{e.path}", e.mode, e.type, e.sha, e.size) for e in inside]
