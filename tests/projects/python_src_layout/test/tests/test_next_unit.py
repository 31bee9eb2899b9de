import pytest

from readable import filesize


@pytest.mark.parametrize(("size", "said"), [(999_999, "1.0 MB"), (999_950_000, "1.0 GB"), (-999_999, "-1.0 MB")])
def test_what_rounds_up_to_the_next_unit_is_said_in_it(size, said):
    assert filesize(size) == said


def test_binary_too():
    assert filesize(1024**2 - 1, binary=True) == "1.0 MiB"
