import unittest

from basket import Basket


class OwnBasketTest(unittest.TestCase):
    def test_what_one_adds_the_other_does_not_have(self):
        ada, bob = Basket("ada"), Basket("bob")
        ada.add("tea", 250)
        self.assertEqual(0, len(bob))

    def test_discounts_are_ones_own_as_well(self):
        ada, bob = Basket("ada"), Basket("bob")
        ada.discount("tea", 50)
        self.assertEqual({}, bob.discounts)
