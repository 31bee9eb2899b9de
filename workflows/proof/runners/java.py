"""What Maven and Gradle have in common: classes in files, JUnit reports, and traces of frames."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from workflows.proof.results import Frame, Outcome, TestResult
from workflows.proof.runners import junit, sealed
from workflows.proof.runners.packed import lines
from workflows.proof.runners.sealed import BadReport
from workflows.tree import Tree

MAX_FRAMES = 50
SUFFIXES = (".java", ".kt", ".groovy", ".scala")

_TESTS = re.compile(r"(?:^|/)src/(?:\w*[tT]ests?|it|testFixtures|test-\w+)/")
_COLLECTED = re.compile(r"(?:Test\w*|\w+(?:Tests?|TestCase|Spec))\.(?:java|kt|groovy|scala)")
_CLASS = re.compile(r"(?:^|/)src/\w+/(?:java|kotlin|groovy|scala)/(.+)\.(?:java|kt|groovy|scala)$")
# `at app//a.b.Outer$Inner.method(Outer.java:10)`
_FRAME = re.compile(
    r"^[ \t]{1,9}at (?:[^\s/()]{0,200}/){0,3}"
    r"([\w$.]{1,500})\.([\w$<>-]{1,500})\(([\w$-]{1,200}\.\w{1,10}):(\d{1,7})\)",
    re.MULTILINE,
)
# What comes first on the class path, and is a test tool's by its package.
_SHADOW = re.compile(
    r"(?:.*/)?src/main/\w+/(?:org/(?:junit|testng|hamcrest|assertj|opentest4j|mockito|spockframework)"
    r"|junit|com/google/common/truth|org/apache/maven/surefire)(?=/)"
)
_METHOD = re.compile(r"[A-Za-z_][\w]*")
# What TestNG says of a test that asked for an exception, where none came or another.
_UNRAISED = re.compile(r"\s*org\.testng\.TestException\b")

# What TestNG runs, as poms usually call it.
_SUITE = re.compile(r"testng[\w.-]*\.(?:xml|ya?ml)")

# What is told of a class as a whole is told under one of these.
_WHOLE = frozenset({"initializationError", "executionError", "classMethod"})

# Not what a test asks, but what keeps it from asking.
_NOT_ITS_QUESTION = frozenset(
    {
        *("TestTimedOutException", "ThreadTimeoutException"),
        *("ExceptionInInitializerError", "ClassFormatError"),
        *("NoClassDefFoundError", "ClassNotFoundException", "UnsatisfiedLinkError", "InitializationError"),
        *("UnsupportedClassVersionError", "ParameterResolutionException", "InvalidTestClassError"),
        *("PreconditionViolationException", "JUnitException", "ExtensionConfigurationException"),
    }
)


def is_test(path: str) -> bool:
    return _TESTS.search(path) is not None


def collects(path: str) -> bool:
    return is_test(path) and _COLLECTED.fullmatch(posixpath.basename(path)) is not None


def class_of(path: str) -> str:
    """`src/test/java/a/BTest.java` is `a.BTest`."""
    found = _CLASS.search(path)
    return (found[1] if found else PurePosixPath(path).stem).replace("/", ".")


def module_of(path: str) -> str:
    """The folder of the module that a test is in; empty for the root."""
    return re.split(r"(?:^|/)src/", path, maxsplit=1)[0] if "src/" in path else ""


def steers(path: str, tree: Tree) -> bool:
    """Whether JUnit, TestNG or the JVM itself reads this file, or loads it in place of one of theirs."""
    name = posixpath.basename(path)
    shadow = _SHADOW.match(path)
    if shadow is not None and not tree.is_folder(shadow[0]):
        return True
    listens = "META-INF/services/" in path and name.startswith(
        ("org.junit.", "org.testng.", "org.spockframework.")
    )
    return (
        listens
        or _SUITE.fullmatch(name) is not None
        or name in {"junit-platform.properties", ".sdkmanrc", ".java-version", "jvm.config"}
    )


class Sources:
    """The sources that were there before the run, to find the file that a class or a frame means."""

    def __init__(self, listed: bytes) -> None:
        paths = [posixpath.normpath(line) for line in lines(listed)]
        self._by_class: dict[str, str] = {}
        self._by_name: dict[str, list[str]] = {}
        # Of two of one name the test is meant, and else the first.
        for path in sorted(paths, key=lambda path: (not is_test(path), path)):
            self._by_class.setdefault(class_of(path), path)
            self._by_name.setdefault(posixpath.basename(path), []).append(path)

    def of_class(self, name: str) -> str:
        return self._by_class.get(name.partition("$")[0], "")

    def of_frame(self, name: str, file: str) -> str:
        """Kotlin's `ShelfKt` is in `Shelf.kt`: what is sure is the file's name and its package."""
        exact = self.of_class(name)
        if posixpath.basename(exact) == file:
            return exact
        package = name.rpartition(".")[0].replace(".", "/")
        return next(
            (path for path in self._by_name.get(file, []) if posixpath.dirname(path).endswith(package)), ""
        )


def read(files: Mapping[str, bytes], names: Iterable[str]) -> Iterator[TestResult]:
    """The tests of the JUnit files of these names in a packed report."""
    sources = Sources(files.get("sources", b""))
    for test in told(files, names):
        yield _refined(test, sources)


def told(files: Mapping[str, bytes], names: Iterable[str]) -> Iterator[TestResult]:
    """The same as `class::name`, as they were written."""
    for name in names:
        if name not in files:
            raise BadReport("the report is not one of ours")
        yield from junit.parse(files[name])


def packed_names(files: Mapping[str, bytes]) -> Mapping[str, str]:
    """The JUnit files in a packed report, by where they were."""
    if "names" not in files:
        raise BadReport("the report is not one of ours")
    found = lines(files["names"])
    return {posixpath.normpath(path): f"{number}.xml" for number, path in enumerate(found, 1)}


def uncompiled(said: str, line: re.Pattern[str], folder: str) -> Iterator[TestResult]:
    """A file of tests that does not compile is one that does not come to its question."""
    by_file: dict[str, list[str]] = {}
    for found in line.finditer(said):
        end = said.find("\n", found.end())
        whole = said[found.start() : end if end >= 0 else len(said)].removeprefix("[ERROR] ")
        by_file.setdefault(found[1], []).append(whole)
    for path, whole in by_file.items():
        file = path.removeprefix(f"{folder}/")
        # Maven says it all a second time at the end.
        detail = "\n".join(dict.fromkeys(whole)).replace(path, file)
        yield TestResult(
            id=file,
            outcome=Outcome.ERROR,
            file=file,
            message=detail.partition("\n")[0],
            detail=detail[: sealed.MAX_DETAIL],
            error="CompilationError",
        )


def _refined(test: TestResult, sources: Sources) -> TestResult:
    """A class without a file is none of the project's, and keeps its name."""
    classname, _, name = test.id.rpartition("::")
    if not classname:
        # Of what failed for a whole class, some write the name of the class alone, or nothing.
        classname, name = name, ""
    file = sources.of_class(classname)
    inside = classname.partition("$")[2].split("$") if "$" in classname else []
    first = _METHOD.match(name)
    frames = _frames(test.detail, sources)
    # A time-out of the project's own is what it raised.
    is_late = test.error == "TimeoutException" and not (frames and not is_test(frames[-1].file))
    is_unraised = _UNRAISED.match(test.detail) is not None
    outcome = test.outcome
    if outcome in {Outcome.FAILED, Outcome.ERROR}:
        is_whole = first is None or name in _WHOLE or name == classname
        is_broken = is_whole or is_late or test.error in _NOT_ITS_QUESTION
        outcome = Outcome.ERROR if is_broken or _by_hook(test, classname, first) else Outcome.FAILED
    return test.model_copy(
        update={
            "id": "::".join(
                [file or classname.replace("$", "::"), *(inside if file else []), *([name] if name else [])]
            ),
            "file": file,
            "outcome": outcome,
            "asserted": outcome is Outcome.FAILED and (junit.is_assertion(test.error) or is_unraised),
            "frames": frames,
            "message": test.message or next(iter(test.detail.splitlines()), ""),
        }
    )


def _by_hook(test: TestResult, classname: str, method: re.Match[str] | None) -> bool:
    """Its class is on the way to what was raised, and the test is not: that was set-up, or tear-down."""
    outer = classname.partition("$")[0]
    passed = [found[2] for found in _FRAME.finditer(test.detail) if found[1].partition("$")[0] == outer]
    # The frame of a lambda is called `lambda$method$0`.
    return method is not None and bool(passed) and all(method[0] not in name.split("$") for name in passed)


def _frames(detail: str, sources: Sources) -> Sequence[Frame]:
    """Of what was raised, and not of what caused it: that is said further down."""
    raised = re.split(r"^\s*(?:Caused by|Suppressed): ", detail, maxsplit=1, flags=re.MULTILINE)[0]
    found = [
        Frame(file=file, line=int(frame[4]))
        for frame in _FRAME.finditer(raised)
        if (file := sources.of_frame(frame[1], frame[3]))
    ]
    return tuple(reversed(found[:MAX_FRAMES]))
