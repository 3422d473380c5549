"""What faults are of: resources by a part of their logical ids."""

import re

from local.errors import LocalRunError
from local.system import System

FUNCTION = "AWS::Lambda::Function"
_HASH = re.compile("[0-9A-F]{8}$")


def function_name(system: System, stack: str, part: str) -> str:
    """The name of the one function whose logical id contains `part`. LocalRunError if not one."""
    return one(system, stack, FUNCTION, part)


def function_arn(system: System, stack: str, name: str) -> str:
    """The ARN of a function of a stack."""
    owner = system.stack(stack)
    return f"arn:aws:lambda:{owner.region}:{owner.account}:function:{name}"


def queue_url(system: System, stack: str, queue: str) -> str:
    """The URL of a queue of a stack. LocalRunError if it has none of that name."""
    queues = system.queues(stack)
    if queue not in queues:
        raise LocalRunError(f"{stack} has no queue {queue!r}, only {sorted(queues)}")
    return queues[queue]


def one(system: System, stack: str, resource_type: str, part: str) -> str:
    """The one resource of a type whose logical id contains `part`. LocalRunError if not one."""
    found = system.resources(stack, resource_type)
    fitting = sorted(name for name in found if part in name)
    exact = [name for name in fitting if without_hash(name) == part]
    if len(exact or fitting) != 1:
        raise LocalRunError(
            f"{part!r} is in the logical ids {fitting} of {stack}, expected one {resource_type} of "
            f"{sorted(found)}"
        )
    return found[(exact or fitting)[0]]


def without_hash(logical_id: str) -> str:
    """A logical id as CDK makes it ends with eight digits of a hash: the id without them."""
    return _HASH.sub("", logical_id)
