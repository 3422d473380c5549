"""An order is shipped once, or cancelled before, whatever goes down, comes twice or late."""

from contextlib import ExitStack
from typing import Any

from business import books, shop, tickets
from business import redelivery as events
from local.system import System, wait_until
from tests.flow.outages import outage


def planned(system: System, order_id: str) -> dict[str, Any]:
    """The shipment of an order, once it is planned."""
    found = wait_until(
        lambda: (shop.shipment(system, order_id) or {}).get("plan"), shop.WITHIN_S, "a plan"
    )
    return found or {}


def shipped_events(system: System, order_id: str) -> set[str]:
    """The ids of the events that tell of the order's shipment."""
    return {
        event["detail"]["metadata"]["id"]
        for event in books.events(system, "fulfillment")
        if event["detail-type"] == "OrderShipped" and books.subject(event) == order_id
    }


def test_an_order_shows_its_shipment_and_its_invoice(system: System) -> None:
    order_id = shop.place(system, "us-east")
    shop.await_invoice(system, order_id)
    order = shop.await_shipment(system, order_id)

    shipment = shop.shipment(system, order_id)
    assert shipment is not None
    assert order["shipmentId"] == shipment["plan"]["shipmentId"]
    assert (order["status"], order["cancelledTooLate"]) == ("SHIPPED", False)
    assert [item["sku"] for item in shipment["plan"]["items"]] == ["lamp"]
    assert len(shipped_events(system, order_id)) == 1


def test_an_order_that_is_shipped_is_not_cancelled(system: System) -> None:
    order_id = shop.place(system)
    shop.await_shipment(system, order_id)

    answer = system.call("POST", f"/orders/{order_id}/cancel")

    assert answer.status_code == 409
    assert answer.json()["error"]["expected"] == "an order that is not shipped yet"
    assert shop.shown(system, order_id)["status"] != "CANCELLED"


def test_an_order_that_is_cancelled_in_time_is_not_shipped(system: System) -> None:
    with outage(system, "fulfillment"):
        order_id = shop.place(system)
        shop.cancel(system, order_id)
        _await_at_fulfillment(system, order_id, "OrderCancelled", 2)
    shop.await_field(system, order_id, "creditNoteNumber")
    shop.await_drained(system)

    order, shipment = shop.shown(system, order_id), shop.shipment(system, order_id)
    assert shipment is not None
    assert shipment["isCancelled"] is True
    assert (order["status"], order["shipmentId"]) == ("CANCELLED", None)
    assert shipped_events(system, order_id) == set()


def test_a_cancellation_that_overtakes_its_order_is_in_time(system: System) -> None:
    with outage(system, "fulfillment"):
        order_id = shop.place(system)
        shop.cancel(system, order_id)
        _await_at_fulfillment(system, order_id, "OrderCancelled", 2)
        held = events.hold_back(
            system, "fulfillment", "shipment-orders", lambda each: _is_of(each, order_id), 2
        )
    shop.await_drained(system)

    assert held == 1
    assert planned(system, order_id)["customerId"] == "somebody"
    assert (shop.shipment(system, order_id) or {})["isCancelled"] is True
    assert shipped_events(system, order_id) == set()


def test_a_cancellation_after_the_dispatch_is_too_late_and_the_order_says_so(
    system: System,
) -> None:
    with ExitStack() as down:
        with outage(system, "fulfillment"):
            order_id = shop.place(system)
            _await_at_fulfillment(system, order_id, "OrderPlaced", 1)
            # Neither hears the order of its shipment, nor fulfillment of the cancellation.
            down.enter_context(outage(system, "orders"))
            shop.cancel(system, order_id)
        wait_until(
            lambda: (shop.shipment(system, order_id) or {}).get("dispatchedAt"),
            shop.WITHIN_S,
            "the dispatch",
        )
    order = shop.await_shipment(system, order_id)
    shop.await_drained(system)

    assert (order["status"], order["cancelledTooLate"]) == ("CANCELLED", True)
    assert (shop.shipment(system, order_id) or {})["isCancelled"] is False
    assert len(shipped_events(system, order_id)) == 1


def test_orders_taken_while_fulfillment_is_down_are_shipped_when_it_is_back(
    system: System,
) -> None:
    with outage(system, "fulfillment"):
        order_ids = [shop.place(system, location) for location in shop.LOCATIONS]
        for order_id in order_ids:
            assert shop.await_invoice(system, order_id)["shipmentId"] is None

    shipments = {shop.await_shipment(system, order_id)["shipmentId"] for order_id in order_ids}
    assert len(shipments) == len(order_ids)


def test_events_delivered_twice_are_one_shipment(system: System) -> None:
    order_id = shop.place(system)
    order = shop.await_shipment(system, order_id)
    placed = events.published(system, "orders", "OrderPlaced")[order_id]
    shipped = events.published(system, "fulfillment", "OrderShipped")[order_id]

    events.redeliver(system, "orders", [placed, placed])
    events.redeliver(system, "fulfillment", [shipped, shipped])
    shop.await_drained(system)

    assert shop.shown(system, order_id)["shipmentId"] == order["shipmentId"]
    assert len(shipped_events(system, order_id)) == 1


def test_an_open_ticket_holds_a_shipment_and_its_resolution_releases_it(system: System) -> None:
    with outage(system, "orders"):
        # Its order is not published yet.
        order_id = shop.place(system)
        ticket_id = tickets.opened(system, order_id, "fulfillment")
        wait_until(
            lambda: (shop.shipment(system, order_id) or {}).get("tickets"),
            shop.WITHIN_S,
            "the ticket in fulfillment's table",
        )
    planned(system, order_id)
    shop.await_drained(system)
    assert shop.shown(system, order_id)["shipmentId"] is None

    tickets.resolve(system, ticket_id, order_id, "fulfillment")

    assert shop.await_shipment(system, order_id)["status"] == "SHIPPED"
    shop.await_drained(system)
    assert len(shipped_events(system, order_id)) == 1


def test_a_ticket_of_another_department_holds_nothing(system: System) -> None:
    order_id = shop.place(system)
    tickets.opened(system, order_id, "sales")

    shop.await_shipment(system, order_id)
    assert (shop.shipment(system, order_id) or {})["tickets"] == {}


def _is_of(event: dict[str, Any], order_id: str, detail_type: str = "OrderPlaced") -> bool:
    return event["detail-type"] == detail_type and books.subject(event) == order_id


def _await_at_fulfillment(system: System, order_id: str, detail_type: str, waiting: int) -> None:
    """Waits until fulfillment's bus has an event, and so many wait in the queue, unread."""

    def arrived() -> bool:
        on_bus = (
            _is_of(each, order_id, detail_type) for each in books.events(system, "fulfillment")
        )
        return any(on_bus) and system.depths("fulfillment")["shipment-orders"] >= waiting

    wait_until(arrived, shop.WITHIN_S, f"{detail_type} in shipment-orders")
