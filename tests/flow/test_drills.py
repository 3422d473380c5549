"""Outages that heal by themselves: orders come in during a fault, it is mended, and all is well.

Pauses of minutes and hours are compressed. Nobody touches a queue.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from business import books, lake_books, left, shop
from local import faults, running
from local.system import System, wait_until

ORDERS = int(os.environ.get("DRILL_ORDERS", "40"))
"""Orders that come during each of the principal faults, 200 in `make drills`; of the others a
tenth.
"""

FASTER = 30
HEALED_WITHIN_S = 200.0
ASKED_EVERY_S = 0.5
"""Looking at hundreds of orders is work as well."""


@pytest.fixture(scope="module")
def system(assembly: Path) -> Iterator[System]:
    """The system with IAM enforced, and with time compressed."""
    with (
        running.temporary_system(assembly, auth=True) as made,
        faults.time_compressed(made, FASTER),
    ):
        # Functions that start for the first time are no part of a drill.
        shop.await_invoice(made, shop.place(made))
        yield made


def waiting(*places: str) -> Callable[[System], int]:
    """How many messages wait in queues of orders and invoicing."""

    def count(system: System) -> int:
        depths = system.depths("orders") | system.depths("invoicing")
        return sum(depths[place] for place in places)

    return count


def unpublished(domain: str) -> Callable[[System], int]:
    """How many events wait in the outbox of a domain."""
    return lambda system: left.unpublished(system, domain)


@contextmanager
def redelivery_off(fault: AbstractContextManager[None], system: System) -> Iterator[None]:
    """The fault, and no redelivery, which would find its way around it."""
    with faults.mappings_off(system, "invoicing", "RedeliveryFunction"), fault:
        yield


@contextmanager
def sweep_off(fault: AbstractContextManager[None], system: System) -> Iterator[None]:
    """The fault, and no sweep, which would publish in the publisher's place."""
    with faults.function_throttled(system, "orders", "OutboxSweeper"), fault:
        yield


Fault = Callable[[System], AbstractContextManager[None]]

DRILLS: dict[str, tuple[Fault, Callable[[System], int]]] = {
    "publisher raises": (
        lambda system: sweep_off(
            faults.function_raising(system, "orders", "OutboxPublisher"), system
        ),
        unpublished("orders"),
    ),
    "publisher throttled": (
        lambda system: sweep_off(
            faults.function_throttled(system, "orders", "OutboxPublisher"), system
        ),
        unpublished("orders"),
    ),
    "PutEvents denied": (
        lambda system: faults.put_events_denied(system, "orders", "orders"),
        unpublished("orders"),
    ),
    "bus policy statement removed": (
        lambda system: faults.bus_statements_removed(system, "invoicing", "invoicing"),
        waiting("orders-to-invoicing-undelivered"),
    ),
    "role of a rule to a topic may nothing": (
        lambda system: redelivery_off(
            faults.role_policies_removed(system, "invoicing", "OrdersToOrderEventsRole"), system
        ),
        waiting("orders-to-order-events-undelivered"),
    ),
    "policy of a topic's queue removed": (
        lambda system: redelivery_off(
            faults.queue_policy_removed(system, "invoicing", "eu-orders"), system
        ),
        waiting("eu-orders-undelivered"),
    ),
    "table throttled": (
        lambda system: faults.table_refusing(system, "invoicing", "Table"),
        waiting("us-orders", "eu-orders", "invoice-numbering.fifo"),
    ),
    "consumer raises": (
        lambda system: faults.function_raising(system, "invoicing", "IssueInvoice"),
        waiting("us-orders", "eu-orders"),
    ),
    "consumer of a FIFO queue raises": (
        lambda system: faults.function_raising(system, "invoicing", "NumberInvoice"),
        waiting("invoice-numbering.fifo"),
    ),
    "consumer's bus deleted and restored": (
        lambda system: faults.bus_deleted(system, "invoicing", "invoicing"),
        waiting("orders-to-invoicing-undelivered"),
    ),
    "producer's bus deleted and restored": (
        lambda system: faults.bus_deleted(system, "orders", "orders"),
        unpublished("orders"),
    ),
}


PRINCIPAL = {
    "publisher raises",
    "bus policy statement removed",
    "policy of a topic's queue removed",
    "table throttled",
    "consumer raises",
    "consumer's bus deleted and restored",
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", DRILLS)
def test_orders_taken_during_a_fault_are_invoiced_once_each_when_it_is_mended(
    system: System, name: str
) -> None:
    fault, held_up = DRILLS[name]
    count = ORDERS if name in PRINCIPAL else ORDERS // 10
    with fault(system):
        with ThreadPoolExecutor(8) as pool:
            where = [shop.LOCATIONS[n % 4] for n in range(count)]
            taken = list(pool.map(lambda location: shop.place(system, location), where))
        bitten = wait_until(lambda: held_up(system), shop.WITHIN_S, "something held up")
        assert not all(shop.shown(system, order_id)["invoiceNumber"] for order_id in taken)

    def invoiced() -> bool:
        orders = shop.orders(system)
        return all(
            orders[order_id].get("invoiceNumber") and orders[order_id].get("shipmentId")
            for order_id in taken
        )

    assert bitten
    wait_until(invoiced, HEALED_WITHIN_S, f"{count} orders invoiced and shipped", ASKED_EVERY_S)
    wait_until(
        lambda: not left.left(system), HEALED_WITHIN_S, "nothing left anywhere", ASKED_EVERY_S
    )
    found = books.audit(system)
    assert found.balanced, found
    # A stream has no depth: what it holds is read when it is counted.
    wait_until(lambda: lake_books.audit(system).balanced, HEALED_WITHIN_S, "a lake with all of it")
