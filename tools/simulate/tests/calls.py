"""Random calls of a table, and what the model of tables and somebody else's say to them."""

import json
import random
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from simulate.functions.database import Database
from simulate.functions.refusals import Refused
from simulate.state.tables import Table

REGION, ACCOUNT = "eu-west-1", "123456789012"
NAME = "things"
KEYS = ("a", "b", "c")

Call = tuple[str, dict[str, Any]]


def create(client: Any) -> None:
    """Creates the table that the calls are of."""
    client.create_table(
        TableName=NAME,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


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
            asked = [{"pk": {"S": each}} for each in chance.sample(KEYS, 2)]
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


def of_client(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
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
    """What an answer says of items, in an order that says nothing."""
    if "Responses" in said:
        found = [each for items in said["Responses"].values() for each in items]
        return sorted(json.dumps(each, sort_keys=True) for each in found)
    if "Items" in said:
        return sorted(json.dumps(each, sort_keys=True) for each in said["Items"])
    return said.get("Item")
