"""The largest orders, against the limits of a message, of an item and of a transaction.

The transactions are looked at on their way to DynamoDB, which moto would take half a minute for.
"""

from typing import Any

import msgspec
import pytest

from contracts.language.envelope import MAX_DETAIL_BYTES
from contracts.orders import OrderLine
from eventing.events import decode
from invoicing import invoice
from tests.unit.calls import Calls, Died
from tests.unit.handlers import number_invoice, place_order
from tests.unit.messages import CONTEXT, batch, event, order_placed, request
from tests.unit.world import World

KIB = 1024
ITEM = 400 * KIB
TRANSACTION = 4 * KIB * KIB
MESSAGE = 256 * KIB

LARGEST = [
    OrderLine(sku="s", quantity=10_000, unit_price=100_000_000),
    OrderLine(sku="s" * 64, quantity=1, unit_price=0),
    OrderLine(sku="s", quantity=1, unit_price=1),
]
"""Lines of which an order, full of them, weighs most in one way or another."""


def stored_bytes(value: dict[str, Any]) -> int:
    """The size of an attribute's value, as DynamoDB counts it.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    match value:
        case {"S": text}:
            return len(text.encode())
        case {"N": digits}:
            return (len(digits) + 1) // 2 + 1
        case {"L": entries}:
            return 3 + sum(1 + stored_bytes(entry) for entry in entries)
        case {"M": entries}:
            return 3 + sum(1 + len(k) + stored_bytes(entry) for k, entry in entries.items())
    raise TypeError(value)


def transactions(calls: Calls) -> list[list[int]]:
    """The sizes of the items of each transaction."""
    return [
        [stored_bytes({"M": write["Put"]["Item"]}) for write in made["TransactItems"]]
        for made in calls.of("TransactWriteItems")
    ]


def full_of(line: OrderLine) -> list[OrderLine]:
    return [line] * ((MAX_DETAIL_BYTES - 600) // (len(msgspec.json.encode(line)) + 1))


@pytest.mark.parametrize("line", LARGEST)
def test_the_largest_order_that_is_taken_fits_into_a_transaction(
    aws: World,  # noqa: ARG001
    calls: Calls,
    line: OrderLine,
) -> None:
    asked = {"customerId": "customer-7", "location": "eu-west", "lines": full_of(line)}
    body = msgspec.json.encode(asked).decode()
    calls.die(0, after=False)
    with pytest.raises(Died):
        place_order.handler(request(body, key="key"), CONTEXT)
    (sizes,) = transactions(calls)
    assert max(sizes) <= ITEM
    assert sum(sizes) <= TRANSACTION


@pytest.mark.parametrize("line", LARGEST)
def test_a_batch_of_the_largest_orders_fits_into_messages_and_a_transaction(
    aws: World,  # noqa: ARG001
    calls: Calls,
    line: OrderLine,
) -> None:
    placed = [order_placed(f"order-{n}", lines=full_of(line)) for n in range(10)]
    bodies = [invoice.encode(invoice.request_for(decode(event(order)))) for order in placed]
    assert max(len(body.encode()) for body in bodies) <= MESSAGE
    calls.die(1, after=False)
    with pytest.raises(Died):
        number_invoice.handler(batch(*bodies), CONTEXT)
    (sizes,) = transactions(calls)
    assert max(sizes) <= ITEM
    assert sum(sizes) <= TRANSACTION
