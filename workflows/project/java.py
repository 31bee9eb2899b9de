"""Java and Kotlin: Maven or Gradle, through the wrapper that the project brings, if it does."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.project.folder import Folder
from workflows.project.hosts import REGISTRIES, hosts_in, together
from workflows.project.model import USUAL, Lines, Project, Stack, Text

_GRADLE = ("settings.gradle.kts", "settings.gradle", "build.gradle.kts", "build.gradle")
_GRADLE_KEYS = (
    *_GRADLE,
    *("gradle.properties", "gradle.lockfile", "libs.versions.toml", "gradle-wrapper.properties"),
)


def look(folder: Folder) -> Project | None:
    if folder.has("pom.xml"):
        return _maven(folder)
    return _gradle(folder) if folder.first(*_GRADLE) else None


def _maven(folder: Folder) -> Project:
    wrapper = ".mvn/wrapper/maven-wrapper.properties"
    has_wrapper = folder.has("mvnw") and folder.has(wrapper)
    program = "sh mvnw -B" if has_wrapper else "mvn -B"
    nothing = "-Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -DfailIfNoTests=false"
    return Project(
        path=Text(value=folder.path),
        stack=Stack.JAVA,
        manager="Maven",
        setup=Lines(
            # The second brings what only running tests asks for, and leaves nothing that was built.
            value=(f"{program} dependency:go-offline", f"{program} {nothing} test clean"),
            source=folder.at("mvnw" if has_wrapper else "pom.xml"),
        ),
        setup_at=folder.path,
        test=Text(value=f"{program} -o test", source=folder.at("pom.xml")),
        junit=Text(value="**/target/surefire-reports/TEST-*.xml", source=USUAL),
        hosts=together(_known("mvn"), _repositories(folder), _wrapper(folder, wrapper)),
        key_files=(folder.at(wrapper),) if has_wrapper else (),
        key_names=("pom.xml", "extensions.xml", "maven.config"),
    )


def _gradle(folder: Folder) -> Project:
    wrapper = "gradle/wrapper/gradle-wrapper.properties"
    has_wrapper = folder.has("gradlew") and folder.has(wrapper)
    program = f"{'sh gradlew' if has_wrapper else 'gradle'} --no-daemon"
    return Project(
        path=Text(value=folder.path),
        stack=Stack.JAVA,
        manager="Gradle",
        setup=Lines(
            # The second fails, for it finds no such test, and has by then brought what running one asks for.
            value=(f"{program} testClasses", f"{program} test --continue --tests None || true"),
            source=folder.at("gradlew" if has_wrapper else folder.first(*_GRADLE)),
        ),
        setup_at=folder.path,
        test=Text(value=f"{program} --offline test", source=folder.at(folder.first(*_GRADLE))),
        junit=Text(value="**/build/test-results/test/TEST-*.xml", source=USUAL),
        hosts=together(_known("gradle"), _wrapper(folder, wrapper)),
        key_names=_GRADLE_KEYS,
    )


def _known(program: str) -> tuple[Text, ...]:
    return tuple(Text(value=host, source=program) for host in REGISTRIES[program])


def _repositories(folder: Folder) -> tuple[Text, ...]:
    parts = folder.text("pom.xml").split("<repository>")[1:20]
    return hosts_in(_addresses(parts), folder.at("pom.xml"))


def _addresses(parts: Iterable[str]) -> Iterable[str]:
    for part in parts:
        _, _, after = part[:2_000].partition("<url>")
        yield after.partition("</url>")[0]


def _wrapper(folder: Folder, name: str) -> tuple[Text, ...]:
    lines = [line for line in folder.text(name).splitlines() if line.startswith("distributionUrl")]
    return hosts_in([line.partition("=")[2].replace("\\:", ":") for line in lines[:5]], folder.at(name))
