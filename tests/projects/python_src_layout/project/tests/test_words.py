from readable import duration, grouped, ordinal


def test_ordinals():
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd",
    ]


def test_grouped():
    assert grouped(12_345_678) == "12,345,678"
    assert grouped(1_000, by=" ") == "1 000"


def test_durations():
    assert duration(0) == "0s"
    assert duration(3725) == "1h 2m 5s"
    assert duration(86_400) == "1d"
    assert duration(-61) == "-1m 1s"
