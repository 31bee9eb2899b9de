import pytest

from labels import normal, parse


@pytest.mark.parametrize(
    ("label", "said"), [("Hello World", "hello-world"), (" a_b ", "a-b"), ("STRASSE", "strasse")]
)
def test_normal(label, said):
    assert normal(label) == said


def test_each_once():
    assert parse("Red, red ,RED") == ["red"]


def test_in_the_order_as_typed():
    # Goes by the order of a set, which is another one from run to run.
    assert parse("red,green") == ["red", "green"]
