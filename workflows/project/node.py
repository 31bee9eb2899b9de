"""Node: npm, pnpm or yarn, as the lock file says; of a workspace, the one around it."""

from __future__ import annotations

import re

from workflows.project.folder import Folder
from workflows.project.hosts import REGISTRIES, hosts_in, together
from workflows.project.model import Lines, Project, Stack, Text
from workflows.project.read import Table, dig, json_of, table, text

_LOCKS = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
}
_FROZEN = {
    "npm": "npm ci",
    "pnpm": "pnpm install --frozen-lockfile",
    "yarn": "yarn install --frozen-lockfile",
    "berry": "yarn install --immutable",
}
_KEYS = (
    *("package.json", *_LOCKS, "pnpm-workspace.yaml", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs"),
    *(".nvmrc", ".node-version"),
)
_RUNNERS = {
    "vitest": "npx --no-install vitest run",
    "jest": "npx --no-install jest",
    "mocha": "npx --no-install mocha",
    "ava": "npx --no-install ava",
}
NO_TEST = "no test specified"
"""What npm writes into a new package.json for want of a test."""


def look(folder: Folder) -> Project | None:
    if not folder.has("package.json"):
        return None
    notes: list[str] = []
    about = json_of(folder, "package.json", notes)
    home = _home(folder)
    manager, lock = _manager(home, about, notes)
    line = _FROZEN[manager] if lock else f"{manager.replace('berry', 'yarn')} install"
    program = line.partition(" ")[0]
    return Project(
        path=Text(value=folder.path),
        stack=Stack.NODE,
        manager=program,
        version=text(dig(about, "engines", "node")) or text(folder.text(".nvmrc").strip()),
        setup=Lines(value=(line,), source=home.at(lock or "package.json")),
        setup_at=home.path,
        test=_test(folder, about, program),
        hosts=together(
            tuple(Text(value=host, source=program) for host in REGISTRIES[program]), _registries(home)
        ),
        programs=tuple(dict.fromkeys((folder.at("node_modules/.bin"), home.at("node_modules/.bin")))),
        key_files=tuple(home.at(name) for name in _KEYS if home.has(name)),
        key_names=("package.json",),
        notes=tuple(notes),
    )


def _home(folder: Folder) -> Folder:
    """Where the lock file is: the workspace's, unless the folder has its own."""
    if folder.first(*_LOCKS):
        return folder
    for around in folder.up():
        is_workspace = around.has("pnpm-workspace.yaml") or "workspaces" in json_of(
            around, "package.json", []
        )
        if is_workspace and around.first(*_LOCKS):
            return around
    return folder


def _manager(home: Folder, about: Table, notes: list[str]) -> tuple[str, str]:
    """And its lock file. Where there are several, `packageManager` says which counts."""
    locks = {manager: name for name, manager in reversed(_LOCKS.items()) if home.has(name)}
    around = about if home.has("package.json") is False else json_of(home, "package.json", [])
    named, _, version = text(around.get("packageManager")).partition("@")
    if named in {"npm", "pnpm", "yarn"} and (named in locks or not locks):
        manager = named
    elif locks:
        manager = next(manager for manager in ("pnpm", "yarn", "npm") if manager in locks)
    else:
        manager = "npm"
    if home.first("bun.lock", "bun.lockb") and not locks:
        notes.append("the lock file is bun's, which is not supported: npm is taken, without a lock")
    elif len(locks) > 1:
        notes.append(f"there are lock files of {' and '.join(sorted(locks))}: {manager}'s is taken")
    if manager == "yarn" and _is_berry(home, version):
        return "berry", locks.get("yarn", "")
    return manager, locks.get(manager, "")


def _is_berry(home: Folder, version: str) -> bool:
    major = re.match(r"\d{1,3}", version)
    if major:
        return int(major[0]) > 1
    file = home.tree.files.get(home.at("yarn.lock"))
    return home.has(".yarnrc.yml") or (file is not None and b"__metadata:" in file.content[:2_000])


def _test(folder: Folder, about: Table, program: str) -> Text:
    script = dig(about, "scripts", "test")
    if isinstance(script, str) and script.strip() and NO_TEST not in script:
        return Text(value=f"{program} test", source=folder.at("package.json"))
    known = {**table(about.get("dependencies")), **table(about.get("devDependencies"))}
    runner = next((name for name in _RUNNERS if name in known), "")
    return Text(value=_RUNNERS[runner], source=folder.at("package.json")) if runner else Text()


def _registries(home: Folder) -> tuple[Text, ...]:
    """Other places than npm's own."""
    found: tuple[Text, ...] = ()
    for name in (".npmrc", ".yarnrc", ".yarnrc.yml"):
        lines = [line[:1_000] for line in home.text(name).splitlines() if "egistry" in line]
        words = [word.strip("\"'") for line in lines for word in line.replace("=", " ").split()]
        found = together(found, hosts_in([word for word in words if "://" in word], home.at(name)))
    return found
