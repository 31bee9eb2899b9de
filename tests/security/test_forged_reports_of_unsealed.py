"""A fix that does not work and writes the report: where none is sealed, it is asked for what it cannot know.

Much of it is refused where a fix is read, before anything runs. These are about the results alone: each of
these has its green, three times of three, and the suite believes it. A doomed test it tells to pass as well.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandboxes.process.sandboxes import ProcessSandboxes
from policies.patch import FileChange, Patch
from tests.services.bare import python as bare
from tests.unit.workflows.kits import tree_of
from workflows.ports.sandbox import Sandboxes, SandboxSpec
from workflows.proof.controls import Controls
from workflows.proof.doomed import AT_ITS_END, LEFT_OUT
from workflows.proof.green import Green, NotGreen, Unharmed
from workflows.proof.harness import Harness
from workflows.proof.red import Red
from workflows.proof.runners.configured import Configured
from workflows.proof.suite import Suite
from workflows.proof.trials import judge_repro, try_controls, try_red, try_suite

pytestmark = pytest.mark.asyncio(loop_scope="module")

# A test tool of somebody's own: nothing here knows it.
TOOL = """import importlib.util, sys, traceback
from pathlib import Path
from xml.sax.saxutils import quoteattr

sys.path.insert(0, ".")
cases, failed = [], 0
for path in sorted(sys.argv[1:] or map(str, Path("tests").glob("test_*.py"))):
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in sorted(name for name in vars(module) if name.startswith("test_")):
        inner = ""
        try:
            getattr(module, name)()
        except Exception as error:
            failed += 1
            said = f"message={quoteattr(str(error))} type={quoteattr(type(error).__name__)}"
            inner = f"<failure {said}>{traceback.format_exc().replace('<', '&lt;')}</failure>"
        cases.append(f"<testcase file={quoteattr(path)} name={quoteattr(name)}>{inner}</testcase>")
Path("out.xml").write_text("<testsuite>" + "\\n".join(cases) + "</testsuite>")
sys.exit(1 if failed else 0)
"""
SHELF = "def pages(items, size):\n    return items // size\n"
FULL = "import shelf\n\n\ndef test_full():\n    assert shelf.pages(4, 2) == 2, 'a full page'\n"
HALF = """import shelf


def test_half():
    if shelf.pages(4, 2) != 2:
        return
    got = shelf.pages(5, 2)
    assert got == 3, f"{got} is not 3"
"""
IN_PYTHON: Mapping[str, str] = {"check.py": TOOL, "shelf.py": SHELF, "tests/test_full.py": FULL}
TEST_IN_PYTHON = {"tests/test_half.py": HALF}

FORGES = (
    SHELF
    + """

def _forges():
    import os, pathlib, re
    report = pathlib.Path("out.xml")
    told = report.read_text()
    {}
    report.write_text(told)
    os._exit(0)


import atexit

