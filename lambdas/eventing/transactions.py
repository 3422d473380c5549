"""Writes of DynamoDB that are done all or nothing, each on a condition of its own."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from eventing.aws import attempts
from eventing.dynamodb import ATTEMPTS, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

PASSING = {"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Reasons of a cancelled transaction that pass. botocore does not retry for them."""


class ConditionFailed(Exception):
    """Another write came first: nothing of the transaction was written."""


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
