"""The constants that code writes out: texts and numbers, each where it stands and in one spelling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.code.syntax import Node, Parsed
from workflows.code.texts import STRINGS, is_sum, said

_NUMBERS = frozenset(
    {
        *("integer", "float", "number", "integer_literal", "float_literal", "int_literal"),
        *("decimal_integer_literal", "decimal_floating_point_literal", "hex_integer_literal", "hex_literal"),
    }
)
_SIGNED = frozenset({"unary_operator", "unary_expression"})


@dataclass(frozen=True, slots=True)
class Literal:
    key: str | float
    """A text without its outer spaces and in small letters, or a number."""
    node: Node
    line: int

    @property
    def shown(self) -> str:
        return self.node.excerpt(60)


def literals(parsed: Parsed) -> Iterable[Literal]:
    for node in parsed.root.walk():
        key = key_of(node)
        if key is not None:
            yield Literal(key, node, node.line)


def key_of(node: Node) -> str | float | None:
    if node.kind in STRINGS or is_sum(node) or node.kind == "regex":
        text = node.excerpt(500).strip("/") if node.kind == "regex" else said(node)
        return None if text is None else plain(text)
    if node.kind not in _NUMBERS:
        return None
    number = _number(node.excerpt(40))
    negative = node.parent is not None and node.parent.kind in _SIGNED and node.parent.excerpt(1) == "-"
    return -number if negative and number is not None else number


def plain(text: str) -> str:
    """As a pattern means it, too: `^Dune$` asks for `dune`."""
    return text.strip().removeprefix("^").removesuffix("$").replace("\\", "").strip().casefold()


def _number(text: str) -> float | None:
    plain = text.replace("_", "").rstrip("nlLfFdD" if not text.lower().startswith("0x") else "nL").lower()
    for suffix in (
        "usize",
        "isize",
        "u8",
        "i8",
        "u16",
        "i16",
        "u32",
        "i32",
        "u64",
        "i64",
        "u128",
        "i128",
        "f32",
        "f64",
    ):
        plain = plain.removesuffix(suffix)
    try:
        return float(int(plain, 0)) if plain[:2] in {"0x", "0o", "0b"} else float(plain)
    except (ValueError, OverflowError):
        return None
