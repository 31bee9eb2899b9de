import time

import pytest

from steadily import Bucket


def test_full_at_first():
    bucket = Bucket(2, per_second=0.1)
    assert [bucket.take(), bucket.take(), bucket.take()] == [True, True, False]


@pytest.mark.parametrize("seconds", [0.5, 1.0, 1.5])
def test_fills_up_with_time(seconds):
    bucket = Bucket(100, per_second=10)
    assert bucket.take(100)
    time.sleep(seconds)
    assert bucket.tokens >= 10 * seconds


def test_what_it_says_to_wait_is_enough():
    bucket = Bucket(5, per_second=5)
    bucket.take(5)
    time.sleep(bucket.wait(5) + 0.01)
    assert bucket.take(5)


def test_never_more_than_it_holds():
    with pytest.raises(ValueError, match="never more than 5"):
        Bucket(5, per_second=1).wait(6)
