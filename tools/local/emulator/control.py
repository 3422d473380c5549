"""What the tool asks of its emulator beyond AWS's own API, under `/_local/`, in JSON.

- `GET types`: the resource types that the emulator knows
- `POST stand-ins`: a list of types that may be there in name only
- `POST fault`: a fault to switch on or off, see faults.py
- `GET depths`: how many messages each queue holds, by its URL
- `GET instances`: the process id and function of each process that runs one
- `GET struck`: how many calls each fault of calls has struck, by the function's ARN
- `GET counts`: how often AWS would bill for what, since this was first asked
- `GET looked-at`: the properties that provisioners looked at, by type
- `GET in-name-only`: how many custom resources are so, by type
- `GET packages`: those of the AWS SDK for JavaScript that the emulator stands in for

What is not known is answered with 400, and why.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from local.emulator import (
    CONTROL_PATH,
    call_counts,
    call_faults,
    custom_resources,
    faults,
    function_instances,
    queue_metrics,
    readings,
    stand_ins,
)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


def before(application: Application) -> Application:
    """The application, with the tool's own paths answered before it sees them."""

    async def answered(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(CONTROL_PATH):
            await _respond(scope, await _body(receive), send)
        else:
            await application(scope, receive, send)

    return answered


QUESTIONS: dict[str, Callable[[], Any]] = {
    "depths": queue_metrics.depths,
    "counts": call_counts.counted,
    "instances": function_instances.running,
    "struck": call_faults.struck,
    "types": stand_ins.known_types,
    "looked-at": readings.looked_at,
    "in-name-only": custom_resources.in_name_only,
    "packages": stand_ins.packages,
}


def _answer(method: str, name: str, body: bytes) -> Any:
    if method == "GET" and name in QUESTIONS:
        return QUESTIONS[name]()
    if (method, name) == ("POST", "stand-ins"):
        stand_ins.add(json.loads(body))
        return []
    if (method, name) == ("POST", "fault"):
        faults.switch(json.loads(body))
        return []
    raise ValueError(
        f"{method} {CONTROL_PATH}{name}: expected one of {sorted(QUESTIONS)}, or a POST"
    )


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _respond(scope: dict[str, Any], body: bytes, send: Send) -> None:
    try:
        answer = _answer(scope["method"], scope["path"].removeprefix(CONTROL_PATH), body)
        status = 200
    except (ValueError, KeyError) as error:
        answer, status = {"message": repr(error)}, 400
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})
