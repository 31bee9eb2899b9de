"""What a fix does that no fix of a product does: look for the test run, end it, or reach around it. Pure.

Only what is new counts: what the files said before the fix, in sum, they may say after it, be it moved about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from policies.patch import Patch
from workflows.code.folding import made_up
from workflows.code.languages import Language, language_of
from workflows.code.places import is_command_line, is_for_tests
from workflows.code.syntax import Parsed, Unread, parse
from workflows.code.uses import Use, Way, uses_in
from workflows.proof.finding import Finding
from workflows.proof.linking import linked
from workflows.proof.objections import words
from workflows.proof.objections.all import rules_about
from workflows.proof.objections.model import (
    DETECTS,
    HARNESS,
    PATCHES,
    PLEASES,
    REACHES,
    SWALLOWS,
    UNREAD,
    Fine,
)
from workflows.proof.patching import patched, put_around
from workflows.proof.pleasing import pleasing
from workflows.proof.python.modules import is_of_a_kind
from workflows.proof.python.oddities import odd_in_python
from workflows.proof.scripts.oddities import oddities, said_otherwise
from workflows.proof.swallowing import swallowed
from workflows.proof.usual import is_done_in_python
from workflows.proof.usual_in_scripts import is_done_in_scripts, is_said_in_scripts
from workflows.tree import Tree

MOST = 20


@dataclass(frozen=True, slots=True)
class _Hit:
    """A use that is objected to, if it is new and not usual here."""

    key: tuple[str, str]
    """What is counted: the kind and the name."""
    line: int
    code: str
    what: str
    reason: str
    fine: Fine = Fine.NOWHERE
    word: str = ""
    """What the project says where it does this already."""
    pattern: str = ""
    """Or how it says it."""


def tampering(before: Tree, fix: Patch) -> tuple[Finding, ...]:
    own = frozenset(part for path in before.files for part in _modules(path))
    old: list[_Hit] = []
    new: list[tuple[str, str, _Hit]] = []
    for change in fix.changes:
        language = language_of(change.path)
        if language is None or is_for_tests(change.path):
            continue
        base, text = before.text(change.path) or "", change.content or ""
        old += _hits(base, language, own, base)
        new += [(change.path, text, hit) for hit in _hits(text, language, own, base)]
    found = [
        Finding(
            path=path, line=hit.line, code=hit.code, what=hit.what, reason=f"`{hit.key[1]}`: it {hit.reason}."
        )
        for path, text, hit in _more(old, new)
        if not _usual(hit, path, text, before, own) and not _is_one_more(hit, path, old)
    ]
    return tuple(_once(found)[:MOST])


def _hits(text: str, language: Language, own: frozenset[str], base: str) -> list[_Hit]:
    parsed = parse(text, language)
    if isinstance(parsed, Unread):
        # A file that was too large before is read as far as it is new.
        known = set(base.splitlines())
        parsed = parse("\n".join(line for line in text.splitlines() if line not in known), language)
    if isinstance(parsed, Unread):
        return [_Hit(("unread", "the file"), 1, "", UNREAD, f"cannot be checked: {parsed.reason}")]
    return list(_objections(parsed, own))


def _objections(parsed: Parsed, own: frozenset[str]) -> Iterable[_Hit]:
    found = uses_in(parsed)
    for use in found:
        if use.way is Way.TEXT:
            yield from _texts(use)
        elif not (use.starts("sys.modules") and is_of_a_kind(use, parsed)):
            yield from _names(use, parsed.language)
    if parsed.language is Language.PYTHON:
        for name, line in put_around(parsed, own):
            yield _Hit((PATCHES, name), line, parsed.shown(line), PATCHES, words.PATCHED_REASON)
        put_together = [
            Use(text, Way.TEXT, node.line, parsed.shown(node.line), node=node)
            for text, node in made_up(parsed)
        ]
        for use in put_together:
            yield from _texts(use)
        for asked in odd_in_python(parsed, (*found, *put_together)):
            code = parsed.shown(asked.line)
            yield _Hit(
                (asked.what, asked.name), asked.line, code, asked.what, asked.reason, asked.fine, asked.said
            )
    if parsed.language.is_script:
        otherwise = tuple(said_otherwise(parsed, found))
        for use in otherwise:
            yield from _texts(use) if use.way is Way.TEXT else _names(use, parsed.language)
        for odd in oddities(parsed, (*found, *otherwise)):
            code = parsed.shown(odd.line)
            yield _Hit((odd.what, odd.name), odd.line, code, odd.what, odd.reason, odd.fine, "", odd.said)
    if parsed.language is Language.RUST:
        for name, line in linked(parsed):
            yield _Hit(
                (REACHES, name), line, parsed.shown(line), REACHES, words.LINKED_REASON, Fine.KNOWN, name
            )
    for use in patched(found, parsed.language, own):
        yield _Hit(
            (PATCHES, use.name),
            use.line,
            use.code,
            PATCHES,
            words.PATCHED_REASON,
        )
    for name, line in pleasing(parsed):
        yield _Hit(
            (PLEASES, name),
            line,
            parsed.shown(line),
            PLEASES,
            "gives one answer whatever it is compared with; compare what matters",
        )
    for name, line in swallowed(parsed):
        yield _Hit(
            (SWALLOWS, name),
            line,
            parsed.shown(line),
            SWALLOWS,
            "takes every error and says nothing; catch the one that is meant, or let it through",
        )


def _names(use: Use, language: Language) -> Iterable[_Hit]:
    if any(use.starts(plain) for plain in words.PLAIN_MODULE) or use.name == "module":
        return
    for rule in rules_about(use.name.partition(".")[0], language):
        if rule.hits(use):
            name = rule.together or next(name for name in rule.names if use.starts(name))
            yield _Hit((rule.what, name), use.line, use.code, rule.what, rule.reason, rule.fine, name)
    if use.unknown and use.name in words.COMPUTED and not use.own:
        yield _Hit((REACHES, use.name), use.line, use.code, REACHES, words.COMPUTED_REASON)
    if any(use.starts(name) for name in words.ARGUMENTS) and words.TEST_WORDS.search(_statement(use)):
        yield _Hit((DETECTS, use.name), use.line, use.code, DETECTS, words.ARGUMENTS_REASON)
    if any(use.starts(name) for name in words.VARIABLES) and words.TEST_VARIABLES.search(_statement(use)):
        yield _Hit((DETECTS, use.name), use.line, use.code, DETECTS, words.MARKS_REASON)
    if use.starts("process.env.NODE_ENV") and words.TEST_WORDS.search(_statement(use)):
        yield _Hit(
            (DETECTS, use.name + " test"),
            use.line,
            use.code,
            DETECTS,
            "asks whether this is a test",
        )
    if use.name in {"cfg!", "cfg"} and language is Language.RUST and words.TEST_WORDS.search(_statement(use)):
        yield from _built_for_tests(use)


def _built_for_tests(use: Use) -> Iterable[_Hit]:
    """Modules and imports that are for tests only are how tests are written in Rust; code that is not."""
    if use.name == "cfg" and use.node is not None:
        item = next((up for up in use.node.above() if up.kind == "attribute_item"), None)
        siblings = item.parent.children if item is not None and item.parent is not None else []
        after = siblings[siblings.index(item) + 1 :] if item is not None and item in siblings else []
        follows = next((node for node in after if node.kind != "attribute_item"), None)
        if "not" not in _statement(use) and (
            follows is None or follows.kind in {"mod_item", "use_declaration"}
        ):
            return
        if any(up.kind == "mod_item" and "test" in up.excerpt() for up in use.node.above()):
            return
    yield _Hit(
        (DETECTS, "cfg(test)"),
        use.line,
        use.code,
        DETECTS,
        "builds other code for tests than for people",
    )


def _texts(use: Use) -> Iterable[_Hit]:
    marked = words.MARKS.search(use.name)
    if marked:
        yield _Hit((DETECTS, marked[0]), use.line, use.code, DETECTS, words.MARKS_REASON)
    elif use.name in words.RUNNERS and _is_asked_for(use):
        yield _Hit(
            (DETECTS, use.name),
            use.line,
            use.code,
            DETECTS,
            words.RUNNERS_REASON,
            Fine.KNOWN,
            use.name,
        )
    elif use.name == "NODE_ENV":
        yield _Hit((DETECTS, use.name), use.line, use.code, DETECTS, "is for tests", Fine.KNOWN, use.name)
    touched = words.HARNESSED.search(use.name)
    if touched:
        yield _Hit(
            (HARNESS, touched[0]),
            use.line,
            use.code,
            HARNESS,
            words.HARNESSED_REASON,
            Fine.KNOWN,
            use.name,
        )


def _is_asked_for(use: Use) -> bool:
    parents = list(use.node.above(4)) if use.node is not None else []
    kinds = {
        "comparison_operator",
        "binary_expression",
        "call",
        "call_expression",
        "method_invocation",
        "subscript",
    }
    return any(up.kind in kinds | {"subscript_expression", "case_pattern", "switch_case"} for up in parents)


def _statement(use: Use) -> str:
    """The whole of the statement that it is in, as far as a condition goes."""
    node = use.node
    for up in node.above() if node is not None else ():
        if "block" in up.kind or up.kind in {
            "module",
            "program",
            "source_file",
            "function_definition",
            "mod_item",
        }:
            break
        if up.part in {"consequence", "alternative", "body"}:
            break
        node = up
    if node is None:
        return ""
    # Of a branch, what it asks: what it does may well be about tests of another sort.
    condition = node.get("condition")
    return (condition if condition is not None else node).excerpt(2_000)


def _more(old: Sequence[_Hit], new: Sequence[tuple[str, str, _Hit]]) -> list[tuple[str, str, _Hit]]:
    before = Counter(hit.key for hit in old)
    after = Counter(hit.key for _, _, hit in new)
    lines = {hit.code for hit in old}
    more: list[tuple[str, str, _Hit]] = []
    for key, hits in groupby(sorted(new, key=lambda one: one[2].key), key=lambda one: one[2].key):
        # Where one was changed and one added, what stands there as it stood is shown last.
        ordered = sorted(hits, key=lambda one: one[2].code in lines)
        more += ordered[: max(0, after[key] - before[key])]
    return sorted(more, key=lambda one: (one[0], one[2].line))


def _usual(hit: _Hit, path: str, text: str, before: Tree, own: frozenset[str]) -> bool:
    if hit.fine is Fine.COMMAND and is_command_line(path, text):
        return True
    if hit.fine is Fine.NOWHERE:
        return False
    word = hit.word or hit.key[1]
    language = language_of(path)
    if hit.pattern:
        return is_said_in_scripts(before, path, hit.pattern)
    if language is not None and language.is_script:
        last = word.rpartition(".")[2].rpartition("/")[2]
        return is_done_in_scripts(
            before,
            path,
            hit.key,
            last,
            lambda said, of: (one.key for one in _hits(said, of, own, "")),
            in_programs=hit.fine is not Fine.COMMAND,
        )
    if language is not Language.PYTHON:
        return _says(before, word, path)

    def done(said: str) -> Iterable[tuple[str, str]]:
        return (one.key for one in _hits(said, Language.PYTHON, own, ""))

    return is_done_in_python(before, path, hit.key, word.rpartition(".")[2], done)


def _is_one_more(hit: _Hit, path: str, old: Sequence[_Hit]) -> bool:
    """`DataFrame.progress_map = …`, where the file hangs another thing of its own on it already."""
    on, _, name = hit.key[1].rpartition(".")
    is_python = hit.what == PATCHES and language_of(path) is Language.PYTHON
    first, _, rest = name.partition("_")
    kin = re.compile(re.escape(f"{on}.{first}_") + r"\w+")
    return is_python and first != "" and rest != "" and any(kin.fullmatch(one.key[1]) for one in old)


def _says(tree: Tree, word: str, like: str) -> bool:
    """Whether the project's own code, and not its tests, says this somewhere in the same language."""
    last = word.rpartition(".")[2].rpartition("/")[2]
    language = language_of(like)
    said = re.compile(rb"(?<![\w])" + re.escape(last.encode()) + rb"(?![\w])")
    return any(
        said.search(file.content)
        for path, file in tree.files.items()
        if _same(language_of(path), language) and not is_for_tests(path)
    )


def _same(one: Language | None, other: Language | None) -> bool:
    return one is not None and other is not None and (one is other or (one.is_script and other.is_script))


def _modules(path: str) -> Iterable[str]:
    return (part.partition(".")[0] for part in path.split("/")[:3])


def _once(found: Sequence[Finding]) -> list[Finding]:
    return list({(one.path, one.line, one.what): one for one in reversed(found)}.values())[::-1]
