"""What the functions of orders are run with by the tests that cover every function."""

import msgspec

from contracts.orders import PlaceOrder
from eventing.events import decode
from orders import store
from orders.order import place
from tests.unit.fulfillment.published import order_shipped
from tests.unit.invoicing.published import (
    invoice_held,
    invoice_issued,
    invoice_released,
    invoice_voided,
)
from tests.unit.messages import AT, batch, event, request
from tests.unit.orders.published import PLACE_ORDER, order_placed
from tests.unit.scenario import Scenario
from tests.unit.world import World


def an_order(world: World) -> None:
    """The order order-1, placed."""
    placed = place(msgspec.convert(PLACE_ORDER, PlaceOrder), "order-1", "request-1", AT)
    store.place(world.table, placed, decode(event(order_placed())), None)


SCENARIOS = {
    "place_order": Scenario(request(PLACE_ORDER, key="key-1")),
    "get_order": Scenario(request(id="order-1"), an_order, leaves=False),
    "cancel_order": Scenario(request(id="order-1"), an_order),
    "track_order": Scenario(
        batch(
            invoice_issued(), order_shipped(), invoice_voided(), invoice_held(), invoice_released()
        ),
        an_order,
    ),
}
