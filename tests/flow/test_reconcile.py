"""An order that stays without its invoice is told of, while the system runs."""

import uuid
from datetime import UTC, datetime, timedelta

from business import shop
from eventing.unit_of_work import Table
from invoicing.numbering import Invoice
from invoicing.store import INVOICES
from local.system import System, wait_until


def overdue(system: System) -> float:
    """The largest count of the last minutes, by the metric that the alarm is on."""
    cloudwatch, now = system.client("cloudwatch", "invoicing"), datetime.now(UTC)
    (alarm,) = cloudwatch.describe_alarms_for_metric(
        Namespace="Crossbus",
        MetricName="InvoicesOverdue",
        Dimensions=[{"Name": "service", "Value": "invoicing.reconcile"}],
    )["MetricAlarms"]
    found = cloudwatch.get_metric_statistics(
        Namespace=alarm["Namespace"],
        MetricName=alarm["MetricName"],
        Dimensions=alarm["Dimensions"],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum"],
    )
    return max((float(point["Maximum"]) for point in found["Datapoints"]), default=0)


def test_an_order_that_is_known_and_not_invoiced_is_in_the_metric_of_the_alarm(
    system: System,
) -> None:
    table = Table(system.client("dynamodb", "invoicing"), system.output("invoicing", "TableName"))
    order_id, since = str(uuid.uuid4()), datetime.now(UTC) - timedelta(days=1)
    lost = Invoice(order_id=order_id, jurisdiction="IE", awaited_since=since)
    key = {"pk": {"S": INVOICES.key(order_id)}}
    table.put_new(INVOICES, order_id, lost)
    try:
        system.client("sqs", "invoicing").send_message(
            QueueUrl=system.queues("invoicing")["invoicing-reconcile-sweep"], MessageBody="a minute"
        )
        wait_until(lambda: overdue(system) == 1, shop.WITHIN_S, "one overdue order in the metric")
    finally:
        table.client.delete_item(TableName=table.name, Key=key)
