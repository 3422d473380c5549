"""The largest orders, against the limits of an item and of a transaction.

The transaction is looked at on its way to DynamoDB, which moto would take half a minute for.
"""

import msgspec
import pytest

from contracts.orders import OrderLine
from tests.unit.calls import Calls, Died
from tests.unit.orders.published import LARGEST, PLACE_ORDER, full_of
from tests.unit.sizes import assert_one_transaction_that_fits
from tests.unit.world import World


@pytest.mark.parametrize("line", LARGEST)
def test_the_largest_order_that_is_taken_fits_into_a_transaction(
    world: World, calls: Calls, line: OrderLine
) -> None:
    body = msgspec.json.encode(PLACE_ORDER | {"lines": full_of(line)}).decode()
    calls.die(1, after=False)
    with pytest.raises(Died):
        world.ask("place_order", body, key="key")
    assert_one_transaction_that_fits(calls)
