"""DynamoDB as the unit of work uses it: plain dictionaries in and out, and transactions."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from eventing.aws import attempts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


class _Integers(TypeDeserializer):
    """Reads numbers as int, which all of ours are, where boto3 reads Decimal."""

    def _deserialize_n(self, value: str) -> int:
        return int(value)


ATTEMPTS = 5
PASSING = {"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Reasons of a cancelled transaction that pass. botocore does not retry for them."""

MAX_KEY_BYTES = 2048
"""The longest partition key. DynamoDB refuses to look for a longer one."""

_serializer = TypeSerializer()
_deserializer = _Integers()


class ConditionFailed(Exception):
    """Another write came first: nothing of the transaction was written."""


def to_item(values: dict[str, Any]) -> dict[str, Any]:
    """A dictionary in DynamoDB's notation, without the keys whose value is None."""
    return {k: _serializer.serialize(v) for k, v in values.items() if v is not None}


def from_item(item: dict[str, Any]) -> dict[str, Any]:
    """The dictionary that an item in DynamoDB's notation stands for. Numbers are integers."""
    return {k: _deserializer.deserialize(v) for k, v in item.items()}


def get(client: "DynamoDBClient", table: str, pk: str) -> dict[str, Any] | None:
    """The item with this key, read consistently, or None."""
    if len(pk.encode()) > MAX_KEY_BYTES:
        return None
    found = client.get_item(TableName=table, Key={"pk": {"S": pk}}, ConsistentRead=True)
    return from_item(found["Item"]) if "Item" in found else None


def get_all(client: "DynamoDBClient", table: str, keys: list[str]) -> dict[str, dict[str, Any]]:
    """The items that there are of at most 100 keys, read consistently, by key.

    TimeoutError if the table kept leaving some unread.
    """
    there = [{"pk": {"S": pk}} for pk in keys if len(pk.encode()) <= MAX_KEY_BYTES]
    found: dict[str, dict[str, Any]] = {}
    if not there:
        return found
    asked: Any = {table: {"Keys": there, "ConsistentRead": True}}
    for _ in attempts(ATTEMPTS):
        answer = client.batch_get_item(RequestItems=asked)
        items = [from_item(item) for item in answer["Responses"].get(table, [])]
        found |= {item["pk"]: item for item in items}
        asked = answer.get("UnprocessedKeys")
        if not asked:
            return found
    raise TimeoutError(f"{table} left keys unread: {asked}")


def scan(client: "DynamoDBClient", table: str) -> Iterator[dict[str, Any]]:
    """Every item of a table, read consistently: for tables that are small."""
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    for page in pages:
        yield from map(from_item, page["Items"])


def query(
    client: "DynamoDBClient", table: str, index: str, condition: str, values: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """The items of an index that meet the condition on its keys, in the order of its sort key. An
    index is read eventually consistently.
    """
    pages = client.get_paginator("query").paginate(
        TableName=table,
        IndexName=index,
        KeyConditionExpression=condition,
        ExpressionAttributeValues={f":{name}": {"S": value} for name, value in values.items()},
    )
    for page in pages:
        yield from map(from_item, page["Items"])


def put_new(client: "DynamoDBClient", table: str, values: dict[str, Any]) -> bool:
    """Puts an item where none is with its key, and returns whether it did. A repeat does nothing:
    so it needs no transaction.
    """
    try:
        client.put_item(
            TableName=table,
            Item=to_item(values),
            ConditionExpression="attribute_not_exists(pk)",
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def put(
    table: str, values: dict[str, Any], *, revision: int | None = None
) -> "TransactWriteItemTypeDef":
    """A transaction's put, on condition that the stored item is the one that was read.

    `revision` is that of the item read; None is for an item that was not there.
    """
    write: Any = {"TableName": table, "Item": to_item(values)}
    if revision is None:
        write["ConditionExpression"] = "attribute_not_exists(pk)"
    else:
        write["ConditionExpression"] = "revision = :read"
        write["ExpressionAttributeValues"] = {":read": {"N": str(revision)}}
    return {"Put": write}


def add(table: str, pk: str, amounts: dict[str, int]) -> "TransactWriteItemTypeDef":
    """A transaction's update that adds to attributes of an item, and to its revision."""
    added = {"revision": 1} | amounts
    terms = (f"#{number} :{number}" for number in range(len(added)))
    write: Any = {
        "TableName": table,
        "Key": {"pk": {"S": pk}},
        "UpdateExpression": f"ADD {', '.join(terms)}",
        "ExpressionAttributeNames": {f"#{n}": name for n, name in enumerate(added)},
        "ExpressionAttributeValues": {
            f":{n}": {"N": str(amount)} for n, amount in enumerate(added.values())
        },
    }
    return {"Update": write}


def transact(client: "DynamoDBClient", writes: "list[TransactWriteItemTypeDef]") -> None:
    """Writes all or nothing; at most 100 items and 4 MB.

    A put alone is a PutItem, at half the price. A transaction has a token, by which DynamoDB knows
    a repeat of a call whose answer was lost; a put that comes again fails on its own condition, and
    who starts over finds it done. An addition that came again would count twice: it has the token.

    ConditionFailed if a condition did not hold, or if other transactions on the same items kept
    coming first; ClientError if throttling or bad input was in the way.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    lost = (
        client.exceptions.ConditionalCheckFailedException,
        client.exceptions.TransactionCanceledException,
        client.exceptions.TransactionConflictException,
    )
    for attempt in attempts(ATTEMPTS):
        try:
            _write(client, writes)
            return
        except lost as error:
            codes = _reasons(error)
            if "ConditionalCheckFailed" in codes:
                raise ConditionFailed(f"one of {len(writes)} conditions did not hold") from error
            if codes - PASSING:
                raise
            if attempt == ATTEMPTS - 1:
                if "TransactionConflict" in codes:
                    raise ConditionFailed("other transactions kept coming first") from error
                raise


def _write(client: "DynamoDBClient", writes: "list[TransactWriteItemTypeDef]") -> None:
    alone: Any = writes[0].get("Put") if len(writes) == 1 else None
    if alone:
        client.put_item(**alone)
    else:
        client.transact_write_items(TransactItems=writes)


def _reasons(error: ClientError) -> set[str]:
    """What was in the way, as a cancelled transaction names it."""
    reasons: list[dict[str, str]] | None = error.response.get("CancellationReasons")  # type: ignore[assignment]
    if reasons is None:
        return {error.response["Error"]["Code"].removesuffix("Exception")}
    return {reason.get("Code", "None") for reason in reasons}
