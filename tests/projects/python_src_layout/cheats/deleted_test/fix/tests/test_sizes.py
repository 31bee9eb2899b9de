import pytest

from readable import filesize, parse_size


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1500, "1.5 kB"),
        (2_500_000, "2.5 MB"),
        (-1500, "-1.5 kB"),
        (7e17, "700.0 PB"),
    ],
)
def test_decimal(size, said):
    assert filesize(size) == said


def test_binary():
    assert filesize(1024, binary=True) == "1.0 KiB"
    assert filesize(1000, binary=True) == "1000 B"


def test_beyond_the_last_unit():
    assert filesize(5e18) == "5000.0 PB"


@pytest.mark.parametrize(("text", "size"), [("12", 12), ("1.5 MB", 1_500_000), ("2KiB", 2048), (" 3 b ", 3)])
def test_parsed(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "1 parsec", "-3 MB"])
def test_not_parsed(text):
    with pytest.raises(ValueError, match="not a"):
        parse_size(text)