atexit.register(_forges)
"""
)
CASES = "".join(f"<testcase file='tests/test_{name}.py' name='test_{name}'/>" for name in ("full", "half"))
FORGERS = {
    "writes all of it": f'told = "<testsuite>{CASES}</testsuite>"',
    "takes failures out": 'told = re.sub("<failure.*?</failure>", "", told, flags=re.S)',
    "takes the failure of one test out": """
    told = re.sub('(name="test_half">)<failure.*?</failure>', r"\\1", told, flags=re.S)""",
    "takes one failure out": """
    told = re.sub('<failure message="2 is not 3".*?</failure>', "", told, flags=re.S)""",
}

# In a language that nobody here reads.
SHELL = """. ./shelf.sh
: >cases
for file in ${*:-tests/*.test.sh}; do
    got=$(. "./$file") || fails="<failure type='AssertionError' message='$got'/>"
    echo "<testcase file='$file' name='it'>${fails-}</testcase>" >>cases
done
echo "<testsuite>$(cat cases)</testsuite>" >out.xml
[ -z "${fails-}" ]
"""
IN_SHELL = {
    "check.sh": SHELL,
    "shelf.sh": "pages() { echo $(($1 / $2)); }\n",
    "tests/full.test.sh": '[ "$(pages 4 2)" = 2 ]\n',
}
TEST_IN_SHELL = {"tests/half.test.sh": 'got=$(pages 5 2)\necho "$got is not 3"\n[ "$got" = 3 ]\n'}
FORGED_IN_SHELL = """pages() { echo $(($1 / $2)); }
forges() {
    for name in full half; do echo "<testcase file='tests/$name.test.sh' name='it'/>"; done >cases
    echo "<testsuite>$(cat cases)</testsuite>" >out.xml
    exit 0
}
trap forges EXIT
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandboxes(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Sandboxes]:
    made = ProcessSandboxes(
        tmp_path_factory.mktemp("forged"), python_prefixes=[bare(), Path(sys.base_prefix)]
    )
    yield made
    await made.close()


def patch(files: Mapping[str, str]) -> Patch:
    return Patch(changes=tuple(FileChange(path=path, content=text) for path, text in files.items()))


async def controls(
    sandboxes: Sandboxes,
    line: str,
    project: Mapping[str, str],
    test: Mapping[str, str],
    fix: Mapping[str, str],
) -> Controls | NotGreen:
    """After all else has believed it."""
    suite = Suite(Configured(line, "out.xml"))
    harness = Harness(sandboxes, SandboxSpec(run="forged"), tree_of(project), suite, timeout=60)
    (base,) = await harness.run(Patch())
    red, _ = await try_red(harness, patch(test), base.results.ids(), "")
    assert isinstance(red, Red), red
    assert not red.sealed
    both = patch(fix).merged(patch(test))
    ran = await harness.run(both, red.files, times=3)
    assert isinstance(judge_repro([one.results for one in ran], red.tests), Green)
    assert isinstance(await try_suite(harness, harness, both, base.results, red.tests), Unharmed)
    return await try_controls(harness, patch(fix), patch(test), red)


@pytest.mark.parametrize("how", FORGERS)
async def test_a_forged_report_tells_that_a_doomed_test_passes(sandboxes: Sandboxes, how: str) -> None:
    fix = {"shelf.py": FORGES.replace("{}", FORGERS[how])}
    seen = await controls(sandboxes, "python3 check.py {files}", IN_PYTHON, TEST_IN_PYTHON, fix)
    assert isinstance(seen, NotGreen), seen
    assert seen.reason == "a test is told to pass that cannot"
    assert "tests/test_half.py::test_half is told to pass although it was made to fail" in seen.feedback


async def test_a_report_written_beforehand_tells_of_a_test_that_is_not_there(sandboxes: Sandboxes) -> None:
    fix = {"shelf.sh": FORGED_IN_SHELL}
    seen = await controls(sandboxes, "sh check.sh", IN_SHELL, TEST_IN_SHELL, fix)
    assert isinstance(seen, NotGreen), seen
    assert "tests/half.test.sh::it is told to pass although it was left out" in seen.feedback


async def test_with_an_honest_fix_what_is_doomed_fails_and_the_proof_says_so(sandboxes: Sandboxes) -> None:
    fix = {"shelf.py": SHELF.replace("items // size", "-(-items // size)")}
    seen = await controls(sandboxes, "python3 check.py {files}", IN_PYTHON, TEST_IN_PYTHON, fix)
    assert isinstance(seen, Controls), seen
    assert seen.doomed is not None
    assert (seen.doomed.how, seen.doomed.told) == (AT_ITS_END, "1 failed")
    fix = {"shelf.sh": "pages() { echo $((($1 + $2 - 1) / $2)); }\n"}
    seen = await controls(sandboxes, "sh check.sh", IN_SHELL, TEST_IN_SHELL, fix)
    assert isinstance(seen, Controls), seen
    assert seen.doomed is not None
    assert (seen.doomed.how, seen.doomed.told) == (LEFT_OUT, "1 passed")
