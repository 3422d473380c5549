"""A bare pipe: bus, rule, queue, a function that does nothing but note when it got what.

What the emulator itself can do, to compare the system with.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from local import clients, deploy
from local.assembly import Stack
from local.system import System

ACCOUNT = "099999999999"
REGION = "eu-west-1"
ARRIVED_WITHIN_S = 180.0

CODE = """
import json, os, time

def handler(batch, context):
    with open(os.environ["NOTES"], "a") as notes:
        for record in batch["Records"]:
            notes.write(f"{json.loads(record['body'])['detail']['key']} {time.time()}\\n")
"""


class Pipe:
    """The pipe, deployed to an account of its own of a running system's emulator."""

    def __init__(self, system: System, folder: Path) -> None:
        self._endpoint = system.endpoint
        self._notes = folder / "notes"
        self._notes.unlink(missing_ok=True)
        self._notes.touch()
        stack = Stack(
            name="pipe",
            account=ACCOUNT,
            region=REGION,
            template=_template(self._notes),
            bucket="pipe-templates",
            assets=(),
            left_out=frozenset(),
        )
        deploy.deploy([stack], self._endpoint)

    def send(self, key: str) -> None:
        """Puts one event on the bus. RuntimeError if it is refused."""
        entry = {
            "EventBusName": "pipe",
            "Source": "bench",
            "DetailType": "Tick",
            "Detail": json.dumps({"key": key}),
        }
        events = clients.client("events", endpoint=self._endpoint, account=ACCOUNT, region=REGION)
        answer = events.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise RuntimeError(f"refused: {answer}")

    def await_arrival(self, keys: set[str]) -> dict[str, float]:
        """When each of these events arrived (time.time()); without those that did not in time."""
        return Retrying(
            retry=retry_if_result(lambda arrived: bool(keys - arrived.keys())),
            wait=wait_fixed(0.1),
            stop=stop_after_delay(ARRIVED_WITHIN_S),
            retry_error_callback=lambda _: self._arrived(),
        )(self._arrived)

    def _arrived(self) -> dict[str, float]:
        first: dict[str, float] = {}
        for key, at in self._lines():
            first.setdefault(key, at)
        return first

    def duplicated(self) -> int:
        """How many arrivals were not the first of their event."""
        return sum(count - 1 for count in Counter(key for key, _ in self._lines()).values())

    def _lines(self) -> list[tuple[str, float]]:
        lines = (line.split() for line in self._notes.read_text().splitlines())
        return [(key, float(at)) for key, at in lines]


def _template(notes: Path) -> dict[str, Any]:
    def trusted(service: str) -> dict[str, Any]:
        allow = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        return {"Version": "2012-10-17", "Statement": [allow]}

    queue_arn = {"Fn::GetAtt": ["Queue", "Arn"]}
    from_events = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
    }
    resources = {
        "Bus": ("Events::EventBus", {"Name": "pipe"}),
        "Queue": ("SQS::Queue", {"VisibilityTimeout": 120}),
        "QueuePolicy": (
            "SQS::QueuePolicy",
            {
                "Queues": [{"Ref": "Queue"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [from_events]},
            },
        ),
        "Rule": (
            "Events::Rule",
            {
                "EventBusName": {"Ref": "Bus"},
                "EventPattern": {"source": ["bench"]},
                "Targets": [{"Id": "queue", "Arn": queue_arn}],
            },
        ),
        "Role": ("IAM::Role", {"AssumeRolePolicyDocument": trusted("lambda.amazonaws.com")}),
        "Function": (
            "Lambda::Function",
            {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": CODE},
                "Timeout": 20,
                "Environment": {"Variables": {"NOTES": str(notes)}},
            },
        ),
        "Mapping": (
            "Lambda::EventSourceMapping",
            {
                "EventSourceArn": queue_arn,
                "FunctionName": {"Ref": "Function"},
                "BatchSize": 10,
            },
        ),
    }
    return {
        "Resources": {
            name: {"Type": f"AWS::{kind}", "Properties": properties}
            for name, (kind, properties) in resources.items()
        }
    }
