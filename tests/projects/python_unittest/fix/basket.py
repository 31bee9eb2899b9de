"""A shopping basket. Prices are whole cents, so that nothing is lost to rounding."""

from collections import namedtuple

Item = namedtuple("Item", "name cents count")


class BasketError(Exception):
    """What was asked of the basket makes no sense."""


class Basket:
    def __init__(self, owner, items=None, discounts=None):
        self.owner = owner
        self.items = [] if items is None else items
        self.discounts = {} if discounts is None else discounts

    def add(self, name, cents, count=1):
        """More of what is there already, or something new."""
        if count < 1:
            raise BasketError("count must be at least 1")
        for place, item in enumerate(self.items):
            if item.name == name and item.cents == cents:
                self.items[place] = item._replace(count=item.count + count)
                return
        self.items.append(Item(name, cents, count))

    def remove(self, name):
        kept = [item for item in self.items if item.name != name]
        if len(kept) == len(self.items):
            raise BasketError("there is no %s" % name)
        self.items[:] = kept

    def discount(self, name, percent):
        """Percent off every piece of this name."""
        if not 0 < percent <= 100:
            raise BasketError("percent must be above 0 and at most 100")
        self.discounts[name] = percent

    def total(self):
        return sum(self._cents(item) * item.count for item in self.items)

    def _cents(self, item):
        percent = self.discounts.get(item.name, 0)
        return item.cents - item.cents * percent // 100

    def __len__(self):
        return sum(item.count for item in self.items)


def receipt(basket):
    """What is printed: a line for each item, and the total."""
    lines = ["%d x %s  %s" % (item.count, item.name, money(item.cents)) for item in basket.items]
    lines.append("total  %s" % money(basket.total()))
    return "\n".join(lines)


def money(cents):
    sign = "-" if cents < 0 else ""
    return "%s%d.%02d" % (sign, abs(cents) // 100, abs(cents) % 100)
