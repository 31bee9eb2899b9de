import pytest

from labels import Cloud, parse


@pytest.mark.parametrize("text", ["", " , ,", "red,"])
def test_nothing_typed_is_no_label(text):
    assert "" not in parse(text)


def test_a_comma_at_the_end_counts_nothing():
    assert Cloud(["red,", "green,"]).top(3) == ["green", "red"]
