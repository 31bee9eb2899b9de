"""The rules that come with this release, read from the package."""

from __future__ import annotations

from importlib import resources

from policies.bundle import Bundle


def bundle() -> Bundle:
    folder = resources.files("policies").joinpath("rules")
    files = {file.name: file.read_text() for file in folder.iterdir() if file.is_file()}
    schema = files.pop("schema.cedarschema")
    return Bundle({name: text for name, text in files.items() if name.endswith(".cedar")}, schema)
