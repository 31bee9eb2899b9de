import time

from steadily import Timer


def test_real_time():
    timer = Timer()
    time.sleep(1)
    assert timer.seconds >= 0.99


def test_begun_anew():
    timer = Timer()
    time.sleep(1)
    assert timer.restart() >= 0.99
    assert timer.seconds < 0.9
