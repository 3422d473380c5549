"""Shipments dispatched are counted, with the time since their order: each once, and no tests."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from contracts.orders import TEST_CUSTOMER
from fulfillment.measures import report
from fulfillment.shipment import Shipment
from tests.unit.fulfillment.scenarios import due
from tests.unit.messages import AT
from tests.unit.metrics import counted
from tests.unit.orders.published import order_placed
from tests.unit.world import World


def test_each_dispatch_is_counted_once_with_the_seconds_since_its_order(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.consume("plan_shipment", order_placed())
    before = datetime.now(UTC)
    world.consume("dispatch_shipment", *due("order-1", "order-1"))
    after = datetime.now(UTC)
    told = counted(capsys)
    assert told["ShipmentsDispatched"] == [1]
    (seconds,) = told["OrderToShipment"]
    assert (before - AT).total_seconds() <= seconds <= (after - AT).total_seconds()
    world.consume("dispatch_shipment", *due("order-1"))
    assert counted(capsys) == {}


def test_a_shipment_of_the_test_customer_is_dispatched_and_not_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.consume("plan_shipment", replace(order_placed(), customer_id=TEST_CUSTOMER))
    assert world.consume("dispatch_shipment", *due("order-1")) == []
    assert len(world.outbox("OrderShipped")) == 1
    assert counted(capsys) == {}


def test_what_is_not_dispatched_cannot_be_reported() -> None:
    with pytest.raises(ValueError, match="shipment of order-1 is not dispatched"):
        report(Shipment(order_id="order-1"))
