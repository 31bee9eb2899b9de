"""How the environment of a Python project is made: by the manager whose lock file is there."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from workflows.project.folder import Folder
from workflows.project.ini import ini
from workflows.project.model import Lines
from workflows.project.python_needs import TESTING, Needs, in_groups, name_of
from workflows.project.read import Table, dig, table, texts, toml

_VENV = ".venv/bin/python -m"
_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")


def uv_home(folder: Folder) -> Folder | None:
    """Where the lock file is that counts here: its own, or that of the workspace around it."""
    home = folder.holding("uv.lock")
    if home is None or home.path == folder.path:
        return home
    around = toml(home, "pyproject.toml", [])
    return home if table(dig(around, "tool", "uv", "workspace")) else None


def setup_of(folder: Folder, about: Table, needs: Needs) -> tuple[str, Lines]:
    tool = table(about.get("tool"))
    home = uv_home(folder)
    if folder.has("pyproject.toml") and (home is not None or "uv" in tool):
        return "uv", _uv(folder, about, needs, home.at("uv.lock") if home else "")
    if folder.has("poetry.lock") or "poetry" in tool:
        return "poetry", _poetry(folder, about)
    if folder.has("pdm.lock") or "pdm" in tool:
        extras = "".join(f" -G {shlex.quote(extra)}" for extra in needs.extras)
        line = f"pdm sync --dev{extras}" if folder.has("pdm.lock") else f"pdm install --dev{extras}"
        return "pdm", _from(folder, "pdm.lock", "pyproject.toml", lines=(line,))
    if folder.has("Pipfile"):
        line = "pipenv sync --dev" if folder.has("Pipfile.lock") else "pipenv install --dev"
        return "pipenv", _from(folder, "Pipfile.lock", "Pipfile", lines=(f"PIPENV_VENV_IN_PROJECT=1 {line}",))
    lock = folder.first("requirements-dev.lock", "requirements.lock")
    if lock:
        lines = ("python -m venv .venv", f"{_VENV} pip install -r {lock}")
        return "rye", Lines(value=lines, source=lock)
    return "pip", _pip(folder, about, needs)


def _uv(folder: Folder, about: Table, needs: Needs, lock: str) -> Lines:
    known = table(about.get("dependency-groups"))
    groups = [group for group in needs.groups if group != "dev" and group in known]
    said = [f" --group {shlex.quote(group)}" for group in groups]
    said += [f" --extra {shlex.quote(extra)}" for extra in _own_extras(about, needs)]
    lines = [f"uv sync{' --locked' if lock else ''}{''.join(said)}"]
    named = {name_of(one) for one in [*dependencies(about), *in_groups(about, [*needs.groups, "dev"])]}
    if "pytest" not in named:
        lines.append("uv pip install pytest")
    return Lines(value=tuple(lines), source=lock or folder.at("pyproject.toml"))


def _poetry(folder: Folder, about: Table) -> Lines:
    groups = table(dig(about, "tool", "poetry", "group"))
    optional = [name for name in groups if name in TESTING and dig(groups, name, "optional") is True]
    extras = [name for name in table(dig(about, "tool", "poetry", "extras")) if name in TESTING]
    extras += [name for name in table(dig(about, "project", "optional-dependencies")) if name in TESTING]
    line = "POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install --no-interaction"
    line += "".join(f" --with {name}" for name in optional) + "".join(f" --extras {name}" for name in extras)
    return _from(folder, "poetry.lock", "pyproject.toml", lines=(line,))


def _pip(folder: Folder, about: Table, needs: Needs) -> Lines:
    installable = "project" in about or folder.has("setup.py")
    installable = installable or "metadata" in ini(folder, "setup.cfg", [])
    arguments: list[str] = []
    if installable:
        extras = ",".join(_own_extras(about, needs) if "project" in about else needs.extras)
        arguments += ["-e", shlex.quote(f".[{extras}]" if extras else ".")]
    files = [name for name in needs.files if folder.has(name)]
    arguments += [word for name in files for word in ("-r", shlex.quote(name))]
    more = [*in_groups(about, needs.groups), *needs.requirements]
    if "pytest" not in {name_of(one) for one in more}:
        more.append("pytest")
    arguments += [shlex.quote(one) for one in dict.fromkeys(more)]
    source = folder.first(*_MANIFESTS, *files, "tox.ini", "noxfile.py")
    if not source or arguments == ["pytest"]:
        return Lines()  # pytest is what an image for tests has
    lines = ("python -m venv .venv", f"{_VENV} pip install {' '.join(arguments)}")
    return Lines(value=lines, source=folder.at(source))


def _own_extras(about: Table, needs: Needs) -> list[str]:
    known = table(dig(about, "project", "optional-dependencies"))
    return [extra for extra in needs.extras if extra in known]


def _from(folder: Folder, *names: str, lines: Sequence[str]) -> Lines:
    return Lines(value=tuple(lines), source=folder.at(folder.first(*names)))


def dependencies(about: Table) -> list[str]:
    """Of the project itself and of each extra."""
    found = texts(dig(about, "project", "dependencies"))
    for extra in table(dig(about, "project", "optional-dependencies")).values():
        found += texts(extra)
    return [*found, *texts(dig(about, "tool", "uv", "dev-dependencies"))]
