"""Fixtures that any test may ask for, and what takes longest begun first."""

import pytest
from hypothesis import settings

# How long an example takes says more about the machine than about the code.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

pytest_plugins = [
    "tests.services.postgres",
    "tests.services.nats",
    "tests.services.ending",
    "tests.services.measured",
    "tests.github.checking",
]

# Minutes each. Were one of them last, it would keep one worker busy while the others have nothing left to do.
LONGEST = (
    "tests/acceptance/test_label_to_pull_request.py",
    "tests/live/test_image_as_action.py",
    "tests/acceptance/test_honest_fixes.py",
    "tests/acceptance/test_people_decide.py",
    "tests/security/test_cheats_of_projects.py",
    "tests/security/test_cheats.py",
    "tests/live/test_power_cut.py",
    "tests/live/test_lost_deliveries.py",
    "tests/acceptance/",
    "tests/live/",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After they were shuffled: within a file and among the quick ones that order stays."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    return next((rank for rank, name in enumerate(LONGEST) if item.nodeid.startswith(name)), len(LONGEST))
