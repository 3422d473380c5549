"""Nothing is lost or done twice: outages, duplicates, disorder, poison, killed workers."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import psutil

from business import books, importer, shop
from business import redelivery as events
from business.demo import poison
from local.system import System, wait_until
from stacks.topology import DOMAINS
from tests.flow.outages import outage


def test_orders_taken_while_invoicing_is_down_are_invoiced_when_it_is_back(system: System) -> None:
    with outage(system, "invoicing"):
        order_ids = [shop.place(system, location) for location in shop.LOCATIONS]
        wait_until(
            lambda: (
                (depths := system.depths("invoicing"))["us-orders"] == 2
                and depths["eu-orders"] == 2
            ),
            shop.WITHIN_S,
            "two orders waiting in each queue",
        )
        shown = [shop.shown(system, order_id) for order_id in order_ids]
        assert {order["invoiceNumber"] for order in shown} == {None}

    numbers = {shop.await_invoice(system, order_id)["invoiceNumber"] for order_id in order_ids}
    assert len(numbers) == len(order_ids)


def test_an_event_delivered_twice_is_invoiced_once(system: System) -> None:
    order_id = shop.place(system)
    number = shop.await_invoice(system, order_id)["invoiceNumber"]
    placed = events.published(system, "orders", "OrderPlaced")[order_id]

    events.redeliver(system, "orders", [placed, placed])
    shop.await_drained(system)

    assert shop.shown(system, order_id)["invoiceNumber"] == number
    assert len(shop.issued_events(system, order_id)) == 1


def test_a_cancelled_order_gets_a_credit_note_and_later_news_do_not_bring_it_back(
    system: System,
) -> None:
    with outage(system, "fulfillment"):
        order_id = shop.place(system)
        shop.await_invoice(system, order_id)
        shop.cancel(system, order_id)
        cancelled = shop.await_field(system, order_id, "creditNoteNumber")

    issued = events.published(system, "invoicing", "InvoiceIssued")[order_id]
    voided = events.published(system, "invoicing", "InvoiceVoided")[order_id]
    events.redeliver(system, "invoicing", [voided, issued])
    shop.await_drained(system)

    assert cancelled["status"] == "CANCELLED"
    assert shop.shown(system, order_id) == cancelled


def test_a_cancellation_that_overtakes_its_order_ends_the_same(system: System) -> None:
    with outage(system, "invoicing", "fulfillment"):
        order_id = shop.place(system)
        shop.cancel(system, order_id)
        wait_until(
            lambda: system.depths("invoicing")["eu-orders"] == 2,
            shop.WITHIN_S,
            "both events waiting",
        )
        held = events.hold_back(
            system, "invoicing", "eu-orders", lambda event: event["detail-type"] == "OrderPlaced", 2
        )

    order = shop.await_field(system, order_id, "creditNoteNumber")
    assert held == 1
    assert order["status"] == "CANCELLED"
    assert order["invoiceNumber"]


def test_a_poison_message_is_set_aside_while_others_go_on_and_is_done_once_repaired(
    system: System,
) -> None:
    poisoned = poison.import_order(system)
    behind = shop.place(system, "eu-east")

    shop.await_invoice(system, behind)
    poison.await_death(system)
    assert shop.shown(system, poisoned)["status"] == "PLACED"
    assert poison.repair(system) == "quantity 'two'"
    poison.redrive(system)

    assert shop.await_invoice(system, poisoned)["total"] == 5000
    assert shop.await_shipment(system, poisoned)["status"] == "SHIPPED"


def test_an_event_of_version_1_0_is_invoiced_in_minor_units_and_shipped(system: System) -> None:
    line = {"sku": "lamp", "quantity": 2, "unitPrice": 3995}
    old = {"lines": [line | {"unitPrice": 39.95}], "total": 79.90}
    order_id = importer.write(system, {"lines": [line], "total": 7990}, old, version="1.0")

    shop.await_invoice(system, order_id)
    invoice = shop.invoice(system, order_id)
    assert invoice is not None
    assert invoice["draft"]["net"] == 7990
    shop.await_shipment(system, order_id)


def test_workers_killed_in_the_middle_of_a_burst_lose_nothing_and_repeat_nothing(
    system: System,
) -> None:
    for domain in DOMAINS:
        for queue in shop.consumed(system, domain):
            system.client("sqs", domain).set_queue_attributes(
                QueueUrl=system.queues(domain)[queue], Attributes={"VisibilityTimeout": "5"}
            )
    with ThreadPoolExecutor(8) as pool:
        order_ids = list(pool.map(lambda n: shop.place(system, shop.LOCATIONS[n % 4]), range(60)))
        for worker in psutil.Process(system.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.kill()

    for order_id in order_ids:
        shop.await_invoice(system, order_id)
        shop.await_shipment(system, order_id)
    numbers = [shop.shown(system, order_id)["invoiceNumber"] for order_id in order_ids]
    assert len(set(numbers)) == len(order_ids)
    assert books.audit(system).duplicated == 0
    assert books.audit(system).gaps == 0
