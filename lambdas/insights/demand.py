"""What the demand for a product is: units ordered, by product and day. No AWS here.

An order that is cancelled later was demand all the same: sales are for invoicing to say.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

import msgspec

from contracts.orders import TEST_CUSTOMER, OrderPlaced


class Demand(msgspec.Struct, frozen=True):
    """Units of one product ordered on one day (UTC)."""

    units: int = 0


class Counted(msgspec.Struct, frozen=True):
    """Some products of an order are counted: how many."""

    products: int


class Part(NamedTuple):
    """Products of an order that are counted together. `id` is the same whenever they are."""

    id: str
    units: dict[str, int]


def parts(order: OrderPlaced, at: datetime, most: int) -> Iterator[Part]:
    """The units of an order placed at this time, by the id of their demand, in parts of at most so
    many products; none of an order that is no business.
    """
    if order.customer_id == TEST_CUSTOMER:
        return
    day = at.astimezone(UTC).date()
    ordered: Counter[str] = Counter()
    for line in order.lines:
        ordered[f"{day}#{line.sku}"] += line.quantity
    left = iter(sorted(ordered.items()))
    number = 0
    while units := dict(islice(left, most)):
        yield Part(f"{order.order_id}#{number}", units)
        number += 1


def together(parts: Iterable[Part], most: int) -> Iterator[list[Part]]:
    """The same parts in lists of at most so many items: one for each part, that says that it is
    counted, and one for each product.
    """
    taken: list[Part] = []
    products: set[str] = set()
    for part in parts:
        if taken and len(taken) + 1 + len(products | part.units.keys()) > most:
            yield taken
            taken, products = [], set()
        taken.append(part)
        products |= part.units.keys()
    if taken:
        yield taken
