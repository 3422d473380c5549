"""Faults that are switched on have the effect that AWS's would have, until they are off."""

from collections.abc import Callable

import httpx
import pytest
from botocore.exceptions import ClientError

from local import control
from local.emulator import CONTROL_PATH
from local.instances import Emulator
from local.tests.buses import create_queue
from local.tests.conftest import ALPHA, BETA, REGION, Aws, eventually, messages
from local.tests.functions import create_function, map_source, printed

ITEM = {"pk": {"S": "1"}}


def create_table(aws: Aws, name: str, account: str = ALPHA) -> str:
    """The ARN of a new table."""
    aws("dynamodb", account).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return f"arn:aws:dynamodb:{REGION}:{account}:table/{name}"


def test_a_function_that_raises_leaves_its_messages_until_it_is_mended(
    aws: Aws, emulator: Emulator
) -> None:
    url, source = create_queue(aws, "source", VisibilityTimeout="1")
    function = create_function(aws, "raiser", "def handle(event, context): print('read')")
    control.switch_fault(emulator, {"raising": function, "on": True})
    map_source(aws, "raiser", source)
    aws("sqs").send_message(QueueUrl=url, MessageBody="a thing")
    answer = aws("lambda").invoke(FunctionName="raiser")
    assert answer["FunctionError"] == "Unhandled"
    assert printed(aws, "raiser") == []

    control.switch_fault(emulator, {"raising": function, "on": False})
    eventually(lambda: "read" in printed(aws, "raiser"), timeout=20)


def test_a_table_that_refuses_takes_no_read_and_no_write(aws: Aws, emulator: Emulator) -> None:
    arn = create_table(aws, "table")
    create_table(aws, "table", BETA)
    control.switch_fault(emulator, {"refusing": arn, "on": True})
    tables = aws("dynamodb")
    calls: tuple[Callable[[], object], ...] = (
        lambda: tables.put_item(TableName="table", Item=ITEM),
        lambda: tables.get_item(TableName="table", Key=ITEM),
        lambda: tables.batch_get_item(RequestItems={"table": {"Keys": [ITEM]}}),
    )
    for call in calls:
        with pytest.raises(tables.exceptions.ProvisionedThroughputExceededException):
            call()
    aws("dynamodb", BETA).put_item(TableName="table", Item=ITEM)

    control.switch_fault(emulator, {"refusing": arn, "on": False})
    tables.put_item(TableName="table", Item=ITEM)


def test_a_table_that_refuses_cancels_a_transaction_and_says_which_part(
    aws: Aws, emulator: Emulator
) -> None:
    create_table(aws, "well")
    control.switch_fault(emulator, {"refusing": create_table(aws, "table"), "on": True})
    puts = [{"Put": {"TableName": name, "Item": ITEM}} for name in ("well", "table")]
    tables = aws("dynamodb")
    with pytest.raises(ClientError) as cancelled:
        tables.transact_write_items(TransactItems=puts)
    reasons = cancelled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ThrottlingError"]
    assert "Item" not in tables.get_item(TableName="well", Key=ITEM)
    control.switch_fault(
        emulator, {"refusing": f"arn:aws:dynamodb:{REGION}:{ALPHA}:table/table", "on": False}
    )


def test_a_bus_that_is_closed_takes_nothing_also_from_its_own_account(
    aws: Aws, emulator: Emulator
) -> None:
    events = aws("events")
    arn = events.create_event_bus(Name="bus")["EventBusArn"]
    entry = {"EventBusName": "bus", "Source": "shop", "DetailType": "Thing", "Detail": "{}"}
    control.switch_fault(emulator, {"closed": arn, "on": True})
    with pytest.raises(ClientError, match="AccessDeniedException"):
        events.put_events(Entries=[entry])

    control.switch_fault(emulator, {"closed": arn, "on": False})
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0


@pytest.mark.parametrize(("pace", "hidden"), [(1, True), (10_000, False)])
def test_a_pause_passes_as_fast_as_it_is_told(
    aws: Aws, emulator: Emulator, pace: int, hidden: bool
) -> None:
    url, _ = create_queue(aws, "queue")
    sqs = aws("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="a thing")
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    control.switch_fault(emulator, {"pace": pace})
    try:
        receipt = message["ReceiptHandle"]
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=900)
    finally:
        control.switch_fault(emulator, {"pace": 1})
    assert (messages(sqs, url) == []) == hidden


def test_a_fault_that_there_is_none_of_is_refused(emulator: Emulator) -> None:
    with pytest.raises(httpx.HTTPStatusError):
        control.switch_fault(emulator, {"flooding": "the cellar"})


@pytest.mark.parametrize(
    ("asked", "body", "told"),
    [
        ("fault", {"unplugged": "it", "on": True}, "expected one of pace, calls, closed"),
        ("fault", {"raising": "it"}, "KeyError('on')"),
        ("fault", {"calls": "it", "effect": "odd", "on": True}, "effect 'odd': expected one of"),
        ("nothing", {}, "/_local/nothing: expected one of"),
    ],
)
def test_what_is_no_fault_is_answered_with_why(
    emulator: Emulator, asked: str, body: dict[str, object], told: str
) -> None:
    answer = httpx.post(f"{emulator.endpoint}{CONTROL_PATH}{asked}", json=body)
    assert answer.status_code == 400
    assert told in answer.json()["message"]
