"""The outages of the drills: what brings each about, and what it holds up meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from business import left
from local import faults
from local.system import System


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
