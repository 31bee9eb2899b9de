"""Whom set-up talks to: the registries of each program, and hosts that a repository names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from policies.hosts import host as host_of
from workflows.project.model import Text

_PYPI = ("pypi.org", "files.pythonhosted.org")
_NPM = ("registry.npmjs.org",)
_MAVEN = ("repo.maven.apache.org",)

REGISTRIES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        **dict.fromkeys(("pip", "pip3", "uv", "uvx", "poetry", "pdm", "pipenv", "hatch", "rye"), _PYPI),
        **dict.fromkeys(("tox", "nox"), _PYPI),
        **dict.fromkeys(("npm", "npx", "pnpm", "corepack"), _NPM),
        "yarn": (*_NPM, "registry.yarnpkg.com", "repo.yarnpkg.com"),
        "cargo": ("index.crates.io", "static.crates.io"),
        "rustup": ("static.rust-lang.org",),
        "go": ("proxy.golang.org", "sum.golang.org"),
        **dict.fromkeys(("mvn", "mvnw"), _MAVEN),
        **dict.fromkeys(
            ("gradle", "gradlew"),
            (
                *(*_MAVEN, "plugins.gradle.org", "plugins-artifacts.gradle.org"),
                *("services.gradle.org", "downloads.gradle.org"),
            ),
        ),
    }
)
"""By program: what each asks if nobody told it otherwise."""

KNOWN = frozenset(name for names in REGISTRIES.values() for name in names)
"""What every set-up may be granted."""

MOST_HOSTS = 50

_END = re.compile(r"[/?#\s]")
_WORD = re.compile(r"[A-Za-z0-9_.-]+")


def registries_of(lines: Iterable[str]) -> tuple[Text, ...]:
    """Of the programs that these lines name."""
    found: dict[str, str] = {}
    for line in lines:
        for word in _WORD.findall(line):
            for host in REGISTRIES.get(word.rpartition("/")[2], ()):
                found.setdefault(host, word)
    return tuple(Text(value=host, source=program) for host, program in found.items())


def hosts_in(addresses: Iterable[str], source: str) -> tuple[Text, ...]:
    """The hosts of URLs that a manifest names."""
    found: dict[str, None] = {}
    for address in addresses:
        after = address.partition("://")[2]
        name = _END.split(after, maxsplit=1)[0].rpartition("@")[2].lower()
        name = name.removesuffix(":443").removesuffix(":80")
        if not name.startswith("*") and host_of(name) is not None:
            found[name] = None
    return tuple(Text(value=name, source=source) for name in [*found][:MOST_HOSTS])


def together(*parts: Sequence[Text]) -> tuple[Text, ...]:
    """Each host once, as who named it first."""
    found: dict[str, Text] = {}
    for part in parts:
        for host in part:
            found.setdefault(host.value, host)
    return tuple(found.values())[:MOST_HOSTS]
