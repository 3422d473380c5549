"""A function that dies at any of its calls and runs again leaves what one whole run leaves."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest

from contracts.orders import PlaceOrder
from eventing import outbox
from eventing.dynamodb import to_item
from eventing.events import decode
from invoicing import invoice
from orders.order import place
from tests.unit.calls import Calls, Died
from tests.unit.handlers import (
    TABLE,
    cancel_order,
    get_order,
    issue_invoice,
    number_invoice,
    place_order,
    publish_orders,
    render_invoice,
    track_order,
)
from tests.unit.messages import (
    AT,
    CONTEXT,
    PLACE_ORDER,
    batch,
    event,
    invoice_issued,
    invoice_voided,
    order_cancelled,
    order_placed,
    request,
)
from tests.unit.world import world


class Scenario(NamedTuple):
    """`prepare` makes what was there before; Lambda hands `record` to `handler`."""

    handler: Callable[[Any, Any], Any]
    record: dict[str, Any]
    prepare: Callable[[], object] = lambda: None


def an_order() -> None:
    placed = place(msgspec.convert(PLACE_ORDER, PlaceOrder), "order-1", "request-1", AT)
    place_order.store.place(TABLE, placed, decode(event(order_placed())), None)


def asked(*data: Any) -> dict[str, Any]:
    return batch(*(invoice.encode(invoice.request_for(decode(event(one)))) for one in data))


def an_invoice() -> None:
    number_invoice.handler(asked(order_placed()), CONTEXT)


def a_stream() -> dict[str, Any]:
    events = [decode(event(order_cancelled(f"order-{n}"))) for n in range(25)]
    return {
        "Records": [
            {"dynamodb": {"SequenceNumber": str(n), "NewImage": to_item(outbox.item(one))}}
            for n, one in enumerate(events)
        ]
    }


SCENARIOS = {
    "place_order": Scenario(place_order.handler, request(json.dumps(PLACE_ORDER), key="key-1")),
    "get_order": Scenario(get_order.handler, request(id="order-1"), an_order),
    "cancel_order": Scenario(cancel_order.handler, request(id="order-1"), an_order),
    "track_order": Scenario(
        track_order.handler, batch(invoice_issued(), invoice_voided()), an_order
    ),
    "publish_events": Scenario(publish_orders.handler, a_stream()),
    "issue_invoice": Scenario(
        issue_invoice.handler,
        batch(order_placed("order-1"), order_placed("order-2"), order_cancelled("order-1")),
    ),
    "number_invoice": Scenario(
        number_invoice.handler,
        asked(
            order_placed("order-1"),
            order_placed("order-2", "us-east"),
            order_cancelled("order-1"),
            order_cancelled("order-3"),
            order_placed("order-3"),
        ),
    ),
    "render_invoice": Scenario(render_invoice.handler, batch(invoice_issued()), an_invoice),
}


def run(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, die: tuple[int, bool] | None = None
) -> tuple[dict[str, Any], int]:
    """What is left after the handler ran, and how many calls it made.

    With `die`, it dies at that call, before or after, and Lambda runs it once more.
    """
    with world() as aws, monkeypatch.context() as patch:
        scenario.prepare()
        calls = Calls(patch)
        if die:
            calls.die(die[0], after=die[1])
            with pytest.raises(Died):
                scenario.handler(scenario.record, CONTEXT)
            calls.forget()
        answer = scenario.handler(scenario.record, CONTEXT)
        assert not answer.get("batchItemFailures")
        made = len(calls.made)
        return aws.state(), made


@pytest.mark.parametrize("function", SCENARIOS)
def test_dying_anywhere_and_running_again_leaves_what_one_run_leaves(
    function: str,
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],  # noqa: ARG001
) -> None:
    whole, calls = run(SCENARIOS[function], monkeypatch)
    assert calls
    for call in range(calls):
        for after in (False, True):
            again, _ = run(SCENARIOS[function], monkeypatch, die=(call, after))
            assert again == whole, f"died {'after' if after else 'before'} call {call}"


@pytest.mark.parametrize("function", [name for name in SCENARIOS if name != "get_order"])
def test_a_whole_run_leaves_something(
    function: str,
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],  # noqa: ARG001
) -> None:
    nothing, _ = run(Scenario(get_order.handler, request(id="order-1"), an_order), monkeypatch)
    whole, _ = run(SCENARIOS[function], monkeypatch)
    assert whole != nothing
