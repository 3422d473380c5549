"""An account of no domain: a table, its publisher and a bus."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.deployed import Deployed
from tests.unit.world import World, world_of

KEY = "pk"
TEMPLATE = {
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "KeySchema": [{"AttributeName": KEY, "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": KEY, "AttributeType": "S"}],
            },
        },
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "events"}},
        "Publisher": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Handler": "eventing.publisher.handler",
                "Code": {"S3Key": "code.zip"},
                "Environment": {
                    "Variables": {
                        "POWERTOOLS_SERVICE_NAME": "runtime.publish_events",
                        "BUS_NAME": {"Ref": "Bus"},
                    }
                },
            },
        },
    }
}


@pytest.fixture
def world(pauses: list[float]) -> Iterator[World]:  # noqa: ARG001
    """An account with a table, a bus, and the function `publish_events`."""
    with world_of(Deployed("runtime", TEMPLATE, Path())) as made:
        yield made
