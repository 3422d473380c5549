"""Where faults can strike in a running system: found from what is deployed, listed nowhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from local.faults.code import TABLE
from local.faults.names import FUNCTION
from local.faults.policies import ROLE
from local.system import System

BUS = "AWS::Events::EventBus"
QUEUE = "AWS::SQS::Queue"


@dataclass(frozen=True, order=True)
class Place:
    """Something of a stack that faults strike, by its logical id, or by its name.

    No two faults that change the same `thing` are on at once: each would mend the other.
    """

    stack: str
    name: str
    thing: str

    def __str__(self) -> str:
        return f"{self.name} of {self.stack}"


Places = Callable[[System], list[Place]]


def of_type(resource_type: str, thing: str) -> Places:
    """The resources of a type, by their logical ids."""

    def found(system: System) -> list[Place]:
        return sorted(
            Place(stack, name, f"{thing} {name}")
            for stack in system.stacks
            for name in system.resources(stack, resource_type)
        )

    return found


functions = of_type(FUNCTION, "function")
tables = of_type(TABLE, "table")


def buses(system: System) -> list[Place]:
    """The buses, by their names."""
    return sorted(
        Place(stack, name, f"bus {name}")
        for stack in system.stacks
        for name in system.resources(stack, BUS).values()
    )


def admitting_buses(system: System) -> list[Place]:
    """The buses whose policy lets somebody in."""
    return [
        place
        for place in buses(system)
        if system.client("events", place.stack).describe_event_bus(Name=place.name).get("Policy")
    ]


def consumers(system: System) -> list[Place]:
    """The functions that read a queue or a stream."""
    return sorted({place for stack in system.stacks for place in _consumers(system, stack)})


def _consumers(system: System, stack: str) -> Iterator[Place]:
    mappings = system.client("lambda", stack).get_paginator("list_event_source_mappings")
    reading = {
        each["FunctionArn"].split(":")[6]
        for page in mappings.paginate()
        for each in page["EventSourceMappings"]
    }
    for name, physical in system.resources(stack, FUNCTION).items():
        if physical in reading:
            yield Place(stack, name, f"mappings of {name}")


def permitted_roles(system: System) -> list[Place]:
    """The roles that have a policy of their own."""
    return sorted(
        Place(stack, name, f"role {name}")
        for stack in system.stacks
        for name, role in system.resources(stack, ROLE).items()
        if system.client("iam", stack).list_role_policies(RoleName=role)["PolicyNames"]
    )


def subscribed_queues(system: System) -> list[Place]:
    """The queues that a topic may send to by their policy, by their names.

    Where a topic or a rule puts what it gives up is none of them: what such a place refuses as well
    is lost on AWS too.
    """
    return sorted({place for stack in system.stacks for place in _subscribed(system, stack)})


def _subscribed(system: System, stack: str) -> Iterator[Place]:
    sqs, owner = system.client("sqs", stack), system.stack(stack)
    pages = system.client("sns", stack).get_paginator("list_subscriptions").paginate()
    endpoints = {each["Endpoint"] for page in pages for each in page["Subscriptions"]}
    for name, url in system.queues(stack).items():
        if f"arn:aws:sqs:{owner.region}:{owner.account}:{name}" in endpoints:
            asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
            if asked.get("Attributes", {}).get("Policy"):
                yield Place(stack, name, f"queue {name}")
