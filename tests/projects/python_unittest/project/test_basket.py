import unittest

from basket import Basket, BasketError, money, receipt


class AddingTest(unittest.TestCase):
    def setUp(self):
        self.basket = Basket("ada", [], {})

    def test_the_same_thing_twice_is_one_line(self):
        self.basket.add("tea", 250)
        self.basket.add("tea", 250, count=2)
        self.assertEqual([("tea", 250, 3)], [tuple(item) for item in self.basket.items])
        self.assertEqual(3, len(self.basket))

    def test_another_price_is_another_line(self):
        self.basket.add("tea", 250)
        self.basket.add("tea", 300)
        self.assertEqual(2, len(self.basket.items))

    def test_none_cannot_be_added(self):
        with self.assertRaises(BasketError):
            self.basket.add("tea", 250, count=0)

    def test_removed(self):
        self.basket.add("tea", 250)
        self.basket.remove("tea")
        self.assertEqual(0, len(self.basket))
        self.assertRaises(BasketError, self.basket.remove, "tea")


class TotalTest(unittest.TestCase):
    def setUp(self):
        self.basket = Basket("ada", [], {})
        self.basket.add("tea", 250, count=2)
        self.basket.add("cup", 999)

    def test_total(self):
        self.assertEqual(1499, self.basket.total())

    def test_discount(self):
        self.basket.discount("cup", 10)
        self.assertEqual(500 + 900, self.basket.total())

    def test_a_discount_of_nothing_is_none(self):
        for percent in (0, -5, 101):
            with self.subTest(percent=percent):
                self.assertRaises(BasketError, self.basket.discount, "cup", percent)

    def test_receipt(self):
        self.assertEqual("2 x tea  2.50\n1 x cup  9.99\ntotal  14.99", receipt(self.basket))


class MoneyTest(unittest.TestCase):
    def test_cents_have_two_digits(self):
        self.assertEqual("0.05", money(5))
        self.assertEqual("-1.50", money(-150))


if __name__ == "__main__":
    unittest.main()
