"""The largest orders, against the limits of an item."""

import pytest

from contracts.orders import OrderLine
from tests.unit.calls import Calls, Died
from tests.unit.orders.published import LARGEST, full_of, order_placed
from tests.unit.sizes import assert_one_put_that_fits
from tests.unit.world import World


@pytest.mark.parametrize("line", LARGEST)
def test_the_shipment_of_the_largest_order_fits_into_an_item(
    world: World, calls: Calls, line: OrderLine
) -> None:
    calls.die(1, after=False)
    with pytest.raises(Died):
        world.consume("plan_shipment", order_placed(lines=full_of(line)))
    assert_one_put_that_fits(calls)
