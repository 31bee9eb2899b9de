"""What a test leans on that is not the code it tests: it may fail for no reason of the bug's. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from workflows.code.languages import Language
from workflows.code.places import is_for_tests
from workflows.code.syntax import Node, Parsed, Unread, parse
from workflows.code.texts import STRINGS, said
from workflows.code.uses import Use, Way, uses_in
from workflows.proof import leaning_rules as rules
from workflows.proof.finding import Finding

MOST = 10


def leaning(
    path: str, text: str, base_text: str | None, language: Language, project_paths: Collection[str]
) -> tuple[Finding, ...]:
    """What the test file leans on that it did not before."""
    parsed = parse(text, language)
    if isinstance(parsed, Unread):
        return (
            Finding(
                path=path,
                line=1,
                code="",
                what=rules.UNREAD,
                reason=f"The test cannot be read: {parsed.reason}.",
            ),
        )
    before = parse(base_text or "", language)
    had = (
        Counter(key for key, *_ in _leans(before, "", project_paths))
        if isinstance(before, Parsed)
        else Counter[str]()
    )
    usual = rules.USUAL & had.keys()
    found: list[Finding] = []
    for key, line, what, reason in _leans(parsed, text, project_paths):
        had[key] -= 1
        if had[key] < 0 and key not in usual:
            found.append(
                Finding(
                    path=path, line=line, code=parsed.shown(line), what=what, reason=f"`{key}`: it {reason}."
                )
            )
    unique = {(one.line, one.what): one for one in reversed(found)}
    return tuple(sorted(unique.values(), key=lambda one: one.line)[:MOST])


_Lean = tuple[str, int, str, str]


def _leans(parsed: Parsed, text: str, project_paths: Collection[str]) -> Iterable[_Lean]:
    """Each with its name, its line, its kind and the reason. Without `text` nothing is set by the test."""
    found = uses_in(parsed)
    steady = {what: text != "" and pattern.search(text) is not None for what, pattern in rules.STEADY.items()}
    written = {use.name for use in found if use.way is Way.WRITE}
    starts = any(use.starts(name) for use in found for name in rules.STARTERS)
    source = _source_reader(parsed, project_paths)
    for use in found:
        if use.way is Way.TEXT:
            yield from _text(use, starts=starts, source=source)
            continue
        if parsed.language is Language.PYTHON:
            yield from _counted(use, project_paths)
        for lean in _name(
            use, parsed.language, written, project_paths, here=rules.HERE.search(text) is not None
        ):
            if not steady.get(lean[2]):
                yield lean
    if parsed.language.is_script and not steady.get(rules.CLOCK):
        yield from _now(parsed)


def _now(parsed: Parsed) -> Iterable[_Lean]:
    """`new Date()`, whatever is asked of it."""
    for node in parsed.root.walk():
        arguments = node.get("arguments") if node.kind == "new_expression" else None
        made = node.get("constructor") if arguments is not None else None
        if made is not None and made.excerpt() == "Date" and arguments is not None and not arguments.children:
            yield "new Date()", node.line, rules.CLOCK, "asks what time it is; give the code a fixed time"


def _name(
    use: Use, language: Language, written: set[str], project_paths: Collection[str], *, here: bool
) -> Iterable[_Lean]:
    if use.way is not Way.IMPORT or use.name.split(".")[0] in {"git", "pygit2", "dulwich"}:
        for rule in rules.RULES:
            if language in rule.languages and rule.hits(use) and not _is_set(use, written):
                yield use.name, use.line, rule.what, rule.reason
    for rule in rules.NETWORKS:
        if language in rule.languages and rule.hits(use) and use.way is Way.CALL:
            name = next(name for name in rule.names if use.starts(name))
            elsewhere = use.node is not None and rules.ELSEWHERE.search(use.node.excerpt(1_000))
            own = _is_own(name, project_paths)
            if own or use.name.rpartition(".")[2] in rules.MAKES:
                continue
            if elsewhere or not here:
                yield use.name, use.line, rule.what, rule.reason
    yield from _part(use, language)
    yield from _called(use)


def _counted(use: Use, project_paths: Collection[str]) -> Iterable[_Lean]:
    """What changes with any change: the version, how many names there are, where a thing lies."""
    version = use.name.endswith(".__version__") or use.name.startswith("importlib.metadata.version")
    asserted = version and any(up.kind == "assert_statement" for up in (use.node.above() if use.node else ()))
    if asserted and (use.way is Way.CALL or _is_own(use.name, project_paths)):
        yield "the version", use.line, rules.SOURCE, rules.VERSION
    around = use.node.parent if use.node is not None else None
    for node in (use.node, around, around.parent if around is not None else None):
        if (
            node is not None
            and use.name in {"dir", "vars", "id", "len"}
            and rules.COUNTED.match(node.excerpt())
        ):
            yield use.name, use.line, rules.SOURCE, rules.VERSION
            return


def _is_own(name: str, project_paths: Collection[str]) -> bool:
    first = name.partition(".")[0]
    return any(first == part.partition(".")[0] for path in project_paths for part in path.split("/")[:3])


def _is_set(use: Use, written: set[str]) -> bool:
    """The environment is fine where the test itself says what is in it."""
    if use.way is Way.WRITE:
        return True
    if use.name in {"process.env", "numpy.random.default_rng", "numpy.random.RandomState"}:
        return True
    if use.starts("os.environ"):
        return (
            use.name in rules.SETS_ENVIRONMENT
            or "os.environ" in written
            or _is_made_into_another(use.node)
            or _is_given_to(use.node, "patch.dict")
            or _is_cleared_before(use.node)
        )
    return use.name in written or "process.env" in written


def _is_cleared_before(node: Node | None) -> bool:
    """`@mock.patch.dict(os.environ, {"SHELF": "1"}, clear=True)`: all that is in it is the test's own."""
    return any(
        rules.CLEARED.search(head.excerpt(2_000))
        for up in (node.above() if node is not None else ())
        if up.kind in {"decorated_definition", "with_statement"}
        for head in up.children
        if head.kind in {"decorator", "with_clause"}
    )


