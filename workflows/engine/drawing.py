"""A workflow as a Mermaid flowchart, for the docs and for whoever wonders what a run will do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from workflows.engine.definition import AnyPart, spoken
from workflows.engine.nodes import (
    Branch,
    ForEach,
    Loop,
    Map,
    Nested,
    Node,
    Parallel,
    Settle,
    Sleep,
    Suspend,
    Then,
    Workflow,
)
from workflows.engine.step import Step


def mermaid(tree: Workflow[Any, Any, Any]) -> str:
    chart = _Chart()
    start = chart.shape(f"([{tree.takes.__name__}])")
    ends = chart.part(tree, [_End(start)])
    chart.join(ends, chart.shape(f"([{tree.gives.__name__}])"))
    return "\n".join(["flowchart TD", *chart.lines])


@dataclass(frozen=True, slots=True)
class _End:
    """Where an arrow begins that does not know yet where it leads."""

    shape: str
    label: str = ""


@dataclass(slots=True)
class _Chart:
    lines: list[str] = field(default_factory=list[str])
    shapes: list[str] = field(default_factory=list[str])
    loops: int = 0
    depth: int = 1

    def part(self, part: AnyPart, ends: list[_End]) -> list[_End]:
        if isinstance(part, Step):
            return self.box(f'["{part.name}"]', ends)
        for node in part.nodes:
            ends = self.node(node, ends)
        if part.on_failure is not None:
            rescue = self.shape(f'["{part.on_failure.name}"]')
            failed = self.shape(f'{{{{"{part.name} failed"}}}}')
            self.line(f"{failed} -.-> {rescue}")
        return ends

    def node(self, node: Node[Any], ends: list[_End]) -> list[_End]:
        match node:
            case Then(part) | Nested(part) | Settle(part):
                return self.part(part, ends)
            case Map():
                return ends
            case Branch():
                return self.branch(node, ends)
            case Parallel(name, parts):
                fork = self.box(f'{{{{"{name}, side by side"}}}}', ends)
                return list(_flat(self.part(part, fork) for part in parts))
            case Loop(body, _, says):
                return self.loop(body, f"{says}, at most {node.limit} times", ends)
            case ForEach(body, over):
                return self.loop(body, f"for each of {over.__name__}, at most {node.limit}", ends)
            case Suspend(name, waits_for, _, within, late):
                waits = self.box(f'(["{name}: waits for {waits_for.__name__}"])', ends)
                late_ends = [_End(waits[0].shape, f"after {spoken(within or timedelta())}")]
                return waits if late is None else [*waits, *self.part(late, late_ends)]
            case Sleep(name, length):
                return self.box(f'(["{name}: sleeps {spoken(length)}"])', ends)

    def branch(self, branch: Branch[Any], ends: list[_End]) -> list[_End]:
        (choice,) = self.box(f'{{"{branch.name}"}}', ends)
        ways = [(way.condition.__name__, way.part) for way in branch.ways] + [("otherwise", branch.otherwise)]
        return list(_flat(self.part(part, [_End(choice.shape, label)]) for label, part in ways))

    def loop(self, body: AnyPart, title: str, ends: list[_End]) -> list[_End]:
        before = len(self.shapes)
        self.loops += 1
        self.line(f'subgraph loop{self.loops} ["{title}"]')
        self.depth += 1
        inside = self.part(body, [])
        first = self.shapes[before] if len(self.shapes) > before else self.shape(f'["{body.name}"]')
        self.join(inside, first, arrow="-.->")
        self.depth -= 1
        self.line("end")
        self.join(ends, first)
        return inside or [_End(first)]

    def box(self, text: str, ends: list[_End]) -> list[_End]:
        shape = self.shape(text)
        self.join(ends, shape)
        return [_End(shape)]

    def shape(self, text: str) -> str:
        name = f"n{len(self.shapes) + 1}"
        self.shapes.append(name)
        self.line(f"{name}{text}")
        return name

    def join(self, ends: Iterable[_End], to: str, arrow: str = "-->") -> None:
        for end in ends:
            label = f'|"{end.label}"|' if end.label else ""
            self.line(f"{end.shape} {arrow}{label} {to}")

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)


def _flat(groups: Iterable[list[_End]]) -> Iterator[_End]:
    for group in groups:
        yield from group
