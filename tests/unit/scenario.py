"""What each deployed function is run with by the tests that cover them all.

A function that consumes events needs none of its own: it gets the golden examples that reach it.
For another, or for one that needs something to be there, its domain has tests/unit/<package>/
scenarios.py with `SCENARIOS`, by the name of the function.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from itertools import cycle, islice
from typing import Any

import msgspec

from eventing import outbox
from eventing.events import decode
from tests.unit import golden
from tests.unit.deployed import Deployed, Function
from tests.unit.messages import batch, stream
from tests.unit.world import World

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class MissingScenario(LookupError):
    """A deployed function that the tests cannot run."""


def nothing(world: World) -> None:
    """Leaves the account as the stack made it."""


@dataclass(frozen=True)
class Scenario:
    """Lambda hands `input` to the function, after `before` made what was there.

    `leaves` is False of a function that only reads. `any_order` is False of one that leaves
    something else when its records come in another order, with good reason.
    """

    input: dict[str, Any]
    before: Callable[[World], object] = nothing
    leaves: bool = True
    any_order: bool = True


def scenarios_of(domain: Deployed) -> dict[str, Scenario]:
    """The scenarios that the domain's own tests give."""
    module = f"tests.unit.{domain.package}.scenarios"
    if not find_spec(f"tests.unit.{domain.package}") or not find_spec(module):
        return {}
    found: dict[str, Scenario] = import_module(module).SCENARIOS
    return found


def observed(domain: Deployed, function: Function) -> list[str]:
    """The golden examples that reach the function."""
    pairs = zip(golden.bodies(), golden.examples(), strict=True)
    return [body for body, example in pairs if domain.reach(function, example)]


def scenario_for(domain: Deployed, function: Function) -> Scenario:
    """The scenario of a deployed function. MissingScenario, saying what to write, if none."""
    own = scenarios_of(domain)
    if function.name in own:
        return own[function.name]
    if function.module in OF_THE_RUNTIME:
        return OF_THE_RUNTIME[function.module](domain)
    events = observed(domain, function)
    if events:
        return Scenario(batch(*events))
    raise MissingScenario(
        f"{domain.domain}.{function.name} is deployed and no golden example reaches it: expected "
        f"{function.name!r} in SCENARIOS of tests/unit/{domain.package}/scenarios.py, with a "
        "Scenario (tests/unit/scenario.py) that has what Lambda hands to it"
    )


PENDING = 25
"""Events in an outbox: more than one call takes."""


def pending() -> list[dict[str, Any]]:
    """Items of an outbox that have waited for long, each with an id of its own."""
    found = []
    for n, body in enumerate(islice(cycle(golden.bodies()), PENDING)):
        event = decode(body)
        metadata = msgspec.structs.replace(event.metadata, id=f"event-{n}", occurred_at=LONG_AGO)
        found.append(outbox.item(event._replace(metadata=metadata)))
    return found


def waiting(world: World) -> None:
    """Fills the outbox."""
    world.write_outbox(*pending())


def published() -> Scenario:
    """The outbox was filled, and its stream tells so."""
    return Scenario(stream(*pending()), waiting)


def swept() -> Scenario:
    """The outbox was filled, and nobody published it; its minute has come."""
    return Scenario(batch("a minute"), waiting)


UNDELIVERED = 3
"""Messages in a batch: each is one call, and a test dies at each."""


def undelivered(domain: Deployed) -> Scenario:
    """What a rule or topic could not deliver to a queue, or to a stream where there is no queue."""
    targets = json.loads(domain.resolve(domain.functions["redeliver"].environment["TARGETS"]))
    by_service: dict[str, list[str]] = {}
    for name, arn in targets.items():
        by_service.setdefault(arn.split(":")[2], []).append(name)
    waiting_in = min(by_service.get("sqs") or by_service["kinesis"])
    (id,) = (id for id in domain.of("AWS::SQS::Queue") if domain.name(id) == waiting_in)
    records = batch(*golden.bodies()[:UNDELIVERED])["Records"]
    return Scenario({"Records": [one | {"eventSourceARN": domain.arn(id)} for one in records]})


OF_THE_RUNTIME: dict[str, Callable[[Deployed], Scenario]] = {
    "eventing.publisher": lambda _: published(),
    "eventing.redelivery": undelivered,
    "eventing.sweeper": lambda _: swept(),
}
"""What is the same for every domain, by the module of its handler."""
