"""The calls that handlers make of AWS: how they fail, what permissions say, and what they do."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ReadTimeoutError

from simulate.errors import NotSimulated
from simulate.functions.clients import error
from simulate.functions.database import Database
from simulate.functions.invocation import DIED, Crash, Invocation
from simulate.functions.messaging import Messaging
from simulate.functions.refusals import Refused
from simulate.functions.storage import Storage
from simulate.loop import running

if TYPE_CHECKING:
    from simulate.wiring import Function
    from simulate.world import World

Arguments = dict[str, Any]

FIRST_DIGITS = 1 << 20
"""Of one number, the first digits say which fault strikes a call, those behind how long it takes:
each history has a thousand calls.
"""

AT_A_CALL = (
    "slow",
    "crash before",
    "throttled",
    "failed",
    "sent again",
    "answer lost",
    "crash after",
)
THROTTLED = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "kinesis": "ProvisionedThroughputExceededException",
    "s3": "SlowDown",
    "sns": "Throttling",
}
FAILED = {"dynamodb": "InternalServerError", "s3": "InternalError", "sns": "InternalError"}
QUICK_S = (0.003, 0.3)
SLOW_S = (2.0, 15.0)
"""How long a call takes, a short time as often as one twice as long: as it should, and where it is
slow.
"""


class Calls:
    """AWS as functions call it."""

    def __init__(self, world: "World") -> None:
        self._world = world
        services = (Database(world), Messaging(world), Storage(world))
        self._operations: dict[str, Callable[[Function, Arguments], Any]] = {
            name: operation for each in services for name, operation in each.operations.items()
        }

    def call(self, function: "Function", service: str, operation: str, arguments: Arguments) -> Any:
        """The answer to a call of a function's client, or the error that the client raises."""
        do = self._operations.get(f"{service}.{operation}")
        if do is None:
            raise NotSimulated(f"{function.name}: {service}.{operation} is not simulated")
        invocation = running()
        try:
            if isinstance(invocation, Invocation):
                return self._within(invocation, service, operation, lambda: do(function, arguments))
            return do(function, arguments)
        except Refused as refused:
            about = invocation.about if isinstance(invocation, Invocation) else ""
            refusal = f"{service}.{operation} is refused: {refused.code} {refused.message}"
            self._world.tell(function.name, refusal, about)
            raise error(refused.code, refused.message, operation, **refused.more) from None

    def _within(
        self, invocation: Invocation, service: str, operation: str, do: Callable[[], Any]
    ) -> Any:
        world, function = self._world, invocation.function
        invocation.calls += 1
        about = (invocation.key, invocation.calls)
        drawn = world.chance.number("call", operation, *about)
        fault = world.faults.drawn(AT_A_CALL, drawn, operation, *about)
        if fault:
            world.struck(fault, function.name, f"at {service}.{operation}", invocation.about)
        low, high = SLOW_S if fault == "slow" else QUICK_S
        invocation.wait(low * (high / low) ** (drawn * FIRST_DIGITS % 1))
        match fault:
            case "crash before":
                raise Crash(DIED)
            case "throttled":
                raise Refused(THROTTLED.get(service, "ThrottlingException"), "slow down")
            case "failed":
                raise Refused(FAILED.get(service, "InternalFailure"), "try again")
        answer = do()
        match fault:
            case "sent again" if operation != "transact_write_items":
                # What botocore gives a token is known when it comes again, and is not done twice.
                answer = do()
            case "answer lost":
                raise ReadTimeoutError(endpoint_url=service)
            case "crash after":
                raise Crash(DIED)
        if invocation.calls == invocation.last_call:
            raise Crash(DIED)
        return answer
