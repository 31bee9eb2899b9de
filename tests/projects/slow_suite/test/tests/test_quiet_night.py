from steadily import Bucket


def test_a_full_bucket_does_not_fill_any_further():
    now = [0.0]
    bucket = Bucket(10, per_second=1, clock=lambda: now[0])
    now[0] = 3600.0
    assert bucket.tokens == 10
    assert not bucket.take(11)
