"""All of them: what there is to object to in a file, beside the names that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workflows.code.script_folding import script_made_up
from workflows.code.syntax import Parsed
from workflows.code.uses import Use, Way
from workflows.proof.scripts.answers import answers
from workflows.proof.scripts.callers import callers
from workflows.proof.scripts.changing import changing
from workflows.proof.scripts.growing import growing
from workflows.proof.scripts.moments import moments
from workflows.proof.scripts.oddity import Oddity
from workflows.proof.scripts.paths import in_patterns, paths
from workflows.proof.scripts.places import places
from workflows.proof.scripts.running import made_constructors, running
from workflows.proof.scripts.script import script_of
from workflows.proof.scripts.silence import silence
from workflows.proof.scripts.turns import turns
from workflows.proof.scripts.wholes import asked_by_text, global_this, wholes


def said_otherwise(parsed: Parsed, uses: Sequence[Use]) -> Iterator[Use]:
    """Names that are written as texts, texts that are put together, and what patterns look for."""
    yield from asked_by_text(script_of(parsed, tuple(uses)), parsed)
    for text, node in script_made_up(parsed):
        yield Use(text, Way.TEXT, node.line, parsed.shown(node.line), node=node)
    yield from in_patterns(parsed)


def oddities(parsed: Parsed, uses: Sequence[Use]) -> Iterable[Oddity]:
    script = script_of(parsed, tuple(uses))
    yield from wholes(script)
    yield from global_this(script)
    yield from callers(script)
    yield from running(script)
    yield from made_constructors(script)
    yield from changing(script)
    yield from answers(script)
    yield from silence(script)
    yield from moments(script)
    yield from turns(script)
    yield from growing(script)
    yield from places(script)
    for use in uses:
        if use.way is Way.TEXT:
            yield from paths(use)
