"""With IAM enforced the system works with the grants it has, and not without any one of them."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from business import books, shop
from local import running
from local.errors import LocalRunError
from local.system import System, wait_until
from tests.flow.outages import outage


@pytest.fixture(scope="module")
def guarded(assembly: Path) -> Iterator[System]:
    """The system with IAM enforced."""
    with running.temporary_system(assembly, auth=True) as system:
        yield system


@pytest.mark.parametrize("location", ["us-west", "eu-east"])
def test_an_order_is_invoiced_shipped_and_cancelled_with_the_grants_there_are(
    guarded: System, location: str
) -> None:
    shipped = shop.place(guarded, location)
    with outage(guarded, "fulfillment"):
        order_id = shop.place(guarded, location)
        shop.await_invoice(guarded, order_id)
        shop.cancel(guarded, order_id)

    assert shop.await_field(guarded, order_id, "creditNoteNumber")["status"] == "CANCELLED"
    assert shop.await_shipment(guarded, shipped)["status"] == "SHIPPED"


def test_an_account_may_not_put_events_of_another_producer_on_a_bus(guarded: System) -> None:
    forged = {
        "Source": "invoice-service",
        "DetailType": "InvoiceIssued",
        "Detail": "{}",
        "EventBusName": "arn:aws:events:eu-west-1:222222222222:event-bus/invoicing",
    }
    events = guarded.client("events", "orders")

    with pytest.raises(events.exceptions.ClientError, match="not authorized"):
        events.put_events(Entries=[forged])


def test_without_the_grant_to_send_to_the_numbering_queue_no_invoice_is_numbered(
    assembly: Path, tmp_path: Path
) -> None:
    crippled = tmp_path / "cdk.out"
    shutil.copytree(assembly, crippled)
    _remove_grant(crippled / "Invoicing.template.json", "sqs:SendMessage", "invoice-numbering.fifo")
    with running.temporary_system(crippled, auth=True) as system:
        order_id = shop.place(system)
        wait_until(
            lambda: system.depths("invoicing")["eu-orders"] == 1 and _failed_to_send(system),
            shop.WITHIN_S,
            "an order that waits because it may not be numbered",
        )
        assert shop.shown(system, order_id)["invoiceNumber"] is None
        (known,) = books.items(system, "invoicing", "INVOICE#")
        assert "invoiceNumber" not in known


def test_without_the_consent_of_the_bus_events_wait_in_the_routes_dead_letter_queue(
    assembly: Path, tmp_path: Path
) -> None:
    crippled = tmp_path / "cdk.out"
    shutil.copytree(assembly, crippled)
    path = crippled / "Invoicing.template.json"
    template = json.loads(path.read_text())
    for policy in _of_type(template, "AWS::Events::EventBusPolicy"):
        policy["Statement"]["Condition"]["StringEquals"]["events:source"] = "order-servce"
    path.write_text(json.dumps(template))
    with running.temporary_system(crippled) as system:
        shop.place(system)
        wait_until(
            lambda: system.depths("orders")["orders-to-invoicing-undelivered"] == 1,
            shop.WITHIN_S,
            "the event in orders-to-invoicing-undelivered",
        )


def test_a_failed_deploy_names_stack_resource_and_reason(assembly: Path, tmp_path: Path) -> None:
    broken = tmp_path / "cdk.out"
    shutil.copytree(assembly, broken)
    path = broken / "Invoicing.template.json"
    template = json.loads(path.read_text())
    numbering = next(q for q in _of_type(template, "AWS::SQS::Queue") if q.get("FifoQueue"))
    numbering["QueueName"] = "not-fifo"
    path.write_text(json.dumps(template))

    with (
        pytest.raises(LocalRunError, match=r"crossbus-dev-invoicing.*AWS::SQS::Queue.*fifo"),
        running.temporary_system(broken),
    ):
        pass


def _of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    resources = template["Resources"].values()
    return [resource["Properties"] for resource in resources if resource["Type"] == kind]


def _remove_grant(path: Path, action: str, queue: str) -> None:
    """Takes from the one function that has it the grant to do an action with a queue."""
    template = json.loads(path.read_text())
    [arn] = [
        {"Fn::GetAtt": [logical_id, "Arn"]}
        for logical_id, resource in template["Resources"].items()
        if resource.get("Properties", {}).get("QueueName") == queue
    ]
    removed = 0
    for policy in _of_type(template, "AWS::IAM::Policy"):
        statements = policy["PolicyDocument"]["Statement"]
        kept = [
            one
            for one in statements
            if one["Action"] != action or arn not in (one["Resource"], *one["Resource"])
        ]
        removed += len(statements) - len(kept)
        policy["PolicyDocument"]["Statement"] = kept
    assert removed == 1
    path.write_text(json.dumps(template))


def _failed_to_send(system: System) -> bool:
    logs = system.client("logs", "invoicing")
    groups = system.resources("invoicing", "AWS::Logs::LogGroup").values()
    return any(
        "AccessDenied" in event["message"] and "sqs:SendMessage" in event["message"]
        for group in groups
        for event in logs.filter_log_events(logGroupName=group)["events"]
    )
