"""Functions that are given a place in their environment and may do nothing with it."""

from collections.abc import Iterator
from typing import Any

from routes.access.evaluation import as_list, like
from routes.checks.base import Code, Context, Finding, finding
from routes.network.model import Place
from routes.reading.assembly import Resource

NO_GRANT = Code(
    "A514",
    "warning",
    "A function is given a place that its role may do nothing with",
    "Its environment names the bus, queue, topic, stream or table; each call to it is denied.",
    "Grant the role what the code does there, or take the variable away.",
    house=True,
)

CODES = [NO_GRANT]

_SERVICES = {
    "bus": "events",
    "delivery stream": "firehose",
    "queue": "sqs",
    "state machine": "states",
    "stream": "kinesis",
    "table": "dynamodb",
    "topic": "sns",
}


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about what functions are given."""
    roles = context.routes.access.roles
    for function in context.routes.assembly.resources("AWS::Lambda::Function"):
        role = str(function.get("Role"))
        if roles.get(role) is None or roles.opaque(role):
            continue
        for variable, place in _given(context, function):
            if not _may_anything(roles.granted(role), place):
                told = f"{variable} names {place.label}; its role allows nothing on it"
                yield finding(NO_GRANT, function, told)


def _given(context: Context, function: Resource) -> Iterator[tuple[str, Place]]:
    """Each variable that refers to a place of the same stack."""
    environment = function.definition.get("Properties", {}).get("Environment", {})
    variables = environment.get("Variables", {}) if isinstance(environment, dict) else {}
    for name, value in variables.items() if isinstance(variables, dict) else ():
        for logical_id in sorted(_referred(value)):
            resource = function.stack.resources.get(logical_id)
            place = context.routes.places.at(resource.arn) if resource else None
            if place is not None and place.kind in _SERVICES:
                yield name, place


def _referred(value: Any) -> set[str]:
    """The logical ids that a value refers to, at any depth."""
    if isinstance(value, list):
        return set().union(*map(_referred, value))
    if not isinstance(value, dict):
        return set()
    if isinstance(value.get("Ref"), str):
        return {value["Ref"]}
    named = value.get("Fn::GetAtt")
    if isinstance(named, list) and named:
        return {str(named[0])}
    return set().union(*map(_referred, value.values()))


def _may_anything(statements: list[dict[str, Any]], place: Place) -> bool:
    """Whether some statement allows an action of the place's service on it, more than to list."""
    service = _SERVICES[place.kind]
    for statement in statements:
        if statement.get("Effect") != "Allow":
            continue
        if not any(_is_of(service, action) for action in as_list(statement.get("Action"))):
            continue
        resources = [str(each) for each in as_list(statement.get("Resource", "*"))]
        arns = (place.arn, f"{place.arn}/x")
        if any(like(each, arn) is not False for each in resources for arn in arns):
            return True
        # An index of a table, a name in a bucket.
        if any(each.startswith(f"{place.arn}/") for each in resources):
            return True
    return False


def _is_of(service: str, action: Any) -> bool:
    prefix, _, name = str(action).partition(":")
    return prefix in ("*", service) and not name.startswith(("Describe", "List"))
