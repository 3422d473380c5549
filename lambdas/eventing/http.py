"""HTTP API requests and answers: decoding with errors that name the field, and JSON out.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from contracts.language.types import MAX_MINOR, Contract
from eventing.observability import logger, observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Command = TypeVar("Command", bound=Contract)
Request = dict[str, Any]
Response = dict[str, Any]
Handler = Callable[[Request], Response]

_MESSAGE = re.compile(r"^(?:Expected )?(?P<expected>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>\w+)`")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_SHOWN = 200
"""How many characters of a wrong value an answer shows."""

IDEMPOTENCY_KEY = "idempotency-key"


class Rejected(Exception):
    """A request that is answered with an error: the field, its value and what was expected."""

    def __init__(self, status: int, field: str, value: object, expected: str) -> None:
        super().__init__(f"{field}: {expected}")
        self.status = status
        self.body = {"error": {"field": field, "value": value, "expected": expected}}


def response(status: int, body: object) -> Response:
    """An answer in the HTTP API's payload format 2.0."""
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": msgspec.json.encode(body).decode(),
    }


def api(handle: Handler) -> Callable[[Request, "LambdaContext"], Response]:
    """Makes a Lambda handler of a function from request to response that may raise Rejected."""

    @observed
    @wraps(handle)
    def handler(event: Request, context: "LambdaContext") -> Response:  # noqa: ARG001
        logger.set_correlation_id(event["requestContext"]["requestId"])
        try:
            return handle(event)
        except Rejected as rejected:
            logger.info("rejected", status=rejected.status, reason=str(rejected))
            return response(rejected.status, rejected.body)

    return handler


def body_of(request: Request, command: type[Command]) -> Command:
    """The request's body as a command. Rejected with 400 and the field, if it is not one."""
    text = request.get("body") or ""
    raw = base64.b64decode(text) if request.get("isBase64Encoded") else text.encode()
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        shown = raw[:_SHOWN].decode(errors="replace")
        raise Rejected(400, "body", shown, f"a JSON object: {error}") from error
    try:
        return msgspec.convert(body, command)
    except msgspec.ValidationError as error:
        raise _rejected(error, body, command) from error


def _rejected(error: msgspec.ValidationError, body: object, command: type[Contract]) -> Rejected:
    found = _MESSAGE.match(str(error))
    expected, path = (found["expected"], found["path"] or "") if found else (str(error), "")
    missing = _MISSING.match(expected)
    if missing:
        field = f"{path}.{missing['name']}".lstrip(".")
        return Rejected(400, field, None, "a value: the field is required")
    value: Any = body
    kind: Any = msgspec.inspect.type_info(command)
    for name, index in _STEP.findall(path):
        value = value[name] if name else value[int(index)]
        kind = _fields(kind)[name] if name else kind.item_type
    match kind:
        case msgspec.inspect.LiteralType():
            expected = f"one of {', '.join(map(str, kind.values))}"
        case msgspec.inspect.Metadata(extra_json_schema={"description": description}):
            expected = description
    return Rejected(400, path.lstrip(".") or "body", _shown(value), expected)


def _fields(struct: msgspec.inspect.StructType) -> dict[str, msgspec.inspect.Type]:
    return {field.encode_name: field.type for field in struct.fields}


def _shown(value: object) -> object:
    match value:
        case dict():
            return f"an object of {len(value)}"
        case list():
            return f"an array of {len(value)}"
        case str():
            return value[:_SHOWN]
        case int() if abs(value) > MAX_MINOR:
            return str(value)[:_SHOWN]
    return value


def idempotency_key(request: Request) -> str | None:
    """The Idempotency-Key header, or None. Rejected with 400 if it is no visible ASCII."""
    key: str | None = request.get("headers", {}).get(IDEMPOTENCY_KEY)
    if key is not None and not re.fullmatch(r"[!-~]{1,128}", key):
        raise Rejected(400, IDEMPOTENCY_KEY, key[:_SHOWN], "1 to 128 visible ASCII characters")
    return key
