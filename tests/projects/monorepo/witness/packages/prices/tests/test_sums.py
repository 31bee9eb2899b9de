from prices.splitting import split


def test_nothing_is_lost_or_made():
    for cents in range(60):
        for weights in ([1, 1, 1], [1, 2, 4], [5, 3, 3, 1]):
            assert sum(split(cents, weights)) == cents, (cents, weights)
