from steadily.bucket import Bucket


def test_it_holds_no_more_after_a_long_time_than_at_first():
    times = iter([0.0, 5.0, 1000.0, 1000.0])
    bucket = Bucket(3, per_second=2, clock=lambda: next(times))
    assert bucket.take(2)
    assert bucket.take(3)
    assert not bucket.take(1)
