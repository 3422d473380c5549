"""What the functions of fulfillment are run with by the tests that cover every function."""

from fulfillment.shipment import Due, encode
from tests.unit.messages import batch
from tests.unit.orders.published import order_cancelled, order_placed
from tests.unit.scenario import Scenario
from tests.unit.world import World


def due(*order_ids: str) -> list[str]:
    """Messages of the delay queue."""
    return [encode(Due(order_id)) for order_id in order_ids]


def three_shipments(world: World) -> None:
    """The shipments of order-1, order-2 and order-3; the last cancelled."""
    placed = [order_placed(f"order-{n}") for n in (1, 2, 3)]
    world.consume("plan_shipment", *placed, order_cancelled("order-3"))
    world.messages("due-shipments")


SCENARIOS = {
    # Whether a dispatch is asked for depends on what came first; what is stored does not.
    "plan_shipment": Scenario(
        batch(
            order_placed("order-1"),
            order_cancelled("order-2"),
            order_placed("order-2"),
            order_placed("order-3"),
            order_cancelled("order-3"),
        ),
        any_order=False,
    ),
    "dispatch_shipment": Scenario(batch(*due("order-1", "order-2", "order-3")), three_shipments),
}