def _is_made_into_another(node: Node | None) -> bool:
    """`dict(os.environ, SHELF="1")`, `{**os.environ, "SHELF": "1"}`: for another process."""
    up = node.parent if node is not None else None
    if up is not None and up.kind == "argument_list" and up.parent is not None:
        function = up.parent.get("function")
        return function is not None and function.excerpt() == "dict" and len(up.children) > 1
    return up is not None and (up.kind == "dictionary_splat" or "|" in [child.kind for child in up.children])


def _is_given_to(node: Node | None, ending: str) -> bool:
    calls = (up.get("function") for up in (node.above(3) if node is not None else ()))
    return any(call is not None and call.excerpt().endswith((ending, "setitem", "delitem")) for call in calls)


def _part(use: Use, language: Language) -> Iterable[_Lean]:
    parts = use.name.split(".")[1:]
    stamp = next((part for part in parts if part in rules.STAMPS), None)
    if stamp is not None and use.way is not Way.WRITE:
        yield stamp, use.line, rules.TIMES, "looks at the times of files, which say nothing about the bug"
    innards = next((part for part in parts if part in rules.INNARDS), None)
    if innards is None and rules.SPECS & set(use.name.split(".")):
        innards = next((part for part in parts if part in rules.OF_SPECS), None)
    if innards is not None and language is Language.PYTHON:
        yield (
            innards,
            use.line,
            rules.SOURCE,
            "looks at how the code is written; call it and look at what it does",
        )
    if language.is_script and parts[-1:] == ["toString"] and use.name.startswith(".") and _is_bare(use.node):
        yield use.name, use.line, rules.SOURCE, "reads the source text of a function; call it instead"


def _is_bare(node: Node | None) -> bool:
    """`pages.toString()`, and neither `pages(3).toString()` nor `pages.toString(3)`."""
    function = node.get("function") if node is not None else None
    given = node.get("arguments") if node is not None else None
    if function is None or (given is not None and given.children):
        return False
    thing = function.get("object")
    return thing is not None and not any(_is_called(one) for one in (thing, *_values_of(thing)))


