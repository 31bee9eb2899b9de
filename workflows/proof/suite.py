"""A project's tests, wherever in the repository it lies: what its runner says, with paths from the root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.proof.results import Results, TestResult
from workflows.proof.runners.port import Runner
from workflows.tree import Tree

# Golden files, snapshots and helpers lie there too: what a test compares with is a part of the test.
_TEST_AREAS = frozenset(
    {"test", "tests", "__tests__", "__snapshots__", "__mocks__", "__fixtures__", "testdata"}
)


@dataclass(frozen=True, slots=True)
class Suite:
    runner: Runner
    folder: str = ""

    def inside(self, path: str) -> str | None:
        """The path from the project's folder; None where it is not in it."""
        if not self.folder:
            return path
        return path[len(self.folder) + 1 :] if path.startswith(f"{self.folder}/") else None

    def outside(self, path: str) -> str:
        return f"{self.folder}/{path}" if self.folder and not path.startswith("/") else path

    def is_test(self, path: str) -> bool:
        # Of a neighbour in the same repository as well: nobody's tests are changed.
        inside = self.inside(path)
        return self.runner.is_test(path if inside is None else inside)

    def is_of_tests(self, path: str) -> bool:
        return self.is_test(path) or bool(_TEST_AREAS & set(path.split("/")[:-1]))

    def collects(self, path: str) -> bool:
        inside = self.inside(path)
        return inside is not None and self.runner.collects(inside)

    def is_configuration(self, path: str, tree: Tree) -> bool:
        inside = self.inside(path)
        here = self.runner.is_configuration(inside, tree.below(self.folder)) if inside is not None else False
        return here or self.runner.is_configuration(path, tree)

    def from_root(self, results: Results) -> Results:
        """What a runner gave, which knows of its folder only."""
        if not self.folder:
            return results
        return results.model_copy(update={"tests": tuple(self._moved(test) for test in results.tests)})

    def inside_all(self, files: Sequence[str]) -> tuple[str, ...]:
        return tuple(inside for file in files if (inside := self.inside(file)) is not None)

    def _moved(self, test: TestResult) -> TestResult:
        return test.model_copy(
            update={
                "id": self.outside(test.id),
                "file": self.outside(test.file) if test.file else "",
                "frames": tuple(
                    frame.model_copy(update={"file": self.outside(frame.file)}) for frame in test.frames
                ),
                "touched": tuple(self.outside(file) for file in test.touched),
            }
        )
