"""AWS as a measured function sees it through boto3's clients."""

from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from bench.database import Database
from bench.functions import Table
from bench.stubs import StubbedAws

HOME = "arn:aws:dynamodb:eu-west-1:123456789012:table/"
ARN = f"{HOME}notes"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> StubbedAws:
    # As it was before is put back when the test ends.
    monkeypatch.setattr(BaseClient, "_make_api_call", BaseClient._make_api_call)  # type: ignore[attr-defined]
    tables = {ARN: Table(ARN, ("pk",), "NEW_AND_OLD_IMAGES")}
    stubbed = StubbedAws(Database(tables, {ARN: [item("old", 1)]}, HOME))
    stubbed.install()
    return stubbed


def item(name: str, count: int) -> dict[str, Any]:
    return {"pk": {"S": name}, "count": {"N": str(count)}}


def client(service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def put(name: str, condition: str = "attribute_not_exists(pk)") -> dict[str, Any]:
    return {"Put": {"TableName": "notes", "Item": item(name, 1), "ConditionExpression": condition}}


def add(name: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": "notes",
            "Key": {"pk": {"S": name}},
            "UpdateExpression": "ADD #c :one",
            "ExpressionAttributeNames": {"#c": "count"},
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }


def entry(detail: str) -> dict[str, Any]:
    return {"EventBusName": "desk", "Source": "desk", "DetailType": "Note", "Detail": detail}


def stored(name: str) -> Any:
    return client("dynamodb").get_item(TableName="notes", Key={"pk": {"S": name}}).get("Item")


@pytest.mark.usefixtures("aws")
def test_a_transaction_writes_updates_and_deletes() -> None:
    check = {"TableName": "notes", "Key": {"pk": {"S": "old"}}}
    exists = {"ConditionCheck": {**check, "ConditionExpression": "attribute_exists(pk)"}}
    client("dynamodb").transact_write_items(TransactItems=[put("new"), add("counter"), exists])
    client("dynamodb").transact_write_items(
        TransactItems=[add("counter"), {"Delete": {"TableName": ARN, "Key": {"pk": {"S": "new"}}}}]
    )
    assert (stored("new"), stored("counter")) == (None, item("counter", 2))


@pytest.mark.usefixtures("aws")
def test_a_transaction_whose_condition_fails_writes_nothing_and_gives_the_reasons() -> None:
    dynamo = client("dynamodb")
    with pytest.raises(dynamo.exceptions.TransactionCanceledException) as cancelled:
        dynamo.transact_write_items(TransactItems=[put("new"), put("old")])
    reasons = [reason["Code"] for reason in cancelled.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert stored("new") is None


@pytest.mark.usefixtures("aws")
def test_a_batch_gets_the_items_that_there_are() -> None:
    keys = [{"pk": {"S": name}} for name in ("old", "gone")]
    answer = client("dynamodb").batch_get_item(RequestItems={"notes": {"Keys": keys}})
    assert answer["Responses"] == {"notes": [item("old", 1)]}


@pytest.mark.usefixtures("aws")
def test_a_query_finds_what_meets_its_conditions() -> None:
    client("dynamodb").transact_write_items(TransactItems=[put("note-1"), put("note-2")])
    answer = client("dynamodb").query(
        TableName="notes",
        KeyConditionExpression="begins_with(pk, :note)",
        ExpressionAttributeValues={":note": {"S": "note-"}},
        ScanIndexForward=False,
    )
    assert [found["pk"]["S"] for found in answer["Items"]] == ["note-2", "note-1"]


@pytest.mark.usefixtures("aws")
def test_a_table_that_the_assembly_has_not_is_refused() -> None:
    dynamo = client("dynamodb")
    with pytest.raises(dynamo.exceptions.ResourceNotFoundException):
        dynamo.get_item(TableName="others", Key={"pk": {"S": "old"}})


def test_each_change_of_an_item_is_a_record_of_the_stream(aws: StubbedAws) -> None:
    dynamo = client("dynamodb")
    dynamo.put_item(TableName="notes", Item=item("new", 1))
    dynamo.put_item(TableName="notes", Item=item("new", 2))
    dynamo.put_item(TableName="notes", Item=item("new", 2))
    dynamo.delete_item(TableName="notes", Key={"pk": {"S": "new"}})
    changes = [effect["what"] for effect in aws.effects]
    assert [change["eventName"] for change in changes] == ["INSERT", "MODIFY", "REMOVE"]
    assert changes[1]["dynamodb"]["OldImage"] == item("new", 1)
    assert changes[1]["dynamodb"]["NewImage"] == item("new", 2)
    assert {effect["name"] for effect in aws.effects} == {ARN}


def test_what_is_sent_and_published_is_kept(aws: StubbedAws) -> None:
    client("sqs").send_message(QueueUrl="https://queue", MessageBody="a")
    client("sns").publish(TopicArn="arn:topic", Message="b")
    client("events").put_events(Entries=[entry("{}")])
    kept = [(effect["on"], effect["name"]) for effect in aws.effects]
    assert kept == [("queue", "https://queue"), ("topic", "arn:topic"), ("bus", "desk")]


@pytest.mark.parametrize("detail", ["", "[]", "{"])
def test_an_entry_that_is_no_event_is_refused(aws: StubbedAws, detail: str) -> None:
    answer = client("events").put_events(Entries=[entry("{}"), entry(detail)])
    assert (answer["FailedEntryCount"], len(aws.effects)) == (1, 1)
    assert "ErrorCode" in answer["Entries"][1]


@pytest.mark.usefixtures("aws")
def test_an_object_is_read_as_it_was_put() -> None:
    s3 = client("s3")
    s3.put_object(Bucket="shelf", Key="a", Body=b"page")
    assert s3.get_object(Bucket="shelf", Key="a")["Body"].read() == b"page"
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="shelf", Key="b")


def test_a_call_that_has_no_stub_fails_and_is_named(aws: StubbedAws) -> None:
    with pytest.raises(ClientError, match="NotStubbed"):
        client("ses").list_identities()
    assert aws.unknown == {"ses.ListIdentities"}
