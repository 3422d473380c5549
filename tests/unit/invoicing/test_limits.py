"""The largest orders, against the limits of a message, of an item and of a transaction.

The transaction is looked at on its way to DynamoDB, which moto would take half a minute for.
"""

import pytest

from contracts.orders import OrderLine
from eventing.events import decode
from invoicing import invoice
from tests.unit.calls import Calls, Died
from tests.unit.messages import event
from tests.unit.orders.published import LARGEST, full_of, order_placed
from tests.unit.sizes import MESSAGE, assert_one_transaction_that_fits
from tests.unit.world import World


@pytest.mark.parametrize("line", LARGEST)
def test_a_batch_of_the_largest_orders_fits_into_messages_and_a_transaction(
    world: World, calls: Calls, line: OrderLine
) -> None:
    placed = [order_placed(f"order-{n}", lines=full_of(line)) for n in range(10)]
    bodies = [invoice.encode(invoice.request_for(decode(event(order)))) for order in placed]
    assert max(len(body.encode()) for body in bodies) <= MESSAGE
    calls.die(1, after=False)
    with pytest.raises(Died):
        world.consume("number_invoice", *bodies)
    assert_one_transaction_that_fits(calls)
