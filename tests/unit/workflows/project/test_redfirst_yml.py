"""`.github/redfirst.yml`: strict, and with the line of what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.workflows.project.made import EVERYTHING, found, tree
from workflows.errors import UserProblem
from workflows.ports.sandbox import Limits
from workflows.project.config import Config, parse
from workflows.project.config import Limits as ConfigLimits
from workflows.project.environment import narrowed, set_up_of
from workflows.project.hosts import REGISTRIES
from workflows.project.model import Narrowed
from workflows.proof.mode import DiagnosticsMode, WitnessMode

PLACE = ".github/redfirst.yml"
WHOLE = """# What Redfirst is told.
path: packages/api
image: ghcr.io/acme/api:3
setup:
  - corepack enable
  - |
    if [ -f x ]; then
      npm ci
    fi
test: npm test
junit: reports/*.xml
hosts: [packages.example.org, "*.mirror.example.org"]
limits:
  memory: 1g
  workspace: 256m
  cpus: 0.5
  pids: 64
  setup_minutes: 5
witness: required
diagnostics: advisory
"""


def refused(text: str) -> str:
    with pytest.raises(UserProblem) as error:
        found({PLACE: text, "package.json": "{}"})
    return error.value.sentence


def test_all_of_it_counts_and_says_where_it_was_read() -> None:
    project = found({PLACE: WHOLE, "packages/api/package.json": "{}"}, allowance=EVERYTHING)
    assert (project.path.value, project.path.source) == ("packages/api", PLACE)
    assert (project.image.value, project.image.source) == ("ghcr.io/acme/api:3", PLACE)
    assert project.setup.value == ("corepack enable", "if [ -f x ]; then\n  npm ci\nfi")
    assert project.setup_at == "packages/api"
    assert (project.test.value, project.test.source) == ("npm test", PLACE)
    assert (project.junit.value, project.junit.source) == ("reports/*.xml", PLACE)
    assert {host.value for host in project.hosts} == {
        *("registry.npmjs.org", "packages.example.org", "*.mirror.example.org"),
    }
    assert project.narrowed == Narrowed(
        memory_bytes=1024**3, workspace_bytes=256 * 1024**2, cpus=0.5, pids=64, setup_seconds=300
    )
    assert project.witness is WitnessMode.REQUIRED
    assert project.diagnostics is DiagnosticsMode.ADVISORY
    assert project.notes == ()


@pytest.mark.parametrize("empty", ["", "\n", "# nothing\n", "---\n"])
def test_an_empty_one_says_nothing(empty: str) -> None:
    assert parse(empty.encode()) == Config()


def test_it_wins_over_a_dev_container_for_what_it_says() -> None:
    container = '{"image": "node:20", "postCreateCommand": "make deps"}'
    files = {PLACE: "setup: npm ci\n", ".devcontainer.json": container, "package.json": "{}"}
    project = found(files, allowance=EVERYTHING)
    assert (project.setup.value, project.image.value) == (("npm ci",), "node:20")


def test_words_stay_words() -> None:
    assert parse(b"test: no\n").test == "no"
    assert parse(b"setup: [1.10, true]\n").setup == ("1.10", "true")
    assert parse(b"witness: off\n").witness is WitnessMode.OFF


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("setup: x\ntets: y\n", f"{PLACE}: line 2: `tets` is no key; did you mean `test`?"),
        ("limits:\n  mem: 1g\n", f"{PLACE}: line 2: `limits.mem` is no key; did you mean `memory`?"),
        (
            "zzz: 1\n",
            f"{PLACE}: line 1: `zzz` is no key; there are path, image, setup, test, junit, hosts, limits, "
            "witness, diagnostics",
        ),
        ("a: 1\n\nlimits: {memory: lots}\n", "`limits.memory` is a size such as 512m or 1g"),
        ("limits: {memory: lots}\n", f"{PLACE}: line 1: `limits.memory` is a size such as 512m or 1g"),
        ("\npath: ../x\n", f"{PLACE}: line 2: `path` is a path inside the repository, such as packages/api"),
        ("path: /etc\n", "is a path inside the repository"),
        ("path: [a]\n", f"{PLACE}: line 1: `path` is a path"),
        ("image: --privileged\n", f"{PLACE}: line 1: `image` is no name of an image"),
        ("hosts:\n  - a.org\n  - 10.0.0.1\n", f"{PLACE}: line 3: `hosts` is a host such as"),
        ("setup: {a: b}\n", f"{PLACE}: line 1: `setup` "),
        ("setup: []\ntest:\n", f"{PLACE}: line 2: `test` "),
        ("limits: {pids: 1}\n", f"{PLACE}: line 1: `limits.pids` "),
        ("limits: {cpus: nan}\n", f"{PLACE}: line 1: `limits.cpus` "),
        ("witness: maybe\n", f"{PLACE}: line 1: `witness` "),
        ("test: a\ntest: b\n", f"{PLACE}: line 2: `test` stands there twice"),
        ("- a\n", f"{PLACE}: "),
        ("just words\n", f"{PLACE}: "),
        ("a: [\n", f"{PLACE}: line 2: "),
        ("a:\tb: c\n", f"{PLACE}: line 1: "),
        ("? [a]\n: b\n", f"{PLACE}: line 1: a key is a word"),
        ("a: &x b\nc: *x\n", f"{PLACE}: line 1: anchors and aliases are not read here"),
        ("a: !!python/object/apply:os.system [id]\n", f"{PLACE}: line 1: tags are not read here"),
        ("a: " + "[" * 1_000, f"{PLACE}: line 1: it is deeper or longer than what is read here"),
        ("a: [" + "x," * 5_000 + "]", f"{PLACE}: line 1: it is deeper or longer than what is read here"),
        ("a\0b", f"{PLACE}: it is no YAML"),
        ("---\na: 1\n---\nb: 2\n", f"{PLACE}: line 3: "),
        ("#" * 40_000, f"{PLACE} is larger than 32 KiB"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, sentence: str) -> None:
    assert sentence in refused(text)


def test_what_is_not_utf_8_is_refused() -> None:
    from workflows.project.detect import detect
    from workflows.tree import File, Tree

    with pytest.raises(UserProblem, match="it is not UTF-8"):
        detect(Tree({PLACE: File(b"test: \xff\n")}))


@pytest.mark.parametrize(
    "host",
    [
        *(
            "10.0.0.1",
            "169.254.169.254",
            "[::1]",
            "0x7f.1",
            "2130706433",
            "a.org:0",
            "a.org:99999",
            "*",
            "*.*",
        ),
        *(
            "*.org",
            "*a.org",
            "a.*.org",
            "a..org",
            ".a.org",
            "a.org.",
            "-a.org",
            "a.org/x",
            "a b.org",
        ),
        *("http://a.org", "a.org\\n", "ä.org", "a" * 64 + ".org", "a." * 130 + "org", "1.2.3.4.5"),
    ],
)
def test_what_is_no_host_is_refused(host: str) -> None:
    assert "is a host such as" in refused(f"hosts: ['{host}']\n")


@pytest.mark.parametrize(
    "host", ["a.org", "A.Example.ORG", "x-1.example.co", "*.a.org", "nexus:8081", "xn--bcher-kva.example"]
)
def test_a_host_is_kept_in_small_letters(host: str) -> None:
    assert parse(f"hosts: ['{host}']\n".encode()).hosts == (host.lower(),)


@pytest.mark.parametrize(
    ("allowed", "host", "may"),
    [
        ("*.example.org", "a.example.org", True),
        ("*.example.org", "a.b.example.org", True),
        ("*.example.org", "*.example.org", True),
        ("*.example.org", "*.a.example.org", True),
        ("*.example.org", "example.org", False),
        ("*.example.org", "badexample.org", False),
        ("*.a.example.org", "*.example.org", False),
        ("a.example.org", "a.example.org", True),
        ("a.example.org", "b.a.example.org", False),
        ("a.example.org", "a.example.org.evil.com", False),
        ("a.example.org", "a.example.org:8443", False),
        ("a.example.org:8443", "a.example.org:8443", True),
    ],
)
def test_a_host_is_asked_for_and_the_operator_says(allowed: str, host: str, may: bool) -> None:
    from workflows.project.allowance import Allowance

    project = found({PLACE: f"hosts: ['{host}']\n"}, allowance=Allowance(hosts=(allowed,)))
    assert bool(project.hosts) is may
    assert bool(project.notes) is not may


def test_limits_can_only_be_narrowed() -> None:
    limits = Limits(memory_bytes=2 * 1024**3, pids=256, cpus=2.0, workspace_bytes=1024**2)
    less = found({PLACE: "limits: {memory: 1g, pids: 9999, cpus: 64, workspace: 1k, setup_minutes: 99}\n"})
    assert narrowed(limits, less) == limits.model_copy(
        update={"memory_bytes": 1024**3, "workspace_bytes": 1024}
    )
    files = {PLACE: "setup: make\nlimits: {setup_minutes: 99}\n"}
    setup = set_up_of(found(files), tree(files), "")
    assert setup is not None
    assert setup.seconds == 900


DOCS = Path(__file__).parents[4] / "docs" / "projects.md"


def test_the_docs_name_every_registry_beside_its_programs() -> None:
    rows = [line for line in DOCS.read_text().splitlines() if line.startswith("| ")]
    for program, hosts in REGISTRIES.items():
        if program not in {"pip3", "uvx", "mvnw", "gradlew", "rustup"}:  # other names of the same
            assert any(program in row and all(host in row for host in hosts) for row in rows), program


def test_the_docs_name_every_key() -> None:
    text = DOCS.read_text()
    keys = {*Config.model_fields, *(f"limits.{name}" for name in ConfigLimits.model_fields)} - {"limits"}
    assert keys == set(re.findall(r"^\| `([a-z_.]+)` \|", text, re.MULTILINE))
