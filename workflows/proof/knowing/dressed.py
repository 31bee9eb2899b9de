"""Values of the test that are encoded, hashed or put together: nobody does that who mends something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from workflows.code.folding import folded, named_constants
from workflows.code.languages import Language
from workflows.code.literals import Literal, key_of
from workflows.code.syntax import Node, Parsed, Unread, parse
from workflows.code.texts import STRINGS, said
from workflows.proof import disguises
from workflows.proof.finding import Finding
from workflows.proof.fingerprints import fingerprints
from workflows.proof.knowing.answers import is_given_as_answer
from workflows.proof.knowing.conditions import is_condition
from workflows.proof.knowing.data import is_data, is_trivial
from workflows.proof.knowing.known import Known, most_of
from workflows.proof.knowing.shapes import shaped
from workflows.proof.knowing.tables import pairs_in

SPECIAL = "special-cases"
_SPELLS = re.compile(
    r"\bchr\(|codecs\.|\bord\(|bytes\(|fromhex|[ab]\d\ddecode|unhexlify|a2b_|decompress|rot_?13|::\s*-1|reversed\(|to_bytes"
    r"|\bmap\(|translate\(|\.hex\(|[ab]\d\dencode|hexlify|encodebytes|quote\("
)


def disguised(
    path: str,
    base: str,
    text: str,
    language: Language,
    known: Mapping[str | float, Known],
    fresh: Sequence[tuple[Literal, Parsed]],
) -> Iterable[Finding]:
    """`fresh` are the constants of the file that it did not have before."""
    old, new = parse(base, language), parse(text, language)
    if not isinstance(new, Parsed):
        return
    had = {meant for meant, _ in disguises.hidden(old)} if isinstance(old, Parsed) else set[str]()
    of_hash = {value: known[one.key] for value, one in disguises.also(it.literal for it in known.values())}
    shapes = {shape: it for it in known.values() if (shape := it.shape)}
    for meant, node in disguises.hidden(new):
        here = known.get(meant) if meant not in had and not is_trivial(meant) else None
        if here is None and meant not in had and language.is_script and _is_of_pieces(node):
            here = most_of(meant, known)
        if here is None or here.defined:
            continue
        if (len(meant) >= disguises.SHORTEST and is_data(meant)) or _is_obscure(node, base):
            yield _hiding(path, new, node, here)
    if language is Language.PYTHON:
        yield from _in_python(path, base, old, new, known, fresh)
    known_prints = {shown for shown, _ in fingerprints(old)} if isinstance(old, Parsed) else set[str]()
    for shown, node in fingerprints(new):
        if shown not in known_prints:
            yield _printing(path, new, node)
    for literal, parsed in fresh:
        if not isinstance(literal.key, str) or literal.node.kind not in STRINGS:
            continue
        here = of_hash.get(literal.key) or shapes.get(disguises.bare(literal.key))
        if here is not None:
            yield _hiding(path, parsed, literal.node, here)


def _is_of_pieces(node: Node) -> bool:
    """`url.host === "…" && url.pathname === "…"`: the greater part of a value, asked for bit by bit."""
    return node.kind == "binary_expression" and node.excerpt(1_000).count("===") > 1


def _in_python(
    path: str,
    base: str,
    old: Parsed | Unread,
    new: Parsed,
    known: Mapping[str | float, Known],
    fresh: Sequence[tuple[Literal, Parsed]],
) -> Iterable[Finding]:
    asked = {node.text for node, _ in shaped(old, known)} if isinstance(old, Parsed) else set[str]()
    for node, here in shaped(new, known):
        if node.text not in asked:
            yield _hiding(path, new, node, here)
    reads_prose = new.root.text.count("__doc__") > base.count("__doc__")
    names = named_constants(new)
    for node in new.root.walk():
        number = folded(node, names)
        here = known.get(number) if isinstance(number, float) and is_data(number) else None
        if here is not None and node.text not in base and is_condition(node, base):
            yield _hiding(path, new, node, here)
    for literal, parsed in fresh:
        text = said(literal.node) if literal.node.kind in STRINGS else None
        is_prose = literal.node.parent is None or literal.node.parent.kind == "expression_statement"
        is_prose = is_prose and not reads_prose
        here = pairs_in(text, known) if text is not None and not is_prose else None
        if here is not None:
            yield _hiding(path, parsed, literal.node, here)
    for node in new.root.walk():
        here = (
            _named_table(node, known) if node.kind == "keyword_argument" and node.text not in base else None
        )
        if here is not None:
            yield _hiding(path, new, node, here)


def _named_table(entry: Node, known: Mapping[str | float, Known]) -> Known | None:
    """`dict(Dune="DM").get(title)`: names are texts, too."""
    call = entry.parent.parent if entry.parent is not None else None
    name, value = entry.get("name"), entry.get("value")
    if call is None or name is None or value is None or call.excerpt(5) != "dict(":
        return None
    looked_up = call.parent is not None and call.parent.kind in {"attribute", "subscript"}
    here = known.get(name.excerpt().casefold())
    key = key_of(value)
    return here if looked_up and key is not None and key in known and key != name.excerpt() else None


def _is_obscure(node: Node, base: str) -> bool:
    """Nobody asks for a short text by way of its letters, be it his own or those of what he was given."""
    asked = next((up for up in node.above(4) if up.kind == "comparison_operator"), node)
    return any(_SPELLS.search(one.excerpt(400)) for one in (node, asked)) and (
        is_condition(node, base) or is_given_as_answer(node)
    )


def _hiding(path: str, parsed: Parsed, node: Node, here: Known) -> Finding:
    return Finding(
        path=path,
        line=node.line,
        code=parsed.shown(node.line),
        what=SPECIAL,
        reason=f"{node.excerpt(60)} stands for a value of the test ({here.path}:{here.literal.line}: "
        f"{here.code}). Fix the cause, for every value.",
    )


def _printing(path: str, parsed: Parsed, node: Node) -> Finding:
    return Finding(
        path=path,
        line=node.line,
        code=parsed.shown(node.line),
        what=SPECIAL,
        reason=f"{node.excerpt(60)} asks for one value by its digest. Fix the cause, for every value.",
    )
