"""A required property that is missing fails its resource in CloudFormation's words.

ministack 1.5.33 gives as the reason only the name of what it did not find: `'Code'`. This can go
when its provisioners say what is required.
"""

from functools import partial
from typing import Any

from local.emulator import seams

REQUIRED = {
    "AWS::Lambda::EventSourceMapping": ("FunctionName",),
    "AWS::Lambda::Function": ("Code", "Role"),
    "AWS::Lambda::Permission": ("Action", "FunctionName", "Principal"),
    "AWS::SNS::Subscription": ("Protocol", "TopicArn"),
}


def install() -> None:
    """Asks before each create and update; what else is done with them takes these for given."""
    for resource_type, names in REQUIRED.items():
        seams.before_write(resource_type, partial(_require, names))


def _require(names: tuple[str, ...], properties: dict[str, Any]) -> None:
    for name in names:
        if name not in properties:
            raise ValueError(f"Properties validation failed: required key [{name}] not found")
