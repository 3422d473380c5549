"""References to what is not there: in a template, and from one stack to another."""

import re
from collections.abc import Iterator
from typing import Any

from routes.checks.base import Code, Context, Finding, finding
from routes.network.model import Place
from routes.reading.assembly import Resource, Stack
from routes.reading.tokens import is_known

DANGLING = Code(
    "S906",
    "error",
    "A reference to what the template does not define",
    "CloudFormation refuses the whole template.",
    "Correct the logical id, or add the resource or parameter.",
)
ASTRAY = Code(
    "J809",
    "warning",
    "A target of another account or region than the place of its name",
    "A wrong digit in an ARN sends events out of the system, or nowhere.",
    "Correct the ARN as the message says.",
    house=True,
)
NO_DEAD_LETTER_PLACE = Code(
    "D406",
    "note",
    "A dead-letter place that no stack defines",
    "Its account and region are the system's own, but nothing there has the name.",
    "Correct the ARN, or add the queue.",
    house=True,
)
GRANT_FOR_NOTHING = Code(
    "J810",
    "note",
    "A grant for a resource that no stack defines",
    "The role is allowed something on a name that nothing has: what it needs, it lacks.",
    "Correct the ARN in the policy, or add the resource.",
    house=True,
)

CODES = [DANGLING, ASTRAY, NO_DEAD_LETTER_PLACE, GRANT_FOR_NOTHING]

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
_OWN_KINDS = ("bus", "function", "queue", "stream", "table", "topic")


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about references."""
    for stack in context.routes.assembly.stacks:
        # A macro may define what the template only names.
        if "Transform" not in stack.template and "Fn::ForEach" not in str(stack.template):
            yield from _dangling(stack)
    for hop in context.routes.hops:
        meant = _meant(context, hop.target)
        if meant is not None:
            told = f"{hop.target.arn} is in no stack: did you mean {meant.arn}?"
            yield finding(ASTRAY, hop.resource, told)
    yield from _dead_letters(context)
    yield from _grants(context)


def _dangling(stack: Stack) -> Iterator[Finding]:
    known = {*stack.template.get("Resources", {}), *stack.template.get("Parameters", {})}
    for resource in stack.resources.values():
        for name in sorted(set(named(resource.definition)) - known):
            yield finding(DANGLING, resource, f"it refers to {name}")


def named(node: Any) -> Iterator[str]:
    """Yields each logical id or parameter that a resource refers to, or depends on."""
    if isinstance(node, list):
        for item in node:
            yield from named(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "Ref" and isinstance(value, str):
            yield from [] if value.startswith("AWS::") else [value]
        elif key == "Fn::GetAtt" and value:
            yield str(value).split(".")[0] if isinstance(value, str) else str(value[0])
        elif key == "DependsOn":
            yield from [value] if isinstance(value, str) else value
        elif key == "Fn::Sub":
            yield from _in_text(value)
        yield from named(value)


def _in_text(value: Any) -> Iterator[str]:
    text, given = (value, {}) if isinstance(value, str) else (value[0], value[1])
    for name in _VARIABLE.findall(str(text)):
        if name not in given and not name.startswith("AWS::"):
            yield name.strip().split(".")[0]


def _meant(context: Context, place: Place) -> Place | None:
    """The place of the assembly that has the name and the kind of one outside."""
    if place.resource is not None or not is_known(place.arn) or place.name == "default":
        return None
    if place.kind not in _OWN_KINDS:
        return None
    return next(
        (
            other
            for other in context.routes.places
            if other.resource is not None
            and (other.kind, other.arn.split(":", 5)[-1])
            == (place.kind, place.arn.split(":", 5)[-1])
        ),
        None,
    )


def _is_own(context: Context, place: Place) -> bool:
    """Whether the place's account and region are the system's, and nothing there has its name."""
    own = {(stack.account, stack.region) for stack in context.routes.assembly.stacks}
    return (
        place.resource is None
        and place.kind in _OWN_KINDS
        and place.name != "default"
        and is_known(place.arn)
        and (place.account, place.region) in own
    )


def _dead_letters(context: Context) -> Iterator[Finding]:
    for resource, arn in context.dead_letters:
        place = context.routes.places.at(arn, resource.stack)
        if _is_own(context, place):
            yield finding(NO_DEAD_LETTER_PLACE, resource, f"no stack defines {place.arn}")


def _grants(context: Context) -> Iterator[Finding]:
    routes = context.routes
    for resource in routes.assembly.resources("AWS::IAM::Policy", "AWS::IAM::Role"):
        for arn in sorted(_resources_of(resource)):
            place = routes.places.at(arn)
            if "*" not in arn and "?" not in arn and _is_own(context, place):
                yield finding(GRANT_FOR_NOTHING, resource, f"no stack defines {arn}")


def _resources_of(resource: Resource) -> set[str]:
    """Every ARN under `Resource` in a policy."""
    found: set[str] = set()
    waiting: list[Any] = [resource.properties]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            named = node.get("Resource")
            named = named if isinstance(named, list) else [named]
            found |= {each for each in named if isinstance(each, str) and each.startswith("arn:")}
            waiting += node.values()
    return found