def _is_called(value: Node) -> bool:
    calls = (part for part in value.walk() if part.kind in {"call_expression", "new_expression"})
    return any(
        (function := call.get("function")) is None or function.excerpt() not in {"require", "import"}
        for call in calls
    )


def _values_of(thing: Node) -> Iterable[Node]:
    """What the file gives to the name that it begins with."""
    first = next((part.text for part in thing.walk() if part.kind == "identifier"), "")
    for node in list(thing.above())[-1].walk():
        if node.kind in {"variable_declarator", "assignment_expression"}:
            name, value = node.get("name") or node.get("left"), node.get("value") or node.get("right")
            if name is not None and value is not None and name.text == first:
                yield value


def _called(use: Use) -> Iterable[_Lean]:
    node = use.node
    if use.way is not Way.CALL or use.own or node is None:
        return
    arguments = node.get("arguments")
    given = arguments.children if arguments is not None else []
    if use.name in {"random.Random", "java.util.Random"} and not given:
        yield use.name, use.line, rules.CHANCE, "is left to chance; seed the generator with a number"
    if use.name in rules.SLEEPERS and _seconds(use.name, given) > rules.SLEEPERS[use.name]:
        yield use.name, use.line, rules.SLEEPS, rules.SLEEP_REASON
    slept = use.name in {"std.thread.sleep", "time.Sleep"}
    if slept and any(word in node.excerpt(200) for word in ("from_secs", "time.Second", "time.Minute")):
        yield use.name, use.line, rules.SLEEPS, rules.SLEEP_REASON
    place = _place(use, given)
    if place is not None:
        yield use.name, use.line, rules.FILES, rules.FILES_REASON


def _seconds(name: str, given: list[Node]) -> float:
    position = 1 if name == "setTimeout" else 0
    if len(given) <= position:
        return 0.0
    try:
        return float(given[position].excerpt(40).replace("_", ""))
    except ValueError:
        return 0.0


def _place(use: Use, given: list[Node]) -> str | None:
    """The fixed place that a file is written to."""
    if not any(use.name == name for name in rules.WRITERS):
        return None
    call = use.node
    if use.starts("pathlib.Path") and call is not None:
        function = call.get("function")
        made = function.get("object") if function is not None else None
        arguments = made.get("arguments") if made is not None else None
        named = arguments.children[:1] if arguments is not None else []
    else:
        named = given[:1]
    place = said(named[0]) if named and named[0].kind in STRINGS else None
    if use.name in rules.OPENERS:
        mode = [said(part.get("value") or part) or "" for part in given[:3]]
        if not any(set(one) & set("wax+") and len(one) <= 3 for one in mode if one != place):
            return None
    return place


def _text(use: Use, *, starts: bool, source: Callable[[Use], bool]) -> Iterable[_Lean]:
    if rules.GIT_TEXT.search(use.name) or (starts and rules.GIT_COMMAND.search(use.name)):
        yield (
            use.name[:60],
            use.line,
            rules.GIT,
            "looks at git; the checkout may have none, so test what the code does",
        )
    elif source(use):
        yield (
            use.name[:60],
            use.line,
            rules.SOURCE,
            "reads the project's source text; call the code and look at what it does",
        )


def _source_reader(parsed: Parsed, project_paths: Collection[str]) -> Callable[[Use], bool]:
    reads = rules.READS.search(parsed.root.source.decode("utf-8", errors="replace")) is not None
    tails = {
        path.rpartition("/")[2]
        for path in project_paths
        if rules.SOURCES.search(path) and not is_for_tests(path)
    }

    def is_source(use: Use) -> bool:
        if not reads or not rules.SOURCES.search(use.name) or use.name.rpartition("/")[2] not in tails:
            return False
        call = (
            next((up for up in use.node.above(3) if up.get("function") is not None), None)
            if use.node
            else None
        )
        function = call.get("function") if call is not None else None
        loads = function is not None and function.excerpt() in {"require", "import", "jest.mock", "vi.mock"}
        return not loads and not any(
            up.kind == "import_statement" for up in (use.node.above(2) if use.node else ())
        )

    return is_source
