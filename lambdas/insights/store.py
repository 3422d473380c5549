"""The table of insights: the demand for each product on each day, and what is counted of it."""

from collections.abc import Callable, Iterable, Iterator

from eventing.unit_of_work import Kind, Table, UnitOfWork
from insights import demand
from insights.demand import Counted, Demand, Part

DEMAND = Kind("DEMAND", Demand)
COUNTED = Kind("COUNTED", Counted)

MOST = 100
"""Items of a transaction."""

MOST_PRODUCTS = MOST - 1
"""Products of a part: one more item says that it is counted."""


def count(table: Table, parts: Iterable[Part]) -> Iterator[int]:
    """Adds parts of orders to the demand, each once, as many in a transaction as fit; yields the
    units that each transaction has added.
    """
    for fitting in demand.together(parts, MOST):
        yield table.transact(_counting(fitting))


def _counting(parts: list[Part]) -> Callable[[UnitOfWork], int]:
    """Counts them, in one transaction with the items that say so."""

    def counted(unit: UnitOfWork) -> int:
        unit.load(COUNTED.key(part.id) for part in parts)
        return sum(_count(unit, part) for part in parts)

    return counted


def _count(unit: UnitOfWork, part: Part) -> int:
    if unit.get(COUNTED, part.id):
        return 0
    unit.put(COUNTED, part.id, Counted(len(part.units)))
    for id, units in part.units.items():
        unit.add(DEMAND, id, units=units)
    return sum(part.units.values())
