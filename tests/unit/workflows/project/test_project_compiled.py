"""Rust, Go and Java projects."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.unit.workflows.project.made import EVERYTHING, found, hosts, said, tree
from workflows.project.environment import key_files
from workflows.project.model import Stack

CARGO = {"index.crates.io", "static.crates.io"}
GO = {"proxy.golang.org", "sum.golang.org"}
MAVEN = {"repo.maven.apache.org"}
GRADLE = MAVEN | {
    *("plugins.gradle.org", "plugins-artifacts.gradle.org", "services.gradle.org", "downloads.gradle.org"),
}
CRATE = '[package]\nname = "x"\nrust-version = "1.80"\n'
MVN = "-Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -DfailIfNoTests=false test clean"

PROJECTS: Mapping[str, tuple[Mapping[str, str], Stack, tuple[str, ...], set[str]]] = {
    "a crate with a lock": (
        {"Cargo.toml": CRATE, "Cargo.lock": ""},
        Stack.RUST,
        ("cargo fetch --locked", "cargo test --offline"),
        CARGO,
    ),
    "a crate without a lock": (
        {"Cargo.toml": CRATE},
        Stack.RUST,
        ("cargo fetch", "cargo test --offline"),
        CARGO,
    ),
    "a cargo workspace": (
        {"Cargo.toml": '[workspace]\nmembers = ["a"]\n', "Cargo.lock": "", "a/Cargo.toml": CRATE},
        Stack.RUST,
        ("cargo fetch --locked", "cargo test --workspace --offline"),
        CARGO,
    ),
    "a crate that names its toolchain": (
        {"Cargo.toml": CRATE, "rust-toolchain.toml": '[toolchain]\nchannel = "1.80"\n'},
        Stack.RUST,
        ("cargo fetch", "cargo test --offline"),
        CARGO | {"static.rust-lang.org"},
    ),
    "a module": (
        {"go.mod": "module x\n\ngo 1.22\n", "go.sum": ""},
        Stack.GO,
        ("go mod download", "go test ./..."),
        GO,
    ),
    "a vendored module": (
        {"go.mod": "module x\n", "vendor/modules.txt": ""},
        Stack.GO,
        ("go test ./...",),
        set(),
    ),
    "a go workspace": (
        {"go.work": "go 1.22\nuse ./a\n", "a/go.mod": "module a\n"},
        Stack.GO,
        ("go mod download", "go list -m -f '{{.Dir}}/...' | xargs go test"),
        GO,
    ),
    "maven": (
        {"pom.xml": "<project/>"},
        Stack.JAVA,
        ("mvn -B dependency:go-offline", f"mvn -B {MVN}", "mvn -B -o test"),
        MAVEN,
    ),
    "maven with its wrapper": (
        {"pom.xml": "<project/>", "mvnw": "", ".mvn/wrapper/maven-wrapper.properties": ""},
        Stack.JAVA,
        ("sh mvnw -B dependency:go-offline", f"sh mvnw -B {MVN}", "sh mvnw -B -o test"),
        MAVEN,
    ),
    "gradle": (
        {"build.gradle.kts": "", "settings.gradle.kts": ""},
        Stack.JAVA,
        (
            "gradle --no-daemon testClasses",
            "gradle --no-daemon test --continue --tests None || true",
            "gradle --no-daemon --offline test",
        ),
        GRADLE,
    ),
    "gradle with its wrapper": (
        {
            "build.gradle": "",
            "gradlew": "",
            "gradle/wrapper/gradle-wrapper.properties": "distributionUrl=https\\://services.gradle.org/x.zip\n",
        },
        Stack.JAVA,
        (
            "sh gradlew --no-daemon testClasses",
            "sh gradlew --no-daemon test --continue --tests None || true",
            "sh gradlew --no-daemon --offline test",
        ),
        GRADLE,
    ),
}


@pytest.mark.parametrize("name", PROJECTS)
def test_a_compiled_project_is_set_up_by_its_manager(name: str) -> None:
    files, stack, expected, asks = PROJECTS[name]
    project = found(files)
    assert project.stack is stack
    assert said(project) == expected
    assert hosts(project) == asks
    assert project.notes == ()


def test_a_member_of_a_cargo_workspace_is_set_up_at_its_root() -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["a"]\n',
        "Cargo.lock": "",
        "a/Cargo.toml": CRATE,
        ".github/redfirst.yml": "path: a",
    }
    project = found(files)
    assert (project.setup_at, project.setup.source, project.version) == ("", "Cargo.lock", "1.80")
    assert key_files(tree(files), project) == ["Cargo.lock", "Cargo.toml", "a/Cargo.toml"]


def test_the_build_files_of_every_module_are_part_of_what_set_up_depends_on() -> None:
    files = {
        "settings.gradle": "",
        "app/build.gradle": "",
        "gradle/libs.versions.toml": "",
        "app/src/Main.java": "",
    }
    assert key_files(tree(files), found(files)) == [
        "app/build.gradle",
        "gradle/libs.versions.toml",
        "settings.gradle",
    ]


def test_repositories_and_wrappers_elsewhere_are_asked_for() -> None:
    files = {
        "pom.xml": "<repositories><repository><id>a</id><url>https://maven.example.org/x</url></repository>"
        "</repositories><url>https://home.example.org</url>",
        "mvnw": "",
        ".mvn/wrapper/maven-wrapper.properties": "distributionUrl=https://wrapper.example.org/maven.zip\n",
    }
    more = {"maven.example.org", "wrapper.example.org"}
    assert hosts(found(files, allowance=EVERYTHING)) == MAVEN | more
    assert hosts(found(files)) == MAVEN
