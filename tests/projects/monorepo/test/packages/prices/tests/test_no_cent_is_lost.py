import pytest

from prices import split


@pytest.mark.parametrize(
    ("cents", "weights", "parts"),
    [(100, [1, 1, 1], [34, 33, 33]), (200, [1, 1, 1], [67, 67, 66])],
)
def test_parts_are_the_amount_together(cents, weights, parts):
    assert split(cents, weights) == parts
