"""A shipment follows its events to the same end, whatever their order and however often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.language.types import Contract
from eventing.events import Event, decode
from fulfillment.shipment import Shipment, dispatch, follow, order_of
from tests.unit.fulfillment.scenarios import opened, resolved
from tests.unit.golden import golden
from tests.unit.messages import AT, event
from tests.unit.orders.published import order_cancelled, order_placed

NEW = Shipment(order_id="order-1")


def told(data: Contract) -> Event:
    return decode(event(data))


def after(*events: Event) -> Shipment:
    """The shipment after these events, none of which was due in between."""
    shipment = NEW
    for each in events:
        shipment = follow(shipment, each)
    return shipment


EVENTS = [
    told(each)
    for each in (
        order_placed(),
        order_cancelled(),
        opened("a"),
        resolved("a"),
        opened("b"),
        resolved("b"),
        opened("c"),
    )
]


@given(st.lists(st.sampled_from(EVENTS)).flatmap(lambda more: st.permutations([*EVENTS, *more])))
def test_every_order_of_events_has_the_same_end(events: list[Event]) -> None:
    assert after(*events) == after(*EVENTS)


@given(st.lists(st.sampled_from([*EVENTS, None, None])))
def test_a_shipment_goes_once_and_only_if_it_is_planned_and_nothing_holds_it(
    steps: list[Event | None],
) -> None:
    """None stands for the time that has come."""
    shipment, seen, gone = NEW, list[Contract](), False
    for step in steps:
        if step:
            shipment = follow(shipment, step)
            seen.append(step.data)
            continue
        holds = {
            ticket for ticket in "abc" if opened(ticket) in seen and resolved(ticket) not in seen
        }
        free = order_placed() in seen and order_cancelled() not in seen and not holds
        made = dispatch(shipment, AT)
        assert bool(made) == (free and not gone)
        if made:
            shipment, gone = made[0], True
    if gone:
        assert shipment.dispatched_at == AT
        assert not shipment.is_cancelled


def test_an_event_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="shipments do not follow InvoiceVoided"):
        order_of(decode(golden("InvoiceVoided")))
