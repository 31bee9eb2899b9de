"""Names and words that give away who looks for the test run."""

from __future__ import annotations

import re

# `module` is also what every CommonJS file says; only what is below is meant.
PLAIN_MODULE = ("module.exports", "module.id", "module.filename", "module.hot", "module.require")

COMPUTED = frozenset({"sys", "os", "builtins", "__builtins__", "process", "globalThis", "global"})
COMPUTED_REASON = "takes something from the interpreter by a name that is not written out; name it"

MARKS = re.compile(
    r"PYTEST_\w+|@pytest_ar\b|@py_builtins\b|JEST_WORKER_ID|VITEST(?:_\w+)?|NODE_TEST_CONTEXT|npm_lifecycle_\w+|MOCHA_\w+"
    r"|RUST_TEST_\w+|sun\.java\.command|surefire|org\.junit|org\.testng|jest-worker|jest\.asymmetricMatcher|test\.(?:v|run|timeout)\b"
)
MARKS_REASON = "names what only a test run sets or has"

RUNNERS = frozenset(
    {
        *("pytest", "_pytest", "py.test", "unittest", "nose", "nose2", "jest", "vitest", "mocha", "ava"),
        *("node:test", "jasmine", "karma", "tape", "expect", "describe"),
    }
)
RUNNERS_REASON = "compares something with the name of a test runner"

HARNESSED = re.compile(
    r"(?:^|/)(?:conftest\.py|junit[\w.*-]*|pytest\.ini|sitecustomize\.py|usercustomize\.py|\*\.xml|report\.xml)$"
    r"|\.redfirst|/proc/(?:self|\d|\*)|^/(?:tmp|workspace)(?:/|$)"
    r"|(?:^|/)tests/|(?:^|/)(?:test_[\w*]+|[\w*]+_test)\.(?:py|\*)$"
)
HARNESSED_REASON = "names files of the test run or of the machine; a fix has nothing to do with them"

LINKED_REASON = "speaks to the linker, or takes the place of what tests judge by, as this project does not"
PATCHED_REASON = "is not this project's own, and changing it changes it for everybody"

# What a test run of Python sets beside its own variables.
VARIABLES = ("os.environ", "os.getenv", "os.environb")
TEST_VARIABLES = re.compile(r"""["'](?:\w*(?:TEST|HASHSEED|DONTWRITE|REDFIRST)\w*|PYT\w{0,2})["']""")

ARGUMENTS = ("sys.argv", "sys.orig_argv", "process.argv", "process.argv0", "std.env.args", "os.Args")
TEST_WORDS = re.compile(r"test|jest|mocha|spec\b|nose|unittest|tape\b", re.IGNORECASE)
ARGUMENTS_REASON = "looks in the arguments of the process for those of a test run"
