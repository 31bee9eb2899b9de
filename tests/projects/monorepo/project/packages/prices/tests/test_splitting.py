import pytest

from prices import split


@pytest.mark.parametrize(
    ("cents", "weights", "parts"),
    [(100, [1, 1], [50, 50]), (90, [2, 1], [60, 30]), (0, [1, 1], [0, 0]), (7, [0, 1], [0, 7])],
)
def test_parts(cents, weights, parts):
    assert split(cents, weights) == parts


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_must_make_sense(weights):
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)
