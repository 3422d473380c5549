"""Calls that functions make, struck: throttled, failed, slow, or the last of the process.

- A call that is throttled or fails is not done. SDKs try it again, and then tell the handler.
  https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
- A call whose answer is lost is done, and answered with a 5xx: the SDK has it done again.
- A call that is slow is done some seconds later.
- A process that dies before or after a call gets SIGKILL, as from Lambda at a time-out.
  https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html

Nothing of it is AWS's API. This can go when nothing asks for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import error_response_json, error_response_xml

from local.emulator import function_instances
from local.emulator.function_instances import Process

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

EFFECTS = ("throttled", "failed", "answer lost", "slow", "killed before", "killed after")


@dataclass
class Fault:
    """What the next `left` calls of a function get."""

    effect: str
    left: int
    seconds: float
    struck: int = 0


_faults: dict[str, Fault] = {}


def switch(fault: dict[str, Any]) -> None:
    """Switches `{"calls": function ARN, "effect": …, "times": 3, "seconds": 1.5, "on": true}` on or
    off. A function has one at a time. ValueError if there is no such effect.
    """
    if not fault["on"]:
        _faults.pop(fault["calls"], None)
        return
    if fault["effect"] not in EFFECTS:
        raise ValueError(f"effect {fault['effect']!r}: expected one of {EFFECTS}")
    _faults[fault["calls"]] = Fault(fault["effect"], int(fault["times"]), float(fault["seconds"]))


def struck() -> dict[str, int]:
    """How many calls each fault that is on has struck, by the function's ARN."""
    return {arn: fault.struck for arn, fault in _faults.items()}


def before(application: Application) -> Application:
    """The application, with the calls of functions struck before it sees them."""

    async def struck(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        found = _fault_of(scope) if _faults and scope["type"] == "http" else None
        if found is None:
            await application(scope, receive, send)
        else:
            await _strike(*found, application, scope, receive, send)

    return struck


def _fault_of(scope: dict[str, Any]) -> tuple[Fault, Process] | None:
    """The fault that strikes a call, and the process that makes it."""
    instance = function_instances.calling(dict(scope["headers"]))
    fault = _faults.get(instance.function) if instance else None
    if instance is None or fault is None or not fault.left:
        return None
    fault.left -= 1
    fault.struck += 1
    return fault, instance.process


async def _strike(
    fault: Fault,
    process: Process,
    application: Application,
    scope: dict[str, Any],
    receive: Receive,
    send: Send,
) -> None:
    if fault.effect == "slow":
        await asyncio.sleep(fault.seconds)
        await application(scope, receive, send)
        return
    if fault.effect in ("answer lost", "killed after"):
        await application(scope, receive, _unheard)
    else:
        await _whole(receive)
    if fault.effect.startswith("killed"):
        process.kill()
    await _answer(scope, send, throttled=fault.effect == "throttled")


async def _unheard(_: dict[str, Any]) -> None:
    """An answer that nobody gets."""


async def _whole(receive: Receive) -> None:
    """Takes all of a request: a connection is good for the next one only then."""
    while (await receive()).get("more_body", False):
        pass


async def _answer(scope: dict[str, Any], send: Send, *, throttled: bool) -> None:
    """A refusal in the form of the service that was asked: SDKs look at its status and code."""
    headers = dict(scope["headers"])
    is_json = b"x-amz-target" in headers or b"json" in headers.get(b"content-type", b"")
    code, status = ("ThrottlingException", 400) if throttled else ("InternalServerError", 500)
    make = error_response_json if is_json else error_response_xml
    status, answered, body = make(code, "a fault", status)
    told = [(name.encode(), value.encode()) for name, value in answered.items()]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})
