"""What the tool asks of its emulator beyond AWS's own API, under `/_local/`.

`GET /_local/types` gives the resource types that the emulator knows, `GET /_local/looked-at` the
properties that provisioners looked at, by type, and `GET /_local/packages` the packages of the AWS
SDK for JavaScript that it stands in for; `POST /_local/stand-ins` takes a list of types that may
be there in name only. All speak JSON.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from local.emulator import CONTROL_PATH, readings, stand_ins

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


def _answer(method: str, name: str, body: bytes) -> Any:
    if (method, name) == ("GET", "types"):
        return stand_ins.known_types()
    if (method, name) == ("GET", "looked-at"):
        return readings.looked_at()
    if (method, name) == ("GET", "packages"):
        return stand_ins.packages()
    if (method, name) == ("POST", "stand-ins"):
        stand_ins.add(json.loads(body))
        return []
    return None


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _respond(scope: dict[str, Any], body: bytes, send: Send) -> None:
    answer = _answer(scope["method"], scope["path"].removeprefix(CONTROL_PATH), body)
    status = 404 if answer is None else 200
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})
