"""Python: uv, poetry, pdm, pipenv, rye, or pip with what tox, nox and hatch say. All leave `.venv`."""

from __future__ import annotations

from workflows.project import requirements
from workflows.project.folder import Folder
from workflows.project.hosts import hosts_in, registries_of, together
from workflows.project.ini import ini
from workflows.project.model import USUAL, Project, Stack, Text
from workflows.project.python_needs import Needs, needs_of
from workflows.project.python_setup import dependencies, setup_of, uv_home
from workflows.project.read import Table, dig, entries, table, text, toml

_HERE = (
    *("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "requirements.txt", "tox.ini", "noxfile.py"),
    *("environment.yml", "environment.yaml"),
)
_KEYS = (
    *("pyproject.toml", "setup.py", "setup.cfg", "uv.lock", "uv.toml", "poetry.lock", "poetry.toml"),
    *("pdm.lock", "pdm.toml", "Pipfile", "Pipfile.lock", "requirements.lock", "requirements-dev.lock"),
    *("hatch.toml", "tox.ini", "tox.toml", "noxfile.py", ".python-version"),
)

# As the harness does: what is not installed is found in the working directory.
_PYTEST = "python -m pytest"


def look(folder: Folder) -> Project | None:
    if not folder.first(*_HERE):
        return None
    notes: list[str] = []
    about = toml(folder, "pyproject.toml", notes)
    needs = needs_of(folder, about, notes)
    manager, setup = setup_of(folder, about, needs)
    if not setup.value and folder.first("environment.yml", "environment.yaml"):
        named = folder.at(folder.first("environment.yml", "environment.yaml"))
        notes.append(
            f"{named} is for conda, which is not supported: say with `setup` in .github/redfirst.yml "
            "what else to install"
        )
    at = (uv_home(folder) if manager == "uv" else None) or folder
    required, more = requirements.followed(folder, needs.files)
    return Project(
        path=Text(value=folder.path),
        stack=Stack.PYTHON,
        manager=manager,
        version=_version(folder, about, notes),
        setup=setup,
        setup_at=folder.path,
        test=_test(folder, about, needs, notes),
        hosts=together(registries_of(setup.value), _named(folder, about), more),
        programs=(at.at(".venv/bin"),),
        key_files=tuple(
            dict.fromkeys(
                [
                    *(at.at(name) for name in ("uv.lock", "pyproject.toml") if at.has(name)),
                    *(folder.at(name) for name in _KEYS if folder.has(name)),
                    *required,
                ]
            )
        ),
        notes=tuple(notes),
    )


def plain(folder: Folder) -> Project:
    """Code without any manifest."""
    return Project(
        path=Text(value=folder.path), stack=Stack.PYTHON, test=Text(value=_PYTEST, source="its files")
    )


def _named(folder: Folder, about: Table) -> tuple[Text, ...]:
    """Other places than PyPI, for uv and poetry."""
    addresses = [text(dig(index, "url")) for index in entries(dig(about, "tool", "uv", "index"))]
    addresses += [text(dig(source, "url")) for source in entries(dig(about, "tool", "poetry", "source"))]
    addresses += [one.partition("@")[2] for one in dependencies(about) if "://" in one]
    return hosts_in(addresses, folder.at("pyproject.toml"))


def _version(folder: Folder, about: Table, notes: list[str]) -> str:
    return (
        text(dig(about, "project", "requires-python"))
        or text(dig(about, "tool", "poetry", "dependencies", "python"))
        or text(ini(folder, "setup.cfg", notes).get("options", {}).get("python_requires", ""))
        or text(folder.text(".python-version").strip())
    )


def _test(folder: Folder, about: Table, needs: Needs, notes: list[str]) -> Text:
    if needs.command:
        return Text(value=needs.command, source=folder.at(needs.source))
    if table(dig(about, "tool", "pytest")):
        return Text(value=_PYTEST, source=folder.at("pyproject.toml"))
    configured = folder.first("pytest.ini", ".pytest.ini", "pytest.toml", "conftest.py")
    if configured:
        return Text(value=_PYTEST, source=folder.at(configured))
    for name, section in (("setup.cfg", "tool:pytest"), ("tox.ini", "pytest")):
        if section in ini(folder, name, notes):
            return Text(value=_PYTEST, source=folder.at(name))
    if folder.has("manage.py") and "pytest" not in needs.names():
        return Text(value="python manage.py test", source=folder.at("manage.py"))
    return Text(value=_PYTEST, source=USUAL)
