"""Every word of the journal says how its run stands."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import BaseModel

from bot.store.projection import standing
from workflows.engine.entries import Entry
from workflows.engine.status import RunStatus

KINDS: list[type[BaseModel]] = list(get_args(get_args(Entry)[0]))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_of_entry_has_a_status_and_its_path_counts_if_it_has_one(kind: type[BaseModel]) -> None:
    entry = kind.model_construct(path="fix/here")
    stands = standing([entry])  # type: ignore[list-item]
    assert isinstance(stands.status, RunStatus)
    assert stands.path == ("fix/here" if "path" in kind.model_fields else None)
