"""A value in another dress: encoded, spelled in numbers, put together from pieces, hashed. Pure.

No honest fix writes a value of the test like this, so where it stands does not matter.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from workflows.code.folding import Value, folded, named_constants
from workflows.code.languages import Language
from workflows.code.literals import Literal, plain
from workflows.code.script_folding import script_folded
from workflows.code.syntax import Node, Parsed
from workflows.code.texts import STRINGS, said

SHORTEST = 6
"""Of what is hidden: what is shorter may be so by chance."""
_LONGEST = 2_000
_FEWEST = 4
_MOST = 2_000
_MOST_VEILED = 100
_MOST_DIGITS = 400
_LISTS = frozenset({"array", "list", "tuple", "arguments", "argument_list", "array_expression"})
_NUMBERS = frozenset({"number", "integer", "integer_literal", "int_literal"})
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{4,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){2,}")
_CODES = re.compile(r"\d{1,6}(?:[ ,;:.-]+\d{1,6}){3,}")
_HASHES = ("md5", "sha1", "sha256", "sha512")
_STRUCTURE = re.compile(r"[\[{].*[\]}]", re.DOTALL)


def hidden(parsed: Parsed) -> Iterator[tuple[str, Node]]:
    """What texts, lists of numbers and joined pieces come to, each with the place."""
    in_python = parsed.language is Language.PYTHON
    names = named_constants(parsed) if in_python else {}
    for node in parsed.root.walk():
        text = said(node) if node.kind in STRINGS else None
        # What is only added up is a text of several lines; what a name stands for is no disguise.
        made = _made(node, names, parsed.language) if said(node) is None else None
        if isinstance(made, str) and len(made) <= _LONGEST:
            yield plain(made), node
        if text is not None and len(text) <= _LONGEST:
            for meant in _decoded(text):
                yield plain(meant), node
        elif node.kind in _LISTS:
            for meant in _spelled(node):
                yield plain(meant), node
        elif node.kind in _NUMBERS and (meant := _packed(node)):
            yield plain(meant), node
        elif node.kind == "binary_expression" or node.kind == "boolean_operator":
            pieces = _pieces(node)
            if len(pieces) > 1:
                yield plain("".join(pieces)), node


def _made(node: Node, names: Mapping[str, Value], language: Language) -> str | float | None:
    if language is Language.PYTHON:
        return folded(node, names)
    return script_folded(node) if language.is_script else None


def also(known: Iterable[Literal]) -> Iterator[tuple[str, Literal]]:
    """What values of the test are as a hash, and as the text that stands for a list or an object."""
    for literal in known:
        text = said(literal.node) if literal.node.kind in STRINGS else None
        if text is None or not SHORTEST <= len(text) <= _LONGEST:
            continue
        for name in _HASHES:
            digest = hashlib.new(name, text.encode(errors="replace"), usedforsecurity=False).digest()
            yield digest.hex(), literal
            yield plain(base64.b64encode(digest).decode()), literal


def structures(parsed: Parsed) -> Iterator[tuple[str, Node]]:
    """Lists and objects as they are written, without what may be written otherwise."""
    for node in parsed.root.walk():
        if node.kind in {"array", "object", "list", "dictionary"} and node.end - node.start <= _LONGEST:
            yield bare(node.text), node


def bare(text: str) -> str:
    return re.sub(r"[\s\"'`]|,(?=[\]}])", "", text).casefold() if _STRUCTURE.fullmatch(text.strip()) else ""


def _decoded(text: str) -> Iterator[str]:
    if _BASE64.fullmatch(text):
        for altchars in (None, b"-_"):
            try:
                yield base64.b64decode(text + "=" * (-len(text) % 4), altchars, validate=True).decode()
            except (binascii.Error, ValueError):
                continue
    if _HEX.fullmatch(text):
        yield bytes.fromhex(text).decode(errors="replace")
    if _CODES.fullmatch(text):
        yield _of_codes([int(code) for code in re.findall(r"\d+", text)])
    if "%" in text and unquote(text) != text:
        yield unquote(text)
    yield text[::-1]
    if len(text) > 2 and text[0] == text[-1] == '"':
        yield text[1:-1].replace('\\"', '"')


def _spelled(node: Node) -> Iterator[str]:
    parts = node.children
    if not _FEWEST <= len(parts) <= _MOST and not _is_joined(node):
        return
    if all(part.kind in _NUMBERS for part in parts):
        codes = [
            int(part.excerpt(8), 0) for part in parts if re.fullmatch(r"0x[\da-fA-F]+|\d+", part.excerpt(8))
        ]
        yield _of_codes(codes)
        yield from _veiled(codes)
    if _is_joined(node):
        texts = [said(part) for part in parts]
        if all(text is not None for text in texts):
            between = _between(node)
            yield between.join(text or "" for text in texts)


def _veiled(codes: list[int]) -> Iterator[str]:
    """Each letter's number changed in the same way: `code ^ 42`, `code + 7`."""
    if not SHORTEST <= len(codes) <= _MOST_VEILED or max(codes) > 0xFF + 0xFF:
        return
    for by in range(1, 256):
        if all(31 < code ^ by < 127 for code in codes):
            yield "".join(chr(code ^ by) for code in codes)
        if all(31 < code - by < 127 for code in codes):
            yield "".join(chr(code - by) for code in codes)


def _packed(number: Node) -> str | None:
    """`0x436170n`: the letters of a text as one number."""
    digits = number.excerpt(_MOST_DIGITS).replace("_", "").rstrip("nN")
    if len(digits) < 2 * SHORTEST or not re.fullmatch(r"0x[\da-fA-F]+|\d+", digits):
        return None
    value = int(digits, 0)
    try:
        return value.to_bytes((value.bit_length() + 7) // 8, "big").decode("ascii")
    except UnicodeDecodeError:
        return None


def _is_joined(node: Node) -> bool:
    """`["a", "b"].join("")`"""
    above = node.parent
    name = above.get("property") if above is not None else None
    return node.kind == "array" and name is not None and name.excerpt() == "join" and len(node.children) > 1


def _between(node: Node) -> str:
    call = node.parent.parent if node.parent is not None else None
    arguments = call.get("arguments") if call is not None else None
    given = arguments.children if arguments is not None else []
    return (said(given[0]) or "") if given else ","


def _of_codes(codes: list[int]) -> str:
    return "".join(chr(code) for code in codes if 8 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF)


def _pieces(node: Node) -> list[str]:
    """Of `a.startsWith("x") && a.endsWith("y")`: what is asked for one after the other."""
    operator = node.get("operator")
    if operator is None or operator.kind not in {"&&", "and"}:
        return []
    above = node.parent
    if (
        above is not None
        and above.kind == node.kind
        and (outer := above.get("operator"))
        and outer.kind == operator.kind
    ):
        return []
    if node.end - node.start > _LONGEST:
        return []
    return [text for part in node.walk() if part.kind in STRINGS and (text := said(part)) is not None]
