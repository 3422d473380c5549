"""Faults that no API of AWS can switch on: functions that raise, tables and buses that refuse, a
fast clock.

- A function that raises answers every invocation as one whose code cannot start.
- A table that refuses answers every read and write with ProvisionedThroughputExceededException, as
  DynamoDB does beyond a table's limits. What a transaction holds of it cancels the transaction.
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
- A bus that is closed refuses every event, also from its own account.
- Where pauses are shortened, a message that a consumer hides for 600 s comes back in a fraction of
  that. No code of a function knows of it.
"""

import json
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import dynamodb, lambda_svc, sqs

from local.emulator import bus_policies, call_faults, scopes, seams

_raising: set[str] = set()
_refusing: set[tuple[str, str]] = set()
_closed: set[str] = set()
_pace = {"factor": 1.0}

REFUSAL = "ProvisionedThroughputExceededException"
REFUSED = "The level of configured provisioned throughput for the table was exceeded."


def install() -> None:
    """Puts the switches in place, all off."""
    _install_raising()
    _install_refusing()
    _install_closed()
    _install_pace()


def switch(fault: dict[str, Any]) -> None:
    """Switches a fault of the control endpoint on or off.

    `{"raising": function ARN, "on": true}`, `{"refusing": table ARN, "on": true}`,
    `{"closed": bus ARN, "on": true}`, `{"pace": 60}`: how many times as fast pauses of messages
    pass; or one of call_faults.py. ValueError if it is none.
    """
    if "pace" in fault:
        _pace["factor"] = float(fault["pace"])
    elif "calls" in fault:
        call_faults.switch(fault)
    elif "closed" in fault:
        _set(_closed, str(fault["closed"]), on=fault["on"])
    elif "raising" in fault:
        _set(_raising, str(fault["raising"]), on=fault["on"])
    elif "refusing" in fault:
        account, table = fault["refusing"].split(":")[4], fault["refusing"].rpartition("/")[2]
        _set(_refusing, (account, table), on=fault["on"])
    else:
        raise ValueError(f"fault {fault}: expected one of pace, calls, closed, raising, refusing")


def _set(faults: set[Any], one: Any, *, on: bool) -> None:
    if on:
        faults.add(one)
    else:
        faults.discard(one)


def _install_raising() -> None:
    execute = seams.original(lambda_svc, "_execute_function_dispatch")

    def execute_unless_raising(function: Any, config: dict[str, Any], *rest: Any) -> Any:
        if _unqualified(config["FunctionArn"]) in _raising:
            lambda_svc._emit_lambda_metrics(
                config["FunctionName"], duration_ms=0.0, error=True, throttle=False
            )
            body = {"errorType": "Runtime.ImportModuleError", "errorMessage": "a bad deploy"}
            return {"body": body, "error": True, "log": ""}
        return execute(function, config, *rest)

    seams.replace(lambda_svc, "_execute_function_dispatch", execute_unless_raising)


def _unqualified(function_arn: str) -> str:
    return ":".join(function_arn.split(":")[:7])


def _install_refusing() -> None:
    handle = seams.original(dynamodb, "handle_request")

    async def handle_unless_refusing(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Any
    ) -> Any:
        account = scopes.account()
        tables = {table for owner, table in _refusing if owner == account}
        refusal = _refusal(headers, body, tables) if tables else None
        return refusal or await handle(method, path, headers, body, query)

    seams.replace(dynamodb, "handle_request", handle_unless_refusing)


def _refusal(headers: dict[str, str], body: bytes, tables: set[str]) -> Any:
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    request = json.loads(body or b"{}")
    if operation in ("TransactWriteItems", "TransactGetItems"):
        named = [next(iter(one.values()))["TableName"] for one in request["TransactItems"]]
        if tables.isdisjoint(named):
            return None
        codes = ["ThrottlingError" if name in tables else "None" for name in named]
        return _cancelled(codes)
    named = [request.get("TableName"), *request.get("RequestItems", {})]
    if operation == "DescribeTable" or tables.isdisjoint(named):
        return None
    return error_response_json(REFUSAL, REFUSED, 400)


def _cancelled(codes: list[str]) -> Any:
    status, headers, _ = error_response_json("TransactionCanceledException", "", 400)
    answer = {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "message": f"Transaction cancelled, because of {', '.join(codes)}",
        "CancellationReasons": [{"Code": code, "Message": REFUSED} for code in codes],
    }
    return status, headers, json.dumps(answer).encode()


def _install_closed() -> None:
    allows = bus_policies.allows

    def allows_unless_closed(bus_arn: str, *about: Any, **how: Any) -> bool:
        return bus_arn not in _closed and allows(bus_arn, *about, **how)

    seams.replace(bus_policies, "allows", allows_unless_closed)


def _install_pace() -> None:
    change = seams.original(sqs, "_act_change_visibility")

    def change_at_pace(request: dict[str, Any], *rest: Any) -> Any:
        seconds = float(request.get("VisibilityTimeout", 0))
        return change({**request, "VisibilityTimeout": round(seconds / _pace["factor"])}, *rest)

    seams.replace(sqs, "_act_change_visibility", change_at_pace)
    for action, handler in sqs._HANDLERS.items():
        if handler is change:
            sqs._HANDLERS[action] = change_at_pace
