"""Folders that somebody names: inside the repository, and written in one way."""

from __future__ import annotations


class Unsound(ValueError):
    """It names no place in a repository."""


def folder_path(said: str) -> str:
    """As paths in a tree are; the root is empty."""
    if not isinstance(said, str):  # pyright: ignore[reportUnnecessaryIsInstance] - a validator meets anything
        raise Unsound("is a path")
    parts = [part for part in said.strip().split("/") if part not in {"", "."}]
    if said.startswith("/") or ".." in parts or "\\" in said or not said.isprintable() or len(said) > 500:
        raise Unsound("is a path inside the repository, such as packages/api")
    return "/".join(parts)
