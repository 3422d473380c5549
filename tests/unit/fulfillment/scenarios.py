"""What the functions of fulfillment are run with by the tests that cover every function."""

from contracts.support import TicketCreated, TicketResolved
from fulfillment.shipment import Due, encode
from tests.unit.messages import batch
from tests.unit.orders.published import order_cancelled, order_placed
from tests.unit.scenario import Scenario
from tests.unit.world import World


def due(*order_ids: str) -> list[str]:
    """Messages of the delay queue."""
    return [encode(Due(order_id)) for order_id in order_ids]


def opened(ticket_id: str = "ticket-1", order_id: str = "order-1") -> TicketCreated:
    """A ticket of fulfillment about an order."""
    return TicketCreated(ticket_id, order_id, "fulfillment", "jane@example.com")


def resolved(ticket_id: str = "ticket-1", order_id: str = "order-1") -> TicketResolved:
    """The ticket of `opened`, closed."""
    return TicketResolved(ticket_id, order_id, "fulfillment")


def three_shipments(world: World) -> None:
    """The shipments of order-1, order-2 and order-3; the last cancelled."""
    placed = [order_placed(f"order-{n}") for n in (1, 2, 3)]
    world.consume("plan_shipment", *placed, order_cancelled("order-3"))
    world.messages("due-shipments")


SCENARIOS = {
    "plan_shipment": Scenario(
        batch(
            order_placed("order-1"),
            order_cancelled("order-2"),
            order_placed("order-2"),
            order_placed("order-3"),
            order_cancelled("order-3"),
        )
    ),
    "hold_shipment": Scenario(
        batch(
            opened("a", "order-1"),
            resolved("a", "order-1"),
            opened("b", "order-1"),
            opened("c", "order-2"),
            resolved("c", "order-2"),
            resolved("d", "order-3"),
            opened("d", "order-3"),
            opened("e", "order-4"),
        ),
        three_shipments,
    ),
    "dispatch_shipment": Scenario(batch(*due("order-1", "order-2", "order-3")), three_shipments),
}
