"""With IAM enforced the system works with the grants it has, and not without any one of them."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from business import shop
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
    guarded: System,
) -> None:
    with without_grant(guarded, "IssueInvoice", "sqs:SendMessage", "invoice-numbering.fifo"):
        order_id = shop.place(guarded)
        wait_until(
            lambda: guarded.depths("invoicing")["eu-orders"] == 1 and _failed_to_send(guarded),
            shop.WITHIN_S,
            "an order that waits because it may not be numbered",
        )
        assert shop.shown(guarded, order_id)["invoiceNumber"] is None
        assert "invoiceNumber" not in (shop.invoice(guarded, order_id) or {})


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


@contextmanager
def without_grant(system: System, function: str, action: str, queue: str) -> Iterator[None]:
    """A function of invoicing may not do an action with a queue, and may again afterwards."""
    iam = system.client("iam", "invoicing")
    roles = system.resources("invoicing", "AWS::IAM::Role")
    (role,) = (name for id, name in roles.items() if id.startswith(f"{function}Role"))
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    granted = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    kept = [
        one
        for one in granted["Statement"]
        if action not in one["Action"] or f":{queue}" not in str(one["Resource"])
    ]
    assert len(kept) == len(granted["Statement"]) - 1
    _put(system, role, name, granted | {"Statement": kept})
    yield
    _put(system, role, name, granted)


def _put(system: System, role: str, name: str, document: dict[str, Any]) -> None:
    system.client("iam", "invoicing").put_role_policy(
        RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document)
    )


def _failed_to_send(system: System) -> bool:
    logs = system.client("logs", "invoicing")
    groups = system.resources("invoicing", "AWS::Logs::LogGroup").values()
    return any(
        "AccessDenied" in event["message"] and "sqs:SendMessage" in event["message"]
        for group in groups
        for event in logs.filter_log_events(logGroupName=group)["events"]
    )
