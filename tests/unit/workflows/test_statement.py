"""The proof as a file: what is written about its shape is its shape."""

from __future__ import annotations

import json
from pathlib import Path

from workflows.proof.statement import Proof

SCHEMA = Path(__file__).parents[3] / "docs" / "proof.schema.json"


def written() -> str:
    """`python -m tests.unit.workflows.test_statement` writes it anew."""
    return json.dumps(Proof.model_json_schema(), indent=1, sort_keys=True) + "\n"


def test_the_schema_in_the_docs_is_that_of_the_proof() -> None:
    assert SCHEMA.read_text() == written()


if __name__ == "__main__":
    SCHEMA.write_text(written())
