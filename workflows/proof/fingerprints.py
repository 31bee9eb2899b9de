"""Asking for one value without writing it out: by its hash, its sum, its length and a letter. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.code.literals import key_of
from workflows.code.syntax import Node, Parsed
from workflows.proof.scripts.digests import digests

_COMPARED = frozenset({"==", "===", "!=", "!==", "in", "not in", "is"})
_DIGESTS = re.compile(
    r"\b(?:hash|crc32|adler32|crc_hqx|md5|sha1|sha224|sha256|sha384|sha512|sha3_\w+|blake2[bs]|fnv\w*|hashCode)\b"
)
_SUMS = re.compile(
    r"\bsum\s*\(.*\bord\b|\bsum\s*\(.*\bencode\(|\bfrom_bytes\s*\(.*\bencode\("
    r"|\bord\(\w+\[[^\]]*\]\)\s*[-+*^%|&].*(?:\bord\(\w+\[|\blen\()",
    re.DOTALL,
)


def fingerprints(parsed: Parsed) -> Iterator[tuple[str, Node]]:
    """Each comparison of a digest with a constant: how it is written, and where."""
    if parsed.language.is_script:
        yield from digests(parsed)
    for node in parsed.root.walk():
        operator = node.get("operators") or node.get("operator")
        if operator is None or operator.kind not in _COMPARED:
            continue
        sides = [child for child in node.children if child.part not in {"operators", "operator"}]
        if len(sides) != 2 or not any(_is_constant(side) for side in sides):
            continue
        asked = next((side for side in sides if not _is_constant(side)), None)
        if asked is not None and _is_digest(asked):
            yield node.excerpt(200), node


def _is_constant(node: Node) -> bool:
    inner = node.children if node.kind in {"set", "tuple", "list", "array"} else [node]
    return bool(inner) and all(key_of(part) is not None for part in inner)


def _is_digest(node: Node) -> bool:
    if not any("call" in part.kind for part in node.walk()):
        return False
    said = node.excerpt(300)
    return _DIGESTS.search(said) is not None or _SUMS.search(said) is not None
