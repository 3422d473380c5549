"""The same system, spelled otherwise: nothing may be said of it.

Each property of the sample is rewritten in every way that AWS takes to mean the same.
"""

import copy
from collections.abc import Iterator
from typing import Any

from routes.tests import sample
from routes.tests.conftest import Check

Path = tuple[Any, ...]

ONE_OR_MORE = {"Action", "Resource", "Service", "aws:SourceArn", "events:source", "Statement"}
EQUAL_OPERATORS = {"ArnEquals": "ArnLike", "StringEquals": "StringLike"}
ARNS = {"Fn::GetAtt": lambda named: {"Fn::Sub": "${" + ".".join(named) + "}"}}


def spellings(path: Path, value: Any) -> Iterator[Any]:
    """Other ways to write what stands at a path."""
    key = path[-1]
    if isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(value, int):
        yield str(value)
    if key in ONE_OR_MORE and path[-2:] != ("Properties", "Statement"):
        if isinstance(value, list) and len(value) == 1:
            yield value[0]
        elif not isinstance(value, list):
            yield [value]
    if key == "Action" and isinstance(value, str):
        yield value.upper() if ":" in value else value
        yield value[:-1] + "*"
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        if name in ARNS:
            yield ARNS[name](inner)
            yield {name: ".".join(inner)}
            yield {"Fn::Join": ["", [value]]}
            yield {"Fn::If": ["Always", value, "never"]}
        if name == "Ref":
            yield {"Fn::Sub": "${" + inner + "}"}
    if key == "Condition" and isinstance(value, dict):
        yield {EQUAL_OPERATORS.get(name, name): keys for name, keys in value.items()}
        yield {name: {k.upper(): v for k, v in keys.items()} for name, keys in value.items()}
    if key == "EventPattern":
        yield {**value, "detail": {"location": [{"exists": True}]}}
        yield {name: [{"prefix": each} for each in values] for name, values in value.items()}
        yield {name: [{"wildcard": each} for each in values] for name, values in value.items()}
        yield {"$or": [value, {"source": ["another"]}]}
    if key == "FilterPolicy":
        yield {"detail": {**value["detail"], "total": [{"numeric": [">", 0]}]}}


def nodes(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield (*path, key), value
        if isinstance(value, dict | list):
            yield from nodes(value, (*path, key))


def variants() -> Iterator[tuple[str, sample.Templates]]:
    templates = sample.shop()
    for path, value in nodes(templates):
        if len(path) < 5:
            continue
        for other in spellings(path, value):
            changed = copy.deepcopy(templates)
            changed["Billing"]["Conditions"] = {"Always": {"Fn::Equals": ["a", "a"]}}
            changed["Shop"]["Conditions"] = changed["Billing"]["Conditions"]
            node: Any = changed
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = other
            yield f"{'.'.join(map(str, path))} = {other}", changed


def test_nothing_is_said_of_a_healthy_system_spelled_otherwise(check: Check) -> None:
    said, count = [], 0
    for name, templates in variants():
        count += 1
        found = check(templates)
        said += [f"{name}: {each.code.id} {each.place} {each.message}" for each in found]
    assert count > 300
    assert said == []


def test_an_arn_written_out_means_the_same(check: Check) -> None:
    templates = sample.shop()
    mapping = templates["Billing"]["Resources"]["UsMapping"]["Properties"]
    templates["Billing"]["Resources"]["Us"]["Properties"]["QueueName"] = "us"
    mapping["EventSourceArn"] = f"arn:aws:sqs:{sample.REGION}:{sample.BILLING}:us"
    assert check(templates) == []


def test_a_function_that_is_given_a_table_may_use_only_an_index_of_it(check: Check) -> None:
    templates = sample.shop()
    index = {"Fn::Join": ["", [sample.arn("Kept"), "/index/open"]]}
    query = {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": index}
    resources = templates["Billing"]["Resources"]
    resources["Kept"] = sample.resource("DynamoDB::Table")
    resources["AsyncRole"] = sample.role("lambda", query)
    resources["Async"]["Properties"] |= {
        "Role": sample.arn("AsyncRole"),
        "Environment": {"Variables": {"TABLE": {"Ref": "Kept"}}},
    }
    assert [each for each in check(templates) if each.code.id in ("A514", "J810")] == []
