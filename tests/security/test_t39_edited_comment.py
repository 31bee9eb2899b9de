"""An edited comment is never a command: somebody else may have edited it."""

from __future__ import annotations

import pytest

from tests.security.house import Attacked, person


@pytest.mark.parametrize("action", ["edited", "deleted", "pinned", ""])
async def test_only_a_new_comment_is_a_command(action: str) -> None:
    house = Attacked()
    await house.comments(person("the-admin"), action=action)
    assert await house.runs() == 0
    assert house.forge.writes == 0
