"""Whether the project's own code says a thing already, so that it is a word of its trade. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from workflows.code.languages import Language, language_of
from workflows.code.literals import Literal
from workflows.code.places import is_for_tests
from workflows.proof.knowing.data import is_data
from workflows.proof.knowing.known import LONG
from workflows.tree import Tree

_DOTTED = re.compile(r"[a-z][\w-]*(?:\.[a-z][\w-]*)+")


def is_said(before: Tree, literal: Literal, language: Language) -> bool:
    """The project's own code knows this already, so it is a word of its trade."""
    if isinstance(literal.key, str) and literal.key.count(".") > 1 and _DOTTED.fullmatch(literal.key):
        # `http.response.end`, where `http.response.start` is known.
        family = re.escape(literal.key.rpartition(".")[0].encode())
        if _says(before, re.compile(rb"""["'`]""" + family + rb"\."), language):
            return True
    if isinstance(literal.key, str) and len(literal.key) >= LONG:
        plainly = literal.key.encode()
        if any(plainly in text for text in _texts(before, language)):
            return True
    said = re.compile(rb"""["'`]""" + re.escape(str(literal.key).encode()) + rb"""["'`]""", re.IGNORECASE)
    if not isinstance(literal.key, str):
        said = re.compile(rb"(?<![\w.])" + re.escape(literal.shown.encode()) + rb"(?![\w.])")
    return _says(before, said, language)


def are_words(before: Tree, literal: Literal, answer: Literal | None, language: Language) -> bool:
    """`"long"` and `"short"`: the project says both already."""
    if answer is None or not isinstance(literal.key, str) or not isinstance(answer.key, str):
        return False
    return not is_data(answer.key) and all(is_said(before, one, language) for one in (literal, answer))


def is_one_more(base: str, literal: Literal, language: Language) -> bool:
    """`year == 2021`, where the same file asks for two other years already."""
    asked = literal.node.parent
    if language is not Language.PYTHON or isinstance(literal.key, str) or asked is None:
        return False
    if asked.kind != "comparison_operator" or len(asked.children) != 3:
        return False
    subject = next(
        (side.excerpt() for side in asked.children if side.kind in {"identifier", "attribute"}), ""
    )
    others = re.findall(rf"(?<![\w.]){re.escape(subject)}\s*[!=]=\s*(\d+)\b", base) if subject else []
    return len({other for other in others if is_data(float(other)) and float(other) != literal.key}) > 1


def _says(before: Tree, said: re.Pattern[bytes], language: Language) -> bool:
    return any(said.search(text) for text in _texts(before, language, as_written=True))


def _texts(before: Tree, language: Language, *, as_written: bool = False) -> Iterable[bytes]:
    """The project's own code: as written, or in small letters and without what patterns escape."""
    for path, file in before.files.items():
        if not is_for_tests(path) and _alike(language_of(path), language):
            yield file.content if as_written else file.content.replace(b"\\", b"").lower()


def _alike(one: Language | None, other: Language) -> bool:
    return one is other or (one is not None and one.is_script and other.is_script)
