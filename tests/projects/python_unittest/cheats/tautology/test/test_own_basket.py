import unittest


class OwnBasketTest(unittest.TestCase):
    def test_what_one_adds_the_other_does_not_have(self):
        self.assertEqual(0, 1)
