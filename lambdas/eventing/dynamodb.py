"""DynamoDB as the unit of work uses it: plain dictionaries in and out."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from eventing.aws import attempts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class _Integers(TypeDeserializer):
    """Reads numbers as int, which all of ours are, where boto3 reads Decimal."""

    def _deserialize_n(self, value: str) -> int:
        return int(value)


ATTEMPTS = 5

MAX_KEY_BYTES = 2048
"""The longest partition key. DynamoDB refuses to look for a longer one."""

_serializer = TypeSerializer()
_deserializer = _Integers()


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


def pages(client: "DynamoDBClient", table: str) -> Iterator[list[dict[str, Any]]]:
    """Every item of a table, in no order, read consistently, in pages of 1 MB at most: each is read
    when it is asked for.
    """
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield [from_item(item) for item in page["Items"]]


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


def put_new(client: "DynamoDBClient", table: str, values: dict[str, Any]) -> None:
    """Puts an item where none has its key. A repeat does nothing, and so needs no transaction."""
    with suppress(client.exceptions.ConditionalCheckFailedException):
        client.put_item(
            TableName=table,
            Item=to_item(values),
            ConditionExpression="attribute_not_exists(pk)",
        )
