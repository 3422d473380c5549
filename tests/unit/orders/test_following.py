"""An order follows its events to the same end, whatever their order and however often they come."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.language.types import Contract
from contracts.orders import PlaceOrder
from eventing.errors import NeverSucceeds
from orders.order import LIFE, ContradictingEvent, Order, TooLate, cancel, follow, place
from tests.unit.fulfillment.published import order_shipped
from tests.unit.invoicing.published import invoice_issued, invoice_voided
from tests.unit.messages import AT
from tests.unit.orders.published import LINES, order_placed

PLACED = place(
    PlaceOrder(customer_id="customer-7", location="eu-west", lines=LINES), "order-1", "request", AT
)
TOLD = [invoice_issued(), invoice_voided(), order_shipped()]


def is_cancelled(order: Order) -> Order:
    """The order after its customer cancels it, while that can be."""
    try:
        done = cancel(order)
    except TooLate:
        assert order.shipment_id
        return order
    return done[0] if done else order


def told(event: Contract) -> Callable[[Order], Order]:
    return lambda order: follow(order, event)


STEPS = [*map(told, TOLD), is_cancelled]


@given(st.lists(st.sampled_from(STEPS)).flatmap(lambda more: st.permutations([*STEPS, *more])))
def test_every_order_of_events_has_the_same_end(steps: list[Callable[[Order], Order]]) -> None:
    order = PLACED
    for step in steps:
        order = step(order)
    assert (order.status, order.invoice_number, order.credit_note_number) == (
        "CANCELLED",
        "IE-000001",
        "IE-CN-000001",
    )
    assert (order.shipment_id, order.is_cancelled_too_late) == ("shipment-1", True)


@given(st.lists(st.sampled_from(STEPS)))
def test_a_status_never_goes_back_and_a_number_never_goes(
    steps: list[Callable[[Order], Order]],
) -> None:
    order = PLACED
    for step in steps:
        after = step(order)
        assert LIFE.index(after.status) >= LIFE.index(order.status)
        assert order.invoice_number in (None, after.invoice_number)
        assert order.credit_note_number in (None, after.credit_note_number)
        assert order.shipment_id in (None, after.shipment_id)
        assert (after.placed, after.placed_at) == (order.placed, order.placed_at)
        order = after


@given(st.lists(st.sampled_from(TOLD), min_size=1))
def test_an_event_that_was_followed_changes_nothing(events: list[Contract]) -> None:
    order = PLACED
    for event in events:
        order = follow(order, event)
    for event in events:
        assert follow(order, event) == order


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (invoice_issued(), invoice_issued(number="IE-000002")),
        (invoice_voided(), invoice_issued(number="IE-000002")),
        (invoice_voided(), invoice_voided(number="IE-CN-000002")),
        (order_shipped(), order_shipped(shipment_id="shipment-000002")),
    ],
)
def test_a_second_number_or_shipment_is_refused(first: Contract, other: Contract) -> None:
    with pytest.raises(ContradictingEvent, match=r"order order-1 has .*, not .*-000002"):
        follow(follow(PLACED, first), other)


def test_an_order_is_cancelled_once() -> None:
    done = cancel(PLACED)
    assert done is not None
    cancelled, event = done
    assert (event.order_id, event.location) == ("order-1", "eu-west")
    assert cancel(cancelled) is None


def test_an_order_that_is_shipped_is_not_cancelled_and_one_that_is_cancelled_may_be_shipped() -> (
    None
):
    with pytest.raises(TooLate, match="order order-1 is shipped"):
        cancel(follow(PLACED, order_shipped()))
    assert is_cancelled(PLACED).is_cancelled_too_late is False
    assert follow(is_cancelled(PLACED), order_shipped()).is_cancelled_too_late is True


def test_an_order_shows_shipment_and_invoice_whichever_came_first() -> None:
    for events in ([order_shipped(), invoice_issued()], [invoice_issued(), order_shipped()]):
        order = follow(follow(PLACED, events[0]), events[1])
        assert (order.status, order.shipment_id, order.invoice_number) == (
            "SHIPPED",
            "shipment-1",
            "IE-000001",
        )


def test_an_order_follows_no_event_of_its_own() -> None:
    with pytest.raises(NeverSucceeds, match="OrderPlaced"):
        follow(PLACED, order_placed())


@pytest.mark.parametrize(
    "event", [invoice_issued("order-2"), invoice_voided("order-2"), order_shipped("order-2")]
)
def test_an_order_does_not_follow_the_events_of_another(event: Contract) -> None:
    with pytest.raises(ContradictingEvent, match="order-2 is not order order-1"):
        follow(PLACED, event)
