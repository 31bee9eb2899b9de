"""The workflows by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from workflows.engine.nodes import Workflow
from workflows.errors import Gone
from workflows.fix import fix
from workflows.ports import Ports

AnyWorkflow = Workflow[Ports, Any, Any]

WORKFLOWS: Mapping[str, AnyWorkflow] = MappingProxyType({tree.name: tree for tree in (fix,)})


def find(name: str) -> AnyWorkflow:
    if name not in WORKFLOWS:
        raise Gone(f"there is no workflow {name}; there are {', '.join(WORKFLOWS)}")
    return WORKFLOWS[name]
