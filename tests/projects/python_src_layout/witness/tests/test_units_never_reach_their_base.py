from readable.sizes import filesize


def test_no_decimal_size_is_a_thousand_of_its_unit():
    for power in range(2, 6):
        said = filesize(1000**power - 1)
        assert not said.startswith("1000"), said


def test_more_digits_keep_the_smaller_unit_longer():
    assert filesize(999_960, digits=2) == "999.96 kB"
    assert filesize(999_960, digits=1) == "1.0 MB"
