"""jest, with no word in its configuration about coverage, caches, snapshots or who reports."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workflows.proof.runners.javascript_tool import Tool
from workflows.proof.runners.port import Ask

# The run is ours to steer: these go, with the word that some of them take.
_FLAGS = re.compile(
    r"--(?:no-)?(?:coverage|collectCoverage|watch|watchAll|ci|verbose|silent|runInBand|bail|passWithNoTests|notify"
    r"|updateSnapshot|onlyChanged|onlyFailures|lastCommit|detectOpenHandles|logHeapUsage|cache|colors?|json"
    r"|testLocationInResults|debug|showSeed|randomize|workerThreads|expand|listTests|clearCache|useStderr"
    r"|watchman|detectLeaks|openHandlesTimeout)(?:=.*)?|-[iboufe]",
    re.DOTALL,
)
_WITH_WORD = re.compile(
    r"(--(?:reporters|maxWorkers|coverageReporters|coverageDirectory|collectCoverageFrom|coverageProvider"
    r"|coverageThreshold|outputFile|cacheDirectory|changedSince|seed|shard|workerIdleMemoryLimit|maxConcurrency"
    r"|testNamePattern|coveragePathIgnorePatterns)|-[wt])(=.*)?",
    re.DOTALL,
)
_KEPT_WITH_WORD = re.compile(
    r"--(?:config|env|testEnvironment|rootDir|roots|projects|selectProjects|ignoreProjects|preset|setupFiles"
    r"|setupFilesAfterEnv|globalSetup|globalTeardown|testTimeout|transform|testMatch|testRegex|resolver|runner"
    r"|testRunner|testPathIgnorePatterns|modulePathIgnorePatterns|moduleNameMapper|moduleFileExtensions)|-c"
)
_PATTERNS = re.compile(r"--testPathPatterns?(=.*)?", re.DOTALL)


class Jest(Tool):
    name = "jest"
    shown = ("npx", "jest")

    def arguments(self, said: Sequence[str], ask: Ask) -> Sequence[str]:
        kept: list[str] = []
        rest = list(said)
        while rest:
            word = rest.pop(0)
            dropped = _WITH_WORD.fullmatch(word)
            if dropped:
                if not dropped[2] and rest:
                    rest.pop(0)
            elif _FLAGS.fullmatch(word) or word == "--":
                continue
            elif _KEPT_WITH_WORD.fullmatch(word):
                kept += [word, *_taken(rest)]
            elif pattern := _PATTERNS.fullmatch(word):
                value = [] if pattern[1] else _taken(rest)
                kept += [] if ask.files else [word, *value]
            elif word.startswith("-") or not ask.files:
                kept.append(word)
        return kept


def _taken(rest: list[str]) -> list[str]:
    return [rest.pop(0)] if rest and not rest[0].startswith("-") else []
