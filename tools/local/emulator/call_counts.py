"""Counts what AWS would bill: API calls, deliveries, invocations, DynamoDB's units, logged bytes.

Nothing of it is AWS's API; `GET /_local/counts` tells the sums since it was first asked: who does
not ask is spared the work. A line is what was done (`service:Operation`), in which account, on or
by what, how often, and what it added up to: bytes, and units where DynamoDB counts by the size of
an item.

This can go when nothing asks for it.
"""

import json
import re
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from ministack.core import responses
from ministack.core.arn import parse_arn
from ministack.services import eventbridge, lambda_svc, sns

from local.emulator import scopes, seams

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
Key = tuple[str, str, str]

_CREDENTIAL = re.compile(r"Credential=(\w+)/\d+/[^/]+/([^/]+)/")
_WRITE_UNIT, _READ_UNIT = 1024, 4096
_lock = threading.Lock()
_sums: dict[Key, dict[str, float]] = defaultdict(lambda: defaultdict(float))
_counting = threading.Event()


def count(what: str, account: str, where: str, **added: float) -> None:
    """Adds one to how often, and each number to its sum."""
    with _lock:
        line = _sums[what, account, where]
        for name, number in {"times": 1, **added}.items():
            line[name] += number


def counted() -> list[dict[str, Any]]:
    """The sums so far, one object a line. The first call begins to count."""
    with _lock:
        if not _counting.is_set():
            _count_what_services_do()
            _counting.set()
        return [
            {"what": what, "account": account, "where": where, **line}
            for (what, account, where), line in sorted(_sums.items())
        ]


def install() -> None:
    """Checks that what is counted among services is there; `before` counts what comes over HTTP."""
    seams.original(responses, "_account_from_sts_session")
    for module, name in _WATCHED:
        seams.original(module, name)


_WATCHED = (
    (lambda_svc, "_execute_function_dispatch"),
    (eventbridge, "_invoke_target"),
    (lambda_svc, "_emit_lambda_logs"),
    (sns, "_deliver_to_sqs"),
)


def _count_what_services_do() -> None:
    invoke, deliver, log, fan_out = (getattr(module, name) for module, name in _WATCHED)

    def invoked(function: Any, config: Any, event: Any, *rest: Any) -> Any:
        began = time.monotonic()
        try:
            return invoke(function, config, event, *rest)
        finally:
            records = event.get("Records", ()) if isinstance(event, dict) else ()
            source = records[0].get("eventSource", "") if records else ""
            count(
                f"lambda:Invoke {source}".strip(),
                scopes.account(),
                config["FunctionName"],
                seconds=time.monotonic() - began,
                records=len(records),
                fifo=len(records) if _is_fifo(records) else 0,
            )

    def delivered(target: Any, event: Any, *rest: Any, **named: Any) -> Any:
        arn = parse_arn(target["Arn"])
        count(
            f"events:Deliver {arn.service}",
            scopes.account(),
            target["Arn"],
            bytes=len(json.dumps(event, default=str)),
            abroad=arn.account_id != scopes.account(),
        )
        return deliver(target, event, *rest, **named)

    def fanned_out(endpoint: str, *rest: Any, **named: Any) -> Any:
        count("sns:Deliver sqs", scopes.account(), endpoint)
        return fan_out(endpoint, *rest, **named)

    def logged(function: Any, request_id: str, text: str, *rest: Any, **named: Any) -> Any:
        config = function.get("config") or function
        size = len((text or "").encode())
        count("logs:Lambda", scopes.account(), config["FunctionName"], bytes=size)
        return log(function, request_id, text, *rest, **named)

    for (module, name), counting in zip(
        _WATCHED, (invoked, delivered, logged, fanned_out), strict=True
    ):
        seams.replace(module, name, counting)


def before(application: Application) -> Application:
    """The application, with every request counted before it answers."""

    async def watched(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _counting.is_set():
            await application(scope, receive, send)
            return
        sent, answered = bytearray(), bytearray()

        async def received() -> dict[str, Any]:
            message = await receive()
            sent.extend(message.get("body", b""))
            return message

        async def responded(message: dict[str, Any]) -> None:
            answered.extend(message.get("body", b""))
            await send(message)

        await application(scope, received, responded)
        _count_request(scope, bytes(sent), bytes(answered))

    return watched


def _is_fifo(records: Any) -> bool:
    return any(str(each.get("eventSourceARN")).endswith(".fifo") for each in records)


def _count_request(scope: dict[str, Any], body: bytes, answer: bytes) -> None:
    headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
    found = _CREDENTIAL.search(headers.get("authorization", ""))
    key, service = found.groups() if found else ("", "")
    # A function calls with the key of a session of its role.
    account = responses._account_from_sts_session(key) or key
    operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    if not operation and b"Action=" in body:
        operation = parse_qs(body.decode()).get("Action", [""])[0]
    units = {}
    where = scope["path"] if service == "execute-api" else ""
    if service == "sqs":
        where = str(json.loads(body or b"{}").get("QueueUrl", "")).rsplit("/", 1)[-1]
    if service == "dynamodb":
        units = dynamodb_units(operation, json.loads(body or b"{}"), json.loads(answer or b"{}"))
    if service == "events" and operation == "PutEvents":
        units = {"entries": len(json.loads(body)["Entries"])}
    count(
        f"{service}:{operation or scope['method']}",
        account,
        where,
        bytes=len(body) + len(answer),
        **units,
    )


def dynamodb_units(operation: str, request: Any, answer: Any) -> dict[str, float]:
    """Request units on demand, by the size of items: writes of 1 KB, consistent reads of 4 KB.

    An update counts as its key and values, a condition check as its key: what the table holds of
    them is not looked at.
    """
    if operation == "TransactWriteItems":
        sizes = [_written(each) for entry in request["TransactItems"] for each in entry.values()]
        return {"write_units": 2 * sum(_up(size, _WRITE_UNIT) for size in sizes)}
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        return {"write_units": _up(_written(request), _WRITE_UNIT)}
    if operation in ("GetItem", "Query", "Scan"):
        items = [answer["Item"]] if "Item" in answer else answer.get("Items", [])
        units = _up(sum(map(_size, items)), _READ_UNIT)
        return {"read_units": units if request.get("ConsistentRead") else units / 2}
    if operation == "BatchGetItem":
        asked = request["RequestItems"].items()
        return {
            "read_units": sum(
                len(table["Keys"]) * (1 if table.get("ConsistentRead") else 0.5)
                for _, table in asked
            )
        }
    return {}


def _written(request: Any) -> int:
    parts = ("Item", "ExpressionAttributeValues", "Key")
    return sum(_size(request.get(part) or {}) for part in parts[:1]) or sum(
        _size(request.get(part) or {}) for part in parts[1:]
    )


def _size(item: dict[str, Any]) -> int:
    """Roughly what DynamoDB counts: names and values, without what JSON and types add."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(typed: Any) -> int:
    ((kind, value),) = typed.items()
    if kind == "M":
        return 3 + _size(value)
    if kind == "L":
        return 3 + sum(1 + _value(each) for each in value)
    return len(str(value).encode())


def _up(size: int, unit: int) -> int:
    return max(1, -(-size // unit))
