"""The table of insights: the demand for each product on each day, and what is counted of it."""

from collections.abc import Callable
from datetime import datetime

from contracts.orders import OrderPlaced
from eventing.unit_of_work import Kind, Table, UnitOfWork
from insights import demand
from insights.demand import Counted, Demand, Part

DEMAND = Kind("DEMAND", Demand)
COUNTED = Kind("COUNTED", Counted)

MOST = 99
"""Products of a transaction, which takes 100 items: one says that they are counted."""


def count(table: Table, order: OrderPlaced, at: datetime) -> int:
    """Adds an order placed at this time to the demand; returns the units, 0 if it was counted."""
    return sum(table.transact(_counting(part)) for part in demand.parts(order, at, MOST))


def _counting(part: Part) -> Callable[[UnitOfWork], int]:
    """Counts it, in one transaction with the item that says so."""

    def counted(unit: UnitOfWork) -> int:
        if unit.get(COUNTED, part.id):
            return 0
        unit.put(COUNTED, part.id, Counted(len(part.units)))
        for id, units in part.units.items():
            unit.add(DEMAND, id, units=units)
        return sum(part.units.values())

    return counted
