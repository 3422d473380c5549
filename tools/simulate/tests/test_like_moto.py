"""The model of tables and queues answers as moto does, over random calls."""

import json
import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from simulate.functions.database import Database
from simulate.functions.refusals import Refused
from simulate.state.messages import Message
from simulate.state.queues import Queue
from simulate.state.tables import Table

REGION, ACCOUNT = "eu-west-1", "123456789012"
NAME = "things"
KEYS = ("a", "b", "c")
CALLS = 120

Call = tuple[str, dict[str, Any]]


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client(
            "dynamodb", REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        client.create_table(
            TableName=NAME,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


def model() -> tuple[Database, Any]:
    """The model with one table, as a function with every permission calls it."""
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{NAME}"
    allowed = SimpleNamespace(may_call=lambda *_: True)
    well = SimpleNamespace(denied=lambda *_: False, is_down=lambda _: False)
    world: Any = SimpleNamespace(tables={arn: Table(arn, ("pk",))}, wiring=allowed, troubles=well)
    return Database(world), SimpleNamespace(region=REGION, account=ACCOUNT, role="", arn="")


def condition(chance: random.Random) -> dict[str, Any]:
    """A condition such as handlers make, or none."""
    match chance.randrange(6):
        case 0:
            return {"ConditionExpression": "attribute_not_exists(pk)"}
        case 1:
            return {"ConditionExpression": "attribute_exists(pk) AND NOT #c > :two"} | names(":two")
        case 2 | 3:
            return {"ConditionExpression": "#c = :one"} | names(":one")
        case 4:
            text = "#c BETWEEN :one AND :two OR begins_with(word, :word)"
            return {"ConditionExpression": text} | names(":one", ":two", ":word")
    return {}


VALUES = {":one": {"N": "1"}, ":two": {"N": "2"}, ":word": {"S": "w"}, ":by": {"N": "3"}}


def names(*values: str) -> dict[str, Any]:
    return {
        "ExpressionAttributeNames": {"#c": "count"} | ({"#0": "more"} if "#0" in values else {}),
        "ExpressionAttributeValues": {each: VALUES[each] for each in values if each != "#0"},
    }


def merged(*parts: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            made[name] = made[name] | value if isinstance(made.get(name), dict) else value
    return made


def item(chance: random.Random, key: str) -> dict[str, Any]:
    made = {"pk": {"S": key}, "count": {"N": str(chance.randrange(4))}}
    return made | ({"word": {"S": chance.choice(("w1", "v2"))}} if chance.random() < 0.5 else {})


def write(chance: random.Random, key: str) -> dict[str, Any]:
    """A write as a transaction has it."""
    match chance.choice(("Put", "Update", "Delete", "ConditionCheck")):
        case "Put":
            return {"Put": {"TableName": NAME, "Item": item(chance, key)} | condition(chance)}
        case "Update":
            text = chance.choice(
                ("ADD #c :by, #0 :by", "SET #c = :by, word = :word", "SET word = :word ADD #c :by")
            )
            used = [each for each in (":by", ":word", "#0") if each in text]
            update = {"TableName": NAME, "Key": {"pk": {"S": key}}, "UpdateExpression": text}
            return {"Update": merged(update, names(*used), condition(chance))}
        case "Delete":
            return {"Delete": {"TableName": NAME, "Key": {"pk": {"S": key}}} | condition(chance)}
    check = {"TableName": NAME, "Key": {"pk": {"S": key}}}
    asked = {"ConditionExpression": "attribute_exists(pk)"} | condition(chance)
    return {"ConditionCheck": check | asked}


def call(chance: random.Random) -> Call:
    key = chance.choice(KEYS)
    match chance.randrange(7):
        case 0:
            return "get_item", {"TableName": NAME, "Key": {"pk": {"S": key}}}
        case 1:
            asked = [{"pk": {"S": each}} for each in chance.choices(KEYS, k=2)]
            return "batch_get_item", {"RequestItems": {NAME: {"Keys": asked}}}
        case 2:
            first, second = chance.sample(KEYS, 2)
            requests = [
                {"PutRequest": {"Item": item(chance, first)}},
                {"DeleteRequest": {"Key": {"pk": {"S": second}}}},
            ]
            return "batch_write_item", {"RequestItems": {NAME: requests}}
        case 3:
            ((kind, alone),) = write(chance, key).items()
            if kind != "ConditionCheck":
                return f"{kind.lower()}_item", alone
    several = chance.sample(KEYS, chance.randint(1, 3))
    return "transact_write_items", {"TransactItems": [write(chance, each) for each in several]}


def of_moto(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
    try:
        return answer(getattr(client, operation)(**arguments))
    except ClientError as error:
        reasons = error.response.get("CancellationReasons", [])
        return error.response["Error"]["Code"], [each["Code"] for each in reasons]


def of_model(model: Database, function: Any, operation: str, arguments: dict[str, Any]) -> Any:
    try:
        return answer(model.operations[f"dynamodb.{operation}"](function, arguments))
    except Refused as refused:
        reasons = refused.more.get("CancellationReasons", [])
        return refused.code, [each["Code"] for each in reasons]


def answer(said: dict[str, Any]) -> Any:
    if "Responses" in said:
        found = [each for items in said["Responses"].values() for each in items]
        return sorted(json.dumps(each, sort_keys=True) for each in found)
    return said.get("Item")


@pytest.mark.parametrize("seed", range(6))
def test_tables_answer_as_moto_does(dynamodb: Any, seed: int) -> None:
    chance, (ours, function) = random.Random(seed), model()
    refused = 0
    for _ in range(CALLS):
        operation, arguments = call(chance)
        theirs = of_moto(dynamodb, operation, arguments)
        assert of_model(ours, function, operation, arguments) == theirs, (operation, arguments)
        refused += isinstance(theirs, tuple)
    assert 0 < refused < CALLS
    kept = of_model(ours, function, "scan", {"TableName": NAME})
    assert kept == of_moto(dynamodb, "scan", {"TableName": NAME})


def test_a_batch_that_names_an_item_twice_is_refused() -> None:
    """As DynamoDB does, and moto only of reads and puts."""
    database, function = model()
    requests = [
        {"PutRequest": {"Item": {"pk": {"S": "a"}}}},
        {"DeleteRequest": {"Key": {"pk": {"S": "a"}}}},
    ]
    asked = {"RequestItems": {NAME: requests}}
    refused: tuple[str, list[str]] = ("ValidationException", [])
    assert of_model(database, function, "batch_write_item", asked) == refused
    asked = {"RequestItems": {NAME: requests[:1]}}
    assert of_model(database, function, "batch_write_item", asked) is None


@pytest.mark.parametrize("fifo", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_queues_show_what_motos_do(fifo: bool, seed: int) -> None:
    chance = random.Random(seed)
    ours = Queue("arn:aws:sqs:eu-west-1:123456789012:q", is_fifo=fifo, visibility=1000)
    with mock_aws():
        sqs: Any = boto3.client(
            "sqs", REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        attributes = {"VisibilityTimeout": "1000"} | ({"FifoQueue": "true"} if fifo else {})
        url = sqs.create_queue(QueueName="q.fifo" if fifo else "q", Attributes=attributes)[
            "QueueUrl"
        ]
        receipts: dict[str, tuple[str, str]] = {}
        once_of: dict[str, str] = {}
        # moto forgets what a deleted message was known by; SQS does not for five minutes.
        forgotten: set[str] = set()
        for number in range(60):
            match chance.randrange(4):
                case 0 | 1:
                    body, group = f"{number}", chance.choice("xyz")
                    once = chance.choice([n for n in map(str, range(40)) if n not in forgotten])
                    once_of[body] = once
                    more = {"MessageGroupId": group, "MessageDeduplicationId": once} if fifo else {}
                    sqs.send_message(QueueUrl=url, MessageBody=body, **more)
                    message = Message(
                        body, body, body, number, number, group=group if fifo else None,
                        deduplication=once,
                    )  # fmt: skip
                    ours.put(message, number)
                case 2:
                    got = ours.receive(10, number, lambda each: each.sent)
                    theirs = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
                    shown = theirs.get("Messages", [])
                    assert sorted(m.body for m in got) == sorted(m["Body"] for m in shown)
                    receipts |= {m.body: (m.receipt, "") for m in got}
                    for m in shown:
                        receipts[m["Body"]] = (receipts[m["Body"]][0], m["ReceiptHandle"])
                case 3 if receipts:
                    body = chance.choice(sorted(receipts))
                    own, other = receipts.pop(body)
                    forgotten.add(once_of[body])
                    ours.delete(own, number)
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=other)
