"""What the tests of a Python project need, as far as files say it: groups, extras, requirements, tox, nox."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field

from workflows.project.folder import Folder
from workflows.project.ini import Sections, ini, lines, sections
from workflows.project.read import Table, dig, entries, table, text, texts, toml

TESTING = frozenset({"test", "tests", "testing", "dev", "develop", "development"})
"""What extras, groups and environments for tests are called."""

REQUIREMENTS = (
    *("requirements.txt", "requirements/base.txt", "requirements/requirements.txt"),
    *("requirements-dev.txt", "requirements_dev.txt", "dev-requirements.txt", "dev_requirements.txt"),
    *("requirements-test.txt", "requirements_test.txt", "test-requirements.txt", "test_requirements.txt"),
    *("requirements-tests.txt", "requirements-testing.txt"),
    *("requirements/dev.txt", "requirements/test.txt", "requirements/tests.txt", "requirements/testing.txt"),
)

_ENVIRONMENTS = ("testenv", "testenv:py", "testenv:test", "testenv:tests", "testenv:py3")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PLACE = re.compile(r"\{(?:posargs|args)(?::([^{}]*))?\}")
_EXTRA = re.compile(r"""["'](\w{1,30})["']\s{0,20}:""")
_LITERAL = re.compile(r"""["']([^"'\\\n]{1,200})["']""")


@dataclass
class Needs:
    requirements: list[str] = field(default_factory=list[str])
    files: list[str] = field(default_factory=list[str])
    """Requirements files, by name in the folder."""
    extras: list[str] = field(default_factory=list[str])
    groups: list[str] = field(default_factory=list[str])
    command: str = ""
    source: str = ""
    """Of the command."""

    def names(self) -> set[str]:
        return {name_of(one) for one in self.requirements}

    def take(self, arguments: list[str]) -> None:
        """As pip is given them. Its other options are left out."""
        rest = iter(arguments)
        for one in rest:
            if one in {"-r", "--requirement"}:
                self.files.append(next(rest, ""))
            elif one.startswith("-r"):
                self.files.append(one.removeprefix("-r").strip())
            elif one.startswith("--requirement="):
                self.files.append(one.partition("=")[2])
            elif one in {"-c", "--constraint"}:
                next(rest, "")
            elif one.startswith("."):
                self.extras += _NAME.findall(one.partition("[")[2])
            elif one[:1].isalnum():
                self.requirements.append(one)

    def called(self, command: str, source: str) -> None:
        """A command counts if it runs tests, and needs nothing that only its tool knows."""
        said = " ".join(_PLACE.sub(lambda found: found[1] or "", command).split())
        runs_tests = any(tool in said for tool in ("pytest", "unittest", "manage.py test"))
        if not self.command and runs_tests and "{" not in said and text(said):
            self.command, self.source = said, source


def needs_of(folder: Folder, about: Table, notes: list[str]) -> Needs:
    needs = Needs()
    needs.files += [name for name in REQUIREMENTS if folder.has(name)]
    needs.extras += [name for name in extras_of(folder, about, notes) if name.lower() in TESTING]
    groups = table(about.get("dependency-groups"))
    needs.groups += [name for name in groups if name.lower() in TESTING and text(name)]
    _tox(folder, about, needs, notes)
    _nox(folder, needs)
    _hatch(folder, about, needs, notes)
    for manager in ("pdm", "rye"):
        script = dig(about, "tool", manager, "scripts", "test")
        needs.called(text(script) or text(dig(script, "cmd")), "pyproject.toml")
    needs.extras, needs.groups, needs.files, needs.requirements = (
        [*dict.fromkeys(one for one in many if one)]
        for many in (needs.extras, needs.groups, needs.files, needs.requirements)
    )
    return needs


def extras_of(folder: Folder, about: Table, notes: list[str]) -> list[str]:
    named = [*table(dig(about, "project", "optional-dependencies"))]
    named += [*table(dig(about, "tool", "poetry", "extras"))]
    named += [*ini(folder, "setup.cfg", notes).get("options.extras_require", {})]
    _, has, after = folder.text("setup.py").partition("extras_require")
    if has:
        named += _EXTRA.findall(after[:5_000])
    return [*dict.fromkeys(name for name in named if _NAME.fullmatch(name))]


def in_groups(about: Table, named: list[str]) -> list[str]:
    """The requirements of dependency groups, with the groups that they include."""
    groups = table(about.get("dependency-groups"))
    found: list[str] = []
    seen: set[str] = set()
    todo = list(named)
    while todo:
        name = todo.pop(0)
        if name in seen:
            continue
        seen.add(name)
        for one in entries(groups.get(name)):
            found.append(text(one))
            todo.append(text(table(one).get("include-group")))
    return [one for one in dict.fromkeys(found) if one]


def name_of(requirement: str) -> str:
    found = _NAME.match(requirement)
    return re.sub(r"[._-]+", "-", found[0]).lower() if found else ""


def _tox(folder: Folder, about: Table, needs: Needs, notes: list[str]) -> None:
    native = toml(folder, "tox.toml", notes) or table(dig(about, "tool", "tox"))
    source = "tox.toml" if folder.has("tox.toml") else "pyproject.toml"
    base = table(native.get("env_run_base"))
    needs.take([word for one in texts(base.get("deps")) for word in _words(one)])
    needs.extras += texts(base.get("extras"))
    needs.groups += texts(base.get("dependency_groups"))
    for command in entries(base.get("commands")):
        needs.called(shlex.join(texts(command)), source)
    legacy = dig(native, "legacy_tox_ini")
    if isinstance(legacy, str):
        try:
            _testenv(sections(legacy), needs, "pyproject.toml")
        except ValueError as error:
            notes.append(f"legacy_tox_ini in {folder.at('pyproject.toml')} cannot be read: {error}")
    _testenv(ini(folder, "tox.ini", notes), needs, "tox.ini")
    _testenv(ini(folder, "setup.cfg", notes), needs, "setup.cfg")


def _testenv(found: Sections, needs: Needs, source: str) -> None:
    for name in _ENVIRONMENTS:
        environment = found.get(name, {})
        for line in lines(environment.get("deps", "")):
            dependency = line.replace("{toxinidir}/", "").replace("{tox_root}/", "")
            condition, is_conditional, _ = dependency.partition(": ")
            if "{" not in dependency and not (is_conditional and " " not in condition):
                needs.take(_words(dependency))
        needs.extras += _NAME.findall(environment.get("extras", ""))
        needs.groups += _NAME.findall(environment.get("dependency_groups", ""))
        for command in lines(environment.get("commands", "").replace("\\\n", " ")):
            needs.called(command, source)


def _nox(folder: Folder, needs: Needs) -> None:
    """Of its text: what stands literally between the brackets of `session.install` and `session.run`."""
    said = folder.text("noxfile.py")
    for part in said.split("session.install(")[1:20]:
        needs.take(_LITERAL.findall(part[:2_000].partition(")")[0]))
    for part in said.split("session.run(")[1:20]:
        needs.called(shlex.join(_LITERAL.findall(part[:2_000].partition(")")[0])), "noxfile.py")


def _hatch(folder: Folder, about: Table, needs: Needs, notes: list[str]) -> None:
    environments = table(dig(about, "tool", "hatch", "envs"))
    source = "pyproject.toml"
    if folder.has("hatch.toml"):
        environments, source = table(toml(folder, "hatch.toml", notes).get("envs")), "hatch.toml"
    for name in ("default", "test", "tests", "hatch-test"):
        for key in ("dependencies", "extra-dependencies"):
            needs.take(texts(dig(environments, name, key)))
        needs.extras += texts(dig(environments, name, "features"))
        needs.called(text(dig(environments, name, "scripts", "test")), source)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True) if line.startswith("-") else [line.partition(" #")[0].strip()]
    except ValueError:
        return []
