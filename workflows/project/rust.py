"""Rust: cargo, with the lock file of the workspace around it."""

from __future__ import annotations

from workflows.project.folder import Folder
from workflows.project.hosts import REGISTRIES
from workflows.project.model import Lines, Project, Stack, Text
from workflows.project.read import dig, table, text, toml

_TOOLCHAIN = ("rust-toolchain.toml", "rust-toolchain")


def look(folder: Folder) -> Project | None:
    if not folder.has("Cargo.toml"):
        return None
    notes: list[str] = []
    about = toml(folder, "Cargo.toml", notes)
    home = _home(folder)
    is_locked = home.has("Cargo.lock")
    toolchain = home.first(*_TOOLCHAIN)
    programs = ("cargo", "rustup") if toolchain else ("cargo",)
    test = "cargo test --workspace" if "workspace" in about else "cargo test"
    return Project(
        path=Text(value=folder.path),
        stack=Stack.RUST,
        manager="cargo",
        version=text(dig(about, "package", "rust-version")),
        # Nothing is built here: cargo goes by the time of a file, and files out of an archive have none.
        setup=Lines(
            value=("cargo fetch --locked" if is_locked else "cargo fetch",),
            source=home.at("Cargo.lock" if is_locked else "Cargo.toml"),
        ),
        setup_at=home.path,
        test=Text(value=f"{test} --offline", source=folder.at("Cargo.toml")),
        hosts=tuple(Text(value=host, source=name) for name in programs for host in REGISTRIES[name]),
        key_files=tuple(home.at(name) for name in ("Cargo.lock", *_TOOLCHAIN) if home.has(name)),
        key_names=("Cargo.toml",),
        notes=tuple(notes),
    )


def _home(folder: Folder) -> Folder:
    for around in folder.up():
        if table(toml(around, "Cargo.toml", []).get("workspace")):
            return around
    return folder
