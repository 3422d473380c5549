"""An account of no domain: a table, an outbox with its publisher and sweeper, and a bus."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.deployed import Deployed
from tests.unit.world import World, world_of

KEY = "pk"
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "KeySchema": [{"AttributeName": KEY, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": KEY, "AttributeType": "S"}],
    },
}


def of_the_outbox(name: str, module: str) -> dict[str, Any]:
    """A function with the environment that the outbox's functions get."""
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Handler": f"{module}.handler",
            "Code": {"S3Key": "code.zip"},
            "Environment": {
                "Variables": {
                    "POWERTOOLS_SERVICE_NAME": f"runtime.{name}",
                    "BUS_NAME": {"Ref": "Bus"},
                    "OUTBOX_NAME": {"Ref": "Outbox"},
                    "UNPUBLISHED_URL": {"Ref": "Unpublished"},
                }
            },
        },
    }


TEMPLATE = {
    "Metadata": {"crossbus": {"outbox": {"table": "Outbox"}}},
    "Resources": {
        "Table": TABLE,
        "Outbox": TABLE,
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "events"}},
        "Unpublished": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "unpublished"}},
        "Publisher": of_the_outbox("publish_events", "eventing.publisher"),
        "Sweeper": of_the_outbox("sweep_outbox", "eventing.sweeper"),
    },
}


@pytest.fixture
def world(pauses: list[float]) -> Iterator[World]:  # noqa: ARG001
    """An account with a table, an outbox, and the functions that publish it on a bus."""
    with world_of(Deployed("runtime", TEMPLATE, Path())) as made:
        yield made
