"""The emulator counts what AWS would bill."""

from typing import Any

import pytest

from local import control, instances
from local.emulator.call_counts import dynamodb_units
from local.tests.buses import create_queue, create_rule
from local.tests.conftest import ALPHA, Aws
from local.tests.functions import create_function


def times(emulator: instances.Emulator, what: str, where: str = "") -> float:
    return sum(
        float(line["times"])
        for line in control.counts(emulator)
        if line["what"] == what and line["account"] == ALPHA and where in line["where"]
    )


def text(length: int) -> dict[str, Any]:
    return {"S": "x" * length}


@pytest.mark.parametrize(
    ("size", "units"), [(10, 1), (1022, 1), (1025, 2), (3000, 3)], ids="{} bytes".format
)
def test_a_write_counts_by_the_kilobyte(size: int, units: int) -> None:
    request = {"Item": {"pk": text(size)}}

    assert dynamodb_units("PutItem", request, {}) == {"write_units": units}


def test_a_write_in_a_transaction_counts_twice() -> None:
    entries = [{"Put": {"Item": {"pk": text(10)}}}, {"Update": {"Key": {"pk": text(10)}}}]

    found = dynamodb_units("TransactWriteItems", {"TransactItems": entries}, {})

    assert found == {"write_units": 4}


def test_a_read_that_may_be_stale_counts_half() -> None:
    answer = {"Item": {"pk": text(5000)}}

    assert dynamodb_units("GetItem", {}, answer) == {"read_units": 1}
    assert dynamodb_units("GetItem", {"ConsistentRead": True}, answer) == {"read_units": 2}


def test_calls_are_counted_by_account_and_operation(emulator: instances.Emulator, aws: Aws) -> None:
    before = times(emulator, "sqs:CreateQueue")

    create_queue(aws, "counted")

    assert times(emulator, "sqs:CreateQueue") == before + 1


def test_what_a_function_calls_is_counted_for_its_account(
    emulator: instances.Emulator, aws: Aws
) -> None:
    source = """
        import boto3

        def handle(event, context):
            boto3.client("sqs").create_queue(QueueName="of-a-function")
    """
    before = times(emulator, "sqs:CreateQueue")

    create_function(aws, "creating", source)
    aws("lambda").invoke(FunctionName="creating")

    assert times(emulator, "sqs:CreateQueue") == before + 1


def test_messages_are_counted_by_their_queue(emulator: instances.Emulator, aws: Aws) -> None:
    url, _ = create_queue(aws, "counted-messages")

    aws("sqs").send_message(QueueUrl=url, MessageBody="one")

    assert times(emulator, "sqs:SendMessage", "counted-messages") == 1


def test_deliveries_of_a_rule_are_counted(emulator: instances.Emulator, aws: Aws) -> None:
    _, arn = create_queue(aws, "counted-deliveries")
    aws("events").create_event_bus(Name="counted")
    create_rule(aws, "counted", {"Arn": arn}, pattern={"source": ["shop"]})
    entry = {"Source": "shop", "DetailType": "Sold", "Detail": "{}", "EventBusName": "counted"}

    aws("events").put_events(Entries=[entry])

    assert times(emulator, "events:Deliver sqs", "counted-deliveries") == 1
