"""Input for every consumer: what the functions before it make of 1,000 orders.

Runs as a process of its own, `python -m bench.inputs FOLDER`, with every handler's environment. It
writes, by the name of each consumer's module, its batches (`.jsonl`, a batch a line) and the table
as the first of them finds it (`.table.json`).
"""

import importlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench.stubs import Item, StubbedAws

RECORDS = 1_000
LOCATIONS = ("us-west", "us-east", "eu-west", "eu-east")


class Context:
    """What Lambda tells a handler about its invocation."""

    function_name = "bench"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:111111111111:function:bench"
    aws_request_id = "bench"


def order(number: int) -> dict[str, Any]:
    """The body of the n-th `POST /orders`, from one location after the other."""
    return {
        "customerId": f"customer-{number}",
        "location": LOCATIONS[number % len(LOCATIONS)],
        "lines": [
            {"sku": f"sku-{line}", "quantity": 1 + number % 3, "unitPrice": 1_999 + line}
            for line in range(3)
        ],
    }


class Chain:
    """The functions of both domains one after the other, each on what those before it made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self) -> None:
        """Writes the input of each consumer."""
        orders = StubbedAws({})
        orders.install()
        place = importlib.import_module("orders.place_order").handler
        for number in range(RECORDS):
            place(_request(order(number)), Context())
        placed = self._published("orders.publish_events", orders)
        invoicing = StubbedAws({})
        invoicing.install()
        self._run("invoicing.issue_invoice", invoicing, map(_message, _envelopes(placed)))
        requests = sorted(invoicing.sent, key=lambda sent: str(sent["MessageGroupId"]))
        self._run(
            "invoicing.number_invoice",
            invoicing,
            (_message(request["MessageBody"]) for request in requests),
        )
        issued = list(_envelopes(self._published("invoicing.publish_events", invoicing)))
        self._run("invoicing.render_invoice", invoicing, map(_message, issued))
        orders.install()
        self._run("orders.track_order", orders, map(_message, issued))

    def _published(self, module: str, aws: StubbedAws) -> list[dict[str, Any]]:
        self._run(module, aws, [_change(number, item) for number, item in enumerate(aws.outbox)])
        return aws.published

    def _run(self, module: str, aws: StubbedAws, records: Iterable[dict[str, Any]]) -> None:
        given = list(records)
        self._path(module, "table.json").write_text(json.dumps(aws.table))
        self._path(module, "jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in given))
        answer = importlib.import_module(module).handler({"Records": given}, Context())
        if len(given) != RECORDS or answer["batchItemFailures"]:
            raise RuntimeError(f"{module}: {len(given)} records, answered {answer}")

    def _path(self, module: str, ending: str) -> Path:
        return self.folder / f"{module}.{ending}"


def _request(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "body": json.dumps(body),
        "headers": {},
        "requestContext": {"requestId": f"request-of-{body['customerId']}"},
    }


def _change(number: int, item: Item) -> dict[str, Any]:
    return {
        "eventName": "INSERT",
        "dynamodb": {"NewImage": item, "SequenceNumber": f"{number:021d}"},
    }


def _envelopes(entries: list[dict[str, Any]]) -> Iterator[str]:
    """The events as EventBridge delivers them."""
    for entry in entries:
        yield json.dumps(
            {
                "version": "0",
                "id": "bench",
                "detail-type": entry["DetailType"],
                "source": entry["Source"],
                "account": "111111111111",
                "time": entry["Time"],
                "region": "eu-west-1",
                "resources": [],
                "detail": json.loads(entry["Detail"]),
            }
        )


def _message(body: str) -> dict[str, Any]:
    return {"messageId": str(hash(body)), "body": body}


if __name__ == "__main__":
    Chain(Path(sys.argv[1])).run()
