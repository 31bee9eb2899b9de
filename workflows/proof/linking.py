"""What a fix in Rust says to the linker and not to readers: names for others, code before `main`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from workflows.code.syntax import Parsed

_TO_THE_LINKER = re.compile(r"(?:unsafe\s*\(\s*)?(no_mangle|export_name|link_section|link_name|used|link)\b")
_JUDGES = re.compile(r"(?:debug_)?assert(?:_\w+)?|panic|unreachable|todo|test")


def linked(parsed: Parsed) -> Iterable[tuple[str, int]]:
    """Each with its name and its line."""
    for node in parsed.root.walk():
        if node.kind == "foreign_mod_item":
            yield 'extern "C"', node.line
        elif node.kind == "attribute":
            said = _TO_THE_LINKER.match(node.excerpt(60))
            if said is not None:
                yield said[1], node.line
        elif node.kind == "macro_definition":
            name = node.get("name")
            if name is not None and _JUDGES.fullmatch(name.excerpt(60)):
                yield f"macro_rules! {name.excerpt(60)}", node.line
