"""An order placed through the API becomes one invoice, and what is no order becomes nothing."""

import json
from typing import Any

import pytest

from business import books, shop
from business import redelivery as events
from local.system import System, wait_until


@pytest.mark.parametrize("location", shop.LOCATIONS)
def test_an_order_from_each_location_shows_the_number_of_its_one_invoice(
    system: System, location: str
) -> None:
    order = shop.await_invoice(system, shop.place(system, location))

    invoice = shop.invoice(system, order["orderId"])
    assert invoice is not None
    assert order["status"] in ("INVOICED", "SHIPPED")
    assert invoice["invoiceNumber"] == order["invoiceNumber"]
    assert invoice["draft"]["net"] == order["total"] == 2000
    assert len(shop.issued_events(system, order["orderId"])) == 1


@pytest.mark.parametrize(
    ("location", "archive"), [("us-east", "us-archive"), ("eu-east", "eu-archive")]
)
def test_an_invoice_is_rendered_and_announced_to_the_archive_of_its_location(
    system: System, location: str, archive: str
) -> None:
    number = shop.await_invoice(system, shop.place(system, location))["invoiceNumber"]

    def announced() -> dict[str, Any] | None:
        found = events.messages(system, "invoicing", archive, hidden=1)
        bodies = [json.loads(message["Body"]) for message in found]
        return next((body for body in bodies if body["number"] == number), None)

    where = wait_until(announced, shop.WITHIN_S, f"{number} announced to {archive}")
    assert where is not None
    page = system.client("s3", "invoicing").get_object(Bucket=where["bucket"], Key=where["key"])
    assert f"Invoice {number}" in page["Body"].read().decode()


def test_a_repeat_with_the_same_idempotency_key_gets_the_first_answer(system: System) -> None:
    headers = {"Idempotency-Key": "flow-repeat"}
    first = system.call("POST", "/orders", shop.command(), headers)
    second = system.call("POST", "/orders", shop.command(), headers)
    other = system.call("POST", "/orders", shop.command(quantity=9), headers)

    assert (first.status_code, second.status_code, other.status_code) == (202, 202, 422)
    assert first.json() == second.json()


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, "body"),
        ({}, 400, "customerId"),
        (shop.command(location="mars"), 400, "location"),
        (shop.command(quantity=0), 400, "lines[0].quantity"),
        ({**shop.command(), "lines": []}, 400, "lines"),
        ({**shop.command(), "lines": shop.command()["lines"] * 8000}, 413, "body"),
    ],
)
def test_what_is_no_order_is_refused_by_field_and_leaves_nothing(
    system: System, body: object, status: int, field: str
) -> None:
    before = len(list(books.items(system, "orders", "")))
    answer = system.call("POST", "/orders", body)

    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["field"] == field
    assert len(list(books.items(system, "orders", ""))) == before


def test_an_order_as_large_as_an_event_can_carry_is_invoiced(system: System) -> None:
    lines = shop.command()["lines"] * 5000
    answer = system.call("POST", "/orders", {**shop.command(), "lines": lines})

    assert answer.status_code == 202, answer.text
    assert shop.await_invoice(system, answer.json()["orderId"])["total"] == 2000 * 5000


def test_an_order_that_is_not_there_is_not_found(system: System) -> None:
    assert system.call("GET", "/orders/none").status_code == 404
    assert system.call("POST", "/orders/none/cancel").status_code == 404


ON_BUS = {
    "orders": {"OrderPlaced", "InvoiceIssued", "OrderShipped"},
    "invoicing": {"OrderPlaced", "InvoiceIssued"},
    "fulfillment": {"OrderPlaced", "OrderShipped"},
}


def test_every_event_on_a_bus_is_in_its_audit_log(system: System) -> None:
    order_id = shop.place(system)
    shop.await_invoice(system, order_id)
    shop.await_shipment(system, order_id)
    for domain, expected in ON_BUS.items():

        def logged(domain: str = domain) -> set[str]:
            return {
                event["detail-type"]
                for event in books.events(system, domain)
                if books.subject(event) == order_id
            }

        wait_until(
            lambda: logged() == expected,  # noqa: B023
            shop.WITHIN_S,
            f"{expected} in the audit log of {domain}",
        )
