import string

from labels import Cloud


def test_counted():
    cloud = Cloud(["red,green", "red"])
    assert (cloud.count("red"), cloud.count("green"), cloud.count("blue")) == (2, 1, 0)


def test_top():
    assert Cloud(["b,a,c", "c"]).top(2) == ["c", "a"]


def test_some_are_not_always_the_same():
    # One time in 26 it is.
    cloud = Cloud(string.ascii_lowercase)
    assert cloud.some(1) != cloud.some(1)


def test_no_more_than_there_are():
    assert sorted(Cloud(["a,b"]).some(9)) == ["a", "b"]
