from prices import gross, net


def test_there_and_back():
    assert gross(1000, "19") == 1190
    assert net(1190, "19") == 1000


def test_halves_go_up():
    assert gross(50, "7") == 54
