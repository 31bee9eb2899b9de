"""Dev containers: image and commands."""

from __future__ import annotations

import json

import pytest

from tests.unit.workflows.project.made import EVERYTHING, found, said
from workflows.project.devcontainer import PLACES, is_image

COMMENTED = """// For everybody.
{
    "image": "python:3.12", /* the newest
    that works */
    "postCreateCommand": "pip install -e . // \\" /* no comment */",
    "forwardPorts": [8000,],
}
"""


@pytest.mark.parametrize("place", [*PLACES, ".devcontainer/api/devcontainer.json"])
def test_a_dev_container_wins_over_what_was_recognised(place: str) -> None:
    files = {"package.json": "{}", place: json.dumps({"image": "node:20", "postCreateCommand": "make deps"})}
    project = found(files, allowance=EVERYTHING)
    assert (project.image.value, project.image.source) == ("node:20", place)
    assert (project.setup.value, project.setup.source) == (("make deps",), place)


def test_comments_and_trailing_commas_are_read_over() -> None:
    project = found({".devcontainer.json": COMMENTED}, allowance=EVERYTHING)
    assert project.image.value == "python:3.12"
    assert project.setup.value == ('pip install -e . // " /* no comment */',)


def test_commands_are_lines_words_or_several_by_name_in_the_order_of_a_container() -> None:
    about = {
        "postCreateCommand": {"db": "make db", "web": ["npm", "ci", "--prefix", "a b"]},
        "updateContentCommand": ["pip", "install", "x; y"],
        "onCreateCommand": "  git --version  ",
        "postStartCommand": "sleep 1",
    }
    project = found({".devcontainer.json": json.dumps(about)})
    assert project.setup.value == (
        "git --version",
        "pip install 'x; y'",
        "make db",
        "npm ci --prefix 'a b'",
    )


def test_without_commands_what_was_recognised_stays() -> None:
    files = {"package.json": "{}", ".devcontainer.json": '{"image": "node:20"}'}
    assert said(found(files)) == ("npm install", "")


def test_its_commands_are_for_the_whole_repository() -> None:
    files = {
        ".devcontainer.json": '{"postCreateCommand": "make deps"}',
        ".github/redfirst.yml": "path: api",
        "api/package.json": "{}",
    }
    assert found(files).setup_at == ""


@pytest.mark.parametrize("key", ["build", "dockerFile", "dockerComposeFile"])
def test_an_image_that_would_have_to_be_built_is_not_and_that_is_said(key: str) -> None:
    (note,) = found({".devcontainer.json": json.dumps({key: "Dockerfile"})}).notes
    assert note == (
        ".devcontainer.json builds an image, which is not done here: name a finished one with `image`"
    )


def test_of_several_the_one_that_is_named_like_the_project_is_taken() -> None:
    files = {
        ".devcontainer/api/devcontainer.json": '{"postCreateCommand": "make api"}',
        ".devcontainer/web/devcontainer.json": '{"postCreateCommand": "make web"}',
    }
    assert found({**files, "services/api/package.json": "{}"}).setup.value == ("make api",)
    project = found({**files, "package.json": "{}"})
    assert project.setup.value == ("npm install",)
    assert project.notes == ("there are 2 dev containers below .devcontainer/, so none was taken",)


def test_an_image_needs_to_be_allowed() -> None:
    files = {".devcontainer.json": '{"image": "evil.example.com/miner:1"}', "package.json": "{}"}
    project = found(files)
    assert project.image.value == ""
    assert project.notes == (
        "the image evil.example.com/miner:1 of .devcontainer.json may not be used here, so the usual one is; "
        "whoever runs this bot can allow it",
    )


@pytest.mark.parametrize(
    "name",
    ["", "-v", "--privileged", "a b", "a\nb", "a;b", "$(id)", "ä", "a" * 301, "${localEnv:HOME}", "/etc"],
)
def test_what_is_no_name_of_an_image_is_none(name: str) -> None:
    assert not is_image(name)
    assert not found({".devcontainer.json": json.dumps({"image": name})}, allowance=EVERYTHING).image.value


@pytest.mark.parametrize(
    "hostile",
    [
        *("", "[]", "{", "/*", '"', "{" * 100_000, "/* " * 80_000, '\\"' * 100_000, '"\\' * 100_000),
        *("," * 100_000 + "}", "," + " " * 200_000, "//" * 100_000, '{"image": ' + "[" * 100_000),
        *('{"postCreateCommand": 7}', '{"postCreateCommand": {"a": {"b": "c"}}}', '{"image": null}'),
        *('{"postCreateCommand": "\\u0000"}', '{"postCreateCommand": "\\ud800"}', "x" * 300_000),
    ],
)
def test_a_hostile_one_says_nothing_and_takes_no_time(hostile: str) -> None:
    project = found({".devcontainer.json": hostile, "package.json": "{}"})
    assert project.setup.value == ("npm install",)
    assert project.model_dump_json()
