"""Python projects, by what stands in them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.unit.workflows.project.made import EVERYTHING, found, hosts, said
from workflows.project.model import Stack

VENV = "python -m venv .venv"
PIP = ".venv/bin/python -m pip install"
TEST = "python -m pytest"
PYTEST = '[dependency-groups]\ndev = ["pytest"]\n'
PROJECT = '[project]\nname = "x"\nrequires-python = ">=3.11"\n'

PROJECTS: Mapping[str, tuple[Mapping[str, str], str, tuple[str, ...]]] = {
    "uv with a lock": (
        {"pyproject.toml": PROJECT + PYTEST, "uv.lock": ""},
        "uv",
        ("uv sync --locked", TEST),
    ),
    "uv without a lock": (
        {"pyproject.toml": PROJECT + PYTEST + "[tool.uv]\npackage = true\n"},
        "uv",
        ("uv sync", TEST),
    ),
    "uv with groups and extras for tests": (
        {
            "pyproject.toml": f'{PROJECT}[project.optional-dependencies]\ntests = ["pytest"]\ndocs = ["x"]\n'
            '[dependency-groups]\ntest = ["pytest-cov"]\nlint = ["ruff"]\n',
            "uv.lock": "",
        },
        "uv",
        ("uv sync --locked --group test --extra tests", TEST),
    ),
    "uv without pytest": (
        {"pyproject.toml": PROJECT, "uv.lock": ""},
        "uv",
        ("uv sync --locked", "uv pip install pytest", TEST),
    ),
    "poetry": (
        {
            "pyproject.toml": '[tool.poetry]\nname = "x"\n[tool.poetry.group.test]\noptional = true\n'
            '[tool.poetry.extras]\ntests = ["a"]\npostgres = ["b"]\n',
            "poetry.lock": "",
        },
        "poetry",
        (
            "POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install --no-interaction --with test --extras tests",
            TEST,
        ),
    ),
    "pdm": (
        {"pyproject.toml": PROJECT + '[tool.pdm.scripts]\ntest = "pytest -q"\n', "pdm.lock": ""},
        "pdm",
        ("pdm sync --dev", "pytest -q"),
    ),
    "pipenv": (
        {"Pipfile": "[packages]\n", "Pipfile.lock": "{}"},
        "pipenv",
        ("PIPENV_VENV_IN_PROJECT=1 pipenv sync --dev", TEST),
    ),
    "rye": (
        {"pyproject.toml": PROJECT, "requirements-dev.lock": "-e file:.\n", "requirements.lock": ""},
        "rye",
        (VENV, f"{PIP} -r requirements-dev.lock", TEST),
    ),
    "pip with extras": (
        {"pyproject.toml": f'{PROJECT}[project.optional-dependencies]\ntest = ["pytest"]\n'},
        "pip",
        (VENV, f"{PIP} -e '.[test]' pytest", TEST),
    ),
    "pip with a group that includes another": (
        {
            "pyproject.toml": f"{PROJECT}[dependency-groups]\n"
            'test = ["pytest>=8", {include-group = "more"}]\n'
            'more = ["hypothesis", {include-group = "test"}]\n'
        },
        "pip",
        (VENV, f"{PIP} -e . 'pytest>=8' hypothesis", TEST),
    ),
    "pip with requirements": (
        {"requirements.txt": "django\n", "requirements-dev.txt": "pytest\n", "app/models.py": ""},
        "pip",
        (VENV, f"{PIP} -r requirements.txt -r requirements-dev.txt pytest", TEST),
    ),
    "setup.py with extras": (
        {"setup.py": "setup(name='x', extras_require={'dev': ['pytest'], 'docs': []})\n"},
        "pip",
        (VENV, f"{PIP} -e '.[dev]' pytest", TEST),
    ),
    "setup.cfg alone": (
        {"setup.cfg": "[metadata]\nname = x\n[options.extras_require]\ntest =\n    pytest\n"},
        "pip",
        (VENV, f"{PIP} -e '.[test]' pytest", TEST),
    ),
    "tox": (
        {
            "setup.py": "",
            "tox.ini": "[tox]\nenvlist = py\n[testenv]\ndeps =\n    pytest>=7\n    -r{toxinidir}/more.txt\n"
            "    py38: old\n    {[base]deps}\nextras = cli\ncommands =\n    coverage erase\n"
            "    python -m pytest {posargs:tests}\n",
            "more.txt": "attrs\n",
        },
        "pip",
        (VENV, f"{PIP} -e '.[cli]' -r more.txt 'pytest>=7'", "python -m pytest tests"),
    ),
    "tox in pyproject": (
        {
            "pyproject.toml": PROJECT + "[tool.tox.env_run_base]\n"
            'deps = ["pytest", "attrs"]\ncommands = [["pytest", "-k", "not slow"]]\n'
        },
        "pip",
        (VENV, f"{PIP} -e . pytest attrs", "pytest -k 'not slow'"),
    ),
    "tox in pyproject, the old way": (
        {
            "pyproject.toml": f"{PROJECT}[tool.tox]\nlegacy_tox_ini = '''\n[testenv]\ndeps = pytest\n"
            "commands = pytest {posargs}\n'''\n"
        },
        "pip",
        (VENV, f"{PIP} -e . pytest", "pytest"),
    ),
    "nox": (
        {
            "setup.py": "",
            "noxfile.py": "import nox\n@nox.session\ndef tests(session):\n"
            "    session.install('.[test]', \"pytest\")\n    session.install('-r', 'dev.txt')\n"
            "    session.run('pytest', '-q', *session.posargs)\n",
            "dev.txt": "",
        },
        "pip",
        (VENV, f"{PIP} -e '.[test]' -r dev.txt pytest", "pytest -q"),
    ),
    "hatch": (
        {
            "pyproject.toml": f'{PROJECT}[tool.hatch.envs.default]\ndependencies = ["pytest"]\n'
            '[tool.hatch.envs.default.scripts]\ntest = "pytest {args:tests}"\n'
        },
        "pip",
        (VENV, f"{PIP} -e . pytest", "pytest tests"),
    ),
    "django": (
        {"requirements.txt": "django\n", "manage.py": ""},
        "pip",
        (VENV, f"{PIP} -r requirements.txt pytest", "python manage.py test"),
    ),
    "settings of tools alone": ({"pyproject.toml": "[tool.ruff]\n", "a.py": ""}, "pip", (TEST,)),
    "no manifest": ({"shelf/pages.py": ""}, "", (TEST,)),
}


@pytest.mark.parametrize("name", PROJECTS)
def test_a_python_project_is_set_up_by_its_manager(name: str) -> None:
    files, manager, expected = PROJECTS[name]
    project = found(files)
    assert (project.stack, project.manager) == (Stack.PYTHON, manager)
    assert said(project) == expected
    assert project.notes == ()


@pytest.mark.parametrize("name", [name for name in PROJECTS if len(PROJECTS[name][2]) > 1])
def test_set_up_may_talk_to_pypi_and_to_nobody_else(name: str) -> None:
    assert hosts(found(PROJECTS[name][0])) == {"pypi.org", "files.pythonhosted.org"}


def test_each_value_says_where_it_was_read() -> None:
    project = found({"pyproject.toml": PROJECT + PYTEST, "uv.lock": "", "pytest.ini": ""})
    assert (project.setup.source, project.test.source) == ("uv.lock", "pytest.ini")
    assert project.version == ">=3.11"


def test_a_member_of_a_uv_workspace_goes_by_the_lock_around_it() -> None:
    root = {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n', "uv.lock": ""}
    files = {
        **root,
        "packages/api/pyproject.toml": PROJECT + PYTEST,
        ".github/redfirst.yml": "path: packages/api",
    }
    project = found(files)
    assert (project.setup.value, project.setup.source) == (("uv sync --locked",), "uv.lock")
    assert project.setup_at == "packages/api"
    assert project.programs == (".venv/bin",)
    assert set(project.key_files) == {"uv.lock", "pyproject.toml", "packages/api/pyproject.toml"}


def test_a_lock_file_around_it_that_is_no_workspace_is_another_project() -> None:
    files = {
        "pyproject.toml": PROJECT,
        "uv.lock": "",
        "sub/pyproject.toml": PROJECT,
        ".github/redfirst.yml": "path: sub",
    }
    assert found(files).manager == "pip"


def test_conda_is_not_supported_and_that_is_said() -> None:
    project = found({"environment.yml": "name: x\n", "a.py": ""})
    assert not project.setup.value
    assert project.notes == (
        "environment.yml is for conda, which is not supported: say with `setup` in .github/redfirst.yml "
        "what else to install",
    )


def test_requirements_that_others_name_are_part_of_what_set_up_depends_on() -> None:
    files = {
        "requirements.txt": "-r requirements/base.txt\n-c constraints.txt\n",
        "requirements/base.txt": "-rmore.txt\n-r ../requirements.txt\n",
        "requirements/more.txt": "",
        "constraints.txt": "",
    }
    assert set(found(files).key_files) == set(files)


def test_other_indexes_are_asked_for_and_need_to_be_allowed() -> None:
    files = {
        "pyproject.toml": PROJECT + PYTEST + '[[tool.uv.index]]\nurl = "https://pypi.example.org/simple"\n',
        "uv.lock": "",
        "requirements.txt": "--extra-index-url=https://more.example.org/simple\ngit+https://git.example.org/a\n",
    }
    asked = {"pypi.example.org", "more.example.org", "git.example.org"}
    assert asked <= hosts(found(files, allowance=EVERYTHING))
    refused = found(files)
    assert not asked & hosts(refused)
    assert sum("may not talk to" in note for note in refused.notes) == 3


@pytest.mark.parametrize(
    "hostile", ["pytest; rm -rf ~", "$(id)", "`id`", "a' b", "x@https://u:p@example.org/a b"]
)
def test_what_a_manifest_says_is_one_word_of_a_command(hostile: str) -> None:
    import json
    import shlex

    files = {"pyproject.toml": f"{PROJECT}[dependency-groups]\ntest = [{json.dumps(hostile)}]\n"}
    words = shlex.split(found(files).setup.value[1])
    assert words[:4] == [".venv/bin/python", "-m", "pip", "install"]
    assert hostile in words


def test_a_manifest_that_cannot_be_read_is_a_note() -> None:
    project = found({"pyproject.toml": "[project\n", "requirements.txt": "a\n"})
    assert project.manager == "pip"
    assert project.notes[0].startswith("pyproject.toml cannot be read: ")
