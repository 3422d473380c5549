"""An order that is there."""

import pytest

from tests.unit.orders.published import PLACE_ORDER
from tests.unit.world import World


@pytest.fixture
def order_id(world: World) -> str:
    """An order that was just placed."""
    _, answer = world.ask("place_order", PLACE_ORDER)
    return str(answer["orderId"])
