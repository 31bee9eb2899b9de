"""A dev container: the image that it names, and what it runs once it was made."""

from __future__ import annotations

import shlex
from typing import cast

from workflows.project.folder import MOST_BYTES, Folder
from workflows.project.model import Claim, Lines, Text
from workflows.project.read import Table, commented_json, entries, table
from workflows.tree import Tree

PLACES = (".devcontainer/devcontainer.json", ".devcontainer.json")
_ONCE = ("onCreateCommand", "updateContentCommand", "postCreateCommand")
_BUILT = ("build", "dockerFile", "dockerComposeFile")
MOST_LINES = 50
LONGEST_LINE = 2_000


def claim(tree: Tree, path: str = "") -> Claim | None:
    """None where there is no dev container."""
    notes: list[str] = []
    place = _place(tree, path, notes)
    if not place:
        return Claim(notes=tuple(notes)) if notes else None
    about = _read(tree, place, notes)
    image = about.get("image")
    if any(name in about for name in _BUILT):
        notes.append(f"{place} builds an image, which is not done here: name a finished one with `image`")
    if table(about.get("features")):
        notes.append(f"{place} asks for features, which are not installed here")
    lines = [line for name in _ONCE for line in _lines(about.get(name))]
    kept = tuple(line for line in lines if len(line) <= LONGEST_LINE)[:MOST_LINES]
    if len(kept) < len(lines):
        notes.append(f"{place} has more or longer commands than are run here")
    return Claim(
        image=Text(value=image, source=place) if isinstance(image, str) and is_image(image) else None,
        setup=Lines(value=kept, source=place) if kept else None,
        setup_at_root=True,
        notes=tuple(notes),
    )


def is_image(name: str) -> bool:
    """The name of an image as engines take it, without what would be something else to a command."""
    return (
        0 < len(name) <= 300
        and name[0].isalnum()
        and all(c.isalnum() or c in "._-/:@" for c in name)
        and name.isascii()
    )


def _place(tree: Tree, path: str, notes: list[str]) -> str:
    for place in PLACES:
        if place in tree.files:
            return place
    several = sorted(
        known
        for known in tree.files
        if known.startswith(".devcontainer/")
        and known.endswith("/devcontainer.json")
        and known.count("/") == 2
        and known.isprintable()
    )
    if len(several) > 1:
        meant = [one for one in several if one.split("/")[1] == path.rpartition("/")[2]]
        if not meant:
            notes.append(f"there are {len(several)} dev containers below .devcontainer/, so none was taken")
        return meant[0] if meant else ""
    return several[0] if several else ""


def _read(tree: Tree, place: str, notes: list[str]) -> Table:
    text = Folder(tree, "").text(place)
    if not text:
        notes.append(f"{place} is no text, or larger than {MOST_BYTES // 1024} KiB, so it was not read")
        return {}
    try:
        return commented_json(text.removeprefix("\ufeff"))
    except ValueError as error:
        notes.append(f"{place} cannot be read: {' '.join(str(error).split())[:200]}")
        return {}


def _lines(command: object) -> list[str]:
    """A line for a shell, the words of one command, or several of these by name, which need no order."""
    if isinstance(command, str):
        return [command.strip()] if command.strip() and _is_clean(command) else []
    if isinstance(command, list):
        said = entries(cast("object", command))
        words = [word for word in said if isinstance(word, str) and _is_clean(word)]
        return [shlex.join(words)] if words else []
    return [line for one in table(command).values() if not isinstance(one, dict) for line in _lines(one)]


def _is_clean(text: str) -> bool:
    return all(char.isprintable() or char in "\n\t" for char in text)
