"""The workflows by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workflows.ask import ask
from workflows.engine import definition
from workflows.engine.nodes import Workflow
from workflows.errors import Gone
from workflows.fix import fix
from workflows.ports.all import Ports
from workflows.repro import repro
from workflows.reverify import reverify
from workflows.review import review
from workflows.revise import revise

AnyWorkflow = Workflow[Ports, Any, Any]


@dataclass(frozen=True, slots=True)
class Registry:
    trees: tuple[AnyWorkflow, ...]

    def __iter__(self) -> Iterator[AnyWorkflow]:
        return iter(self.trees)

    def find(self, name: str) -> AnyWorkflow:
        for tree in self.trees:
            if tree.name == name:
                return tree
        raise Gone(f"there is no workflow {name}; there are {', '.join(tree.name for tree in self.trees)}")

    @property
    def definitions(self) -> frozenset[str]:
        """All whose runs this release can go on with."""
        return frozenset(
            each for tree in self.trees for each in (definition.digest(tree), *tree.goes_on_with)
        )

    def can_finish(self, name: str, begun_under: str) -> bool:
        """Whether this release can go on with runs of that definition."""
        return any(tree.name == name and definition.can_finish(tree, begun_under) for tree in self.trees)


WORKFLOWS = Registry((fix, revise, reverify, review, repro, ask))
