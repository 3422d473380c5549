"""Insights keeps every event of every domain, and counts each order once."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from business import books, importer, lake_books, shop, tickets
from business import redelivery as events
from business.audit.questions import QUESTIONS
from contracts.support import UPDATED
from local import faults
from local.system import System, wait_until
from operate.__main__ import app as operate
from tests.flow.outages import outage

DEAD_LETTERS = "project-demand-dead-letters"


def order_of(system: System, **quantities: int) -> str:
    """Places an order of so many pieces of each product; returns its id."""
    lines = [{"sku": sku, "quantity": n, "unitPrice": 100} for sku, n in quantities.items()]
    return shop.send(system, shop.command() | {"lines": lines})


def await_demand(system: System, sku: str, units: int) -> None:
    """Waits until so many units of a product are counted."""
    wait_until(
        lambda: lake_books.demand(system)[sku] == units, shop.WITHIN_S, f"{units} units of {sku}"
    )


def told(system: System, order_id: str) -> Counter[str]:
    """How many events of each type the lake has of an order."""
    rows = lake_books.answer(system, QUESTIONS["order"], id=order_id).rows
    return Counter(str(row[2]) for row in rows)


def await_told(system: System, order_id: str, *detail_types: str) -> None:
    """Waits until the lake has these events of an order, each once."""
    wait_until(
        lambda: all(told(system, order_id)[one] == 1 for one in detail_types),
        shop.WITHIN_S,
        f"{', '.join(detail_types)} of {order_id} in the lake",
    )


def test_every_event_of_every_domain_is_in_the_lake_once_and_demand_is_what_was_ordered(
    system: System,
) -> None:
    order_id = shop.place(system)
    ticket_id = tickets.opened(system, order_id, "sales")
    tickets.send(system, tickets.event(UPDATED, ticket_id, order_id, "sales"))
    shop.await_invoice(system, order_id)
    placed = events.published(system, "orders", "OrderPlaced")[order_id]
    events.redeliver(system, "orders", [placed, placed])

    def whole() -> bool:
        found = lake_books.audit(system)
        return not found.strays and not found.duplicated and not found.lost

    wait_until(whole, shop.WITHIN_S, "all that was published in the lake")
    await_told(system, order_id, "InvoiceIssued", "OrderPlaced", "TicketCreated", "TicketUpdated")


def test_an_order_that_comes_twice_or_is_cancelled_later_is_counted_once(system: System) -> None:
    with outage(system, "invoicing", "fulfillment"):
        order_id = order_of(system, kettle=2, mug=6)
        await_demand(system, "kettle", 2)
        placed = events.published(system, "orders", "OrderPlaced")[order_id]
        events.redeliver(system, "orders", [placed, placed])
        shop.cancel(system, order_id)
        order_of(system, kettle=1)
        # What came before it in the stream is counted when it is: there is one shard.
        await_demand(system, "kettle", 3)
    assert lake_books.demand(system)["mug"] == 6


def test_a_record_that_cannot_be_read_is_set_aside_and_counted_once_it_is_repaired(
    system: System, assembly: Path, tmp_path: Path
) -> None:
    line = {"sku": "vase", "quantity": 1, "unitPrice": 100}
    wrong = {"lines": [line | {"quantity": "one"}]}
    poisoned = importer.write(system, {"lines": [line], "total": 100}, wrong)
    order_of(system, vase=4)
    await_demand(system, "vase", 4)
    (told_of,) = json.loads(operated(system, assembly, "show", DEAD_LETTERS))
    assert told_of["reason"].startswith("UnreadableEvent")
    right = told_of["body"]
    assert right["detail"]["metadata"]["subject"] == poisoned
    right["detail"]["data"]["lines"] = [line]
    body = tmp_path / "body.json"
    body.write_text(json.dumps(right))
    operated(system, assembly, "repair", DEAD_LETTERS, told_of["id"], str(body))
    await_demand(system, "vase", 5)
    # It is in the lake all the same: that is what happened.
    await_told(system, poisoned, "OrderPlaced")
    for domain, queue in (("invoicing", "eu-orders"), ("fulfillment", "shipment-orders")):
        taken(system, domain, f"{queue}-dead-letters")
    forget(system, poisoned)


def operated(system: System, assembly: Path, *command: str) -> str:
    """What a command of `python -m operate` prints."""
    where = ["--assembly", str(assembly), "--endpoint-url", system.endpoint]
    result = CliRunner().invoke(operate, [*where, *command])
    assert result.exit_code == 0, result.output
    return result.stdout


def taken(system: System, domain: str, queue: str) -> dict[str, Any]:
    """A message of a dead-letter queue, once it is there; it is deleted."""
    sqs, url = system.client("sqs", domain), system.queues(domain)[queue]

    def found() -> dict[str, Any] | None:
        got = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], VisibilityTimeout=30)
        return next(iter(got.get("Messages", [])), None)

    message = wait_until(found, shop.WITHIN_S, f"a message in {queue}")
    assert message is not None
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return message


def forget(system: System, order_id: str) -> None:
    """Deletes an order that will never be invoiced: other tests compare the books."""
    system.client("dynamodb", "orders").delete_item(
        TableName=system.output("orders", "TableName"), Key={"pk": {"S": f"ORDER#{order_id}"}}
    )


def test_what_the_stream_holds_while_its_reader_is_down_is_counted_when_it_is_back(
    system: System,
) -> None:
    with outage(system, "insights"):
        order_id = order_of(system, bowl=3)
        await_told(system, order_id, "OrderPlaced")
        assert lake_books.demand(system)["bowl"] == 0
    await_demand(system, "bowl", 3)


def test_what_the_rules_could_not_deliver_comes_into_the_stream_and_the_lake_later(
    system: System,
) -> None:
    with faults.time_compressed(system, 60):
        with (
            faults.role_policies_removed(system, "insights", "InsightsToEventsRole"),
            faults.role_policies_removed(system, "insights", "InsightsToAuditRole"),
        ):
            order_id = order_of(system, plate=5)
            for store in ("events", "audit"):
                await_undelivered(system, f"insights-to-{store}-undelivered")
        await_demand(system, "plate", 5)
        wait_until(
            lambda: told(system, order_id)["OrderPlaced"], shop.WITHIN_S, "the order in the lake"
        )


def await_undelivered(system: System, queue: str) -> None:
    """Waits until a queue of insights holds something that a rule could not deliver."""
    wait_until(lambda: system.depths("insights")[queue], shop.WITHIN_S, f"something in {queue}")


def test_a_reader_that_comes_later_begins_with_the_oldest_event(system: System) -> None:
    order_id = order_of(system, jug=1)
    await_demand(system, "jug", 1)
    forget_demand(system, order_id, "jug")
    assert lake_books.demand(system)["jug"] == 0
    functions = system.client("lambda", "insights")
    (mapping,) = (
        one
        for one in functions.list_event_source_mappings()["EventSourceMappings"]
        if ":kinesis:" in one["EventSourceArn"]
    )
    another = functions.create_event_source_mapping(
        FunctionName=mapping["FunctionArn"],
        EventSourceArn=mapping["EventSourceArn"],
        StartingPosition="TRIM_HORIZON",
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )["UUID"]
    try:
        await_demand(system, "jug", 1)
    finally:
        functions.delete_event_source_mapping(UUID=another)
    # What no reader can read was set aside once more.
    system.client("sqs", "insights").purge_queue(QueueUrl=system.queues("insights")[DEAD_LETTERS])


def forget_demand(system: System, order_id: str, sku: str) -> None:
    """Deletes the demand for a product, which one order made, and that the order was counted."""
    tables, name = system.client("dynamodb", "insights"), system.output("insights", "TableName")
    ids = [item["pk"] for item in books.items(system, "insights", "DEMAND#")]
    (demand,) = (id for id in ids if id.endswith(f"#{sku}"))
    for key in (demand, f"COUNTED#{order_id}#0"):
        tables.delete_item(TableName=name, Key={"pk": {"S": key}})
