"""INI files, of which tox.ini and setup.cfg are read."""

from __future__ import annotations

import configparser
from collections.abc import Mapping

from workflows.project.folder import Folder

MOST_CHARACTERS = 64 * 1024
LONGEST_LINE = 1_000
"""Longer ones take the parser a time that grows with the square of their length."""

Sections = Mapping[str, Mapping[str, str]]


def ini(folder: Folder, name: str, notes: list[str]) -> Sections:
    if not folder.has(name):
        return {}
    try:
        return sections(folder.text(name))
    except ValueError as error:
        notes.append(f"{folder.at(name)} cannot be read: {error}")
        return {}


def sections(said: str) -> Sections:
    if len(said) > MOST_CHARACTERS or any(len(line) > LONGEST_LINE for line in said.splitlines()):
        raise ValueError("it is larger than what is read")
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(said)
    except (
        configparser.Error,
        AttributeError,
    ) as error:  # a bare key with a continuation is an AttributeError
        raise ValueError("it is no INI file") from error
    return {
        section: {key: value for key, value in parser.items(section) if isinstance(value, str)}  # pyright: ignore[reportUnnecessaryIsInstance] - a key without value has None
        for section in parser.sections()
    }


def lines(value: str) -> list[str]:
    return [line.strip() for line in value.splitlines() if line.strip()]
