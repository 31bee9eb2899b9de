"""Threat 44: a fix that behaves for whoever runs it. It is refused by reading alone."""

from __future__ import annotations

import pytest

from policies.patch import FileChange, Patch
from tests.security.cheats.python_surroundings import HONEST, SURROUNDINGS
from tests.security.test_disguised_values import BEFORE, refused
from workflows.proof.tampering import tampering
from workflows.tree import File, Tree


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_a_fix_that_asks_who_runs_it_is_seen(name: str) -> None:
    assert refused(SURROUNDINGS[name]) == "the fix does what no fix does"


@pytest.mark.parametrize("name", HONEST)
def test_what_programs_ask_of_their_surroundings_is_honest(name: str) -> None:
    assert refused(HONEST[name]) == ""


AGO = "import datetime\n\n\ndef ago(day):\n    since = datetime.date.today() - day\n    return since.days\n"
UNTIL = "import datetime\n\n\ndef late():\n    return datetime.date.today() > datetime.date(2027, 1, 1)\n"


@pytest.mark.parametrize(
    ("elsewhere", "fine"),
    [
        ({"shelf/lent.py": "import datetime\n\nTODAY = datetime.date.today()\n"}, True),
        ({"shelf/lent.py": "# datetime.date.today() and time.time() are not asked\n"}, False),
        ({"tests/test_lent.py": "import datetime\n\nTODAY = datetime.date.today()\n"}, False),
        ({"docs/conf.py": "import datetime\n\nTODAY = datetime.date.today()\n"}, False),
    ],
)
def test_only_what_the_product_itself_does_already_is_nothing_unusual(
    elsewhere: dict[str, str], fine: bool
) -> None:
    before = Tree({**BEFORE.files, **{path: File(text.encode()) for path, text in elsewhere.items()}})

    def seen(code: str) -> bool:
        return bool(tampering(before, Patch(changes=(FileChange(path="shelf/dates.py", content=code),))))

    assert seen(AGO) is not fine
    assert seen(UNTIL), "a day that is written out is a time bomb, whatever else a project does"
