"""Which language a file is in, by its name alone: what is inside of it is not asked."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath


class Language(StrEnum):
    PYTHON = "python"
    JAVASCRIPT = "javascript"
    TYPESCRIPT = "typescript"
    TSX = "tsx"
    RUST = "rust"
    JAVA = "java"
    GO = "go"

    @property
    def is_script(self) -> bool:
        """JavaScript in any of its spellings."""
        return self in {Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX}


_BY_SUFFIX = {
    ".py": Language.PYTHON,
    ".pyi": Language.PYTHON,
    ".pyw": Language.PYTHON,
    ".js": Language.JAVASCRIPT,
    ".cjs": Language.JAVASCRIPT,
    ".mjs": Language.JAVASCRIPT,
    ".jsx": Language.JAVASCRIPT,
    ".ts": Language.TYPESCRIPT,
    ".cts": Language.TYPESCRIPT,
    ".mts": Language.TYPESCRIPT,
    ".tsx": Language.TSX,
    ".rs": Language.RUST,
    ".java": Language.JAVA,
    ".go": Language.GO,
}


def language_of(path: str) -> Language | None:
    return _BY_SUFFIX.get(PurePosixPath(path).suffix.lower())
