import unittest

import basket


class TwoCustomersTest(unittest.TestCase):
    def test_a_new_basket_costs_nothing_whoever_shopped_before(self):
        first = basket.Basket("first")
        first.add("cup", 999)
        self.assertEqual(0, basket.Basket("second").total())
        self.assertEqual(999, first.total())
