"""Every way to break one property of a template that a delivery or an alarm touches.

Nothing is listed by hand but the types that are looked at and the properties that carry nothing:
each other property is removed, emptied, pointed elsewhere, misspelled or set past any limit, in one
resource (of thirty queues, the first that has the property stands for all; in the largest stack,
where most hangs on it).
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Template = dict[str, Any]
Path = tuple[Any, ...]

TYPES = (
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::CloudWatch::Alarm",
    "AWS::DynamoDB::Table",
    "AWS::Events::",
    "AWS::IAM::",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::ResourcePolicy",
    "AWS::Pipes::",
    "AWS::SNS::",
    "AWS::SQS::",
    "AWS::Scheduler::",
)

# Properties that no delivery and no alarm goes by.
QUIET = {
    "AlarmDescription",
    "Architectures",
    "Code",
    "DeletionProtectionEnabled",
    "Description",
    "DisplayName",
    "EnableKeyRotation",
    "Environment",
    "GlobalSecondaryIndexes",
    "KinesisStreamSpecification",
    "KmsDataKeyReusePeriodSeconds",
    "Layers",
    "LogFormat",
    "LoggingConfig",
    "MemorySize",
    "PointInTimeRecoverySpecification",
    "PolicyName",
    "RetentionDays",
    "RetentionPeriodHours",
    "Runtime",
    "SSESpecification",
    "Sid",
    "SqsManagedSseEnabled",
    "Tags",
    "TimeToLiveSpecification",
    "TracingConfig",
    "Version",
}


@dataclass(frozen=True)
class Mutation:
    """One change to one resource of one stack's template."""

    name: str
    stack: str
    kind: str
    change: Callable[[Template], None]

    @property
    def label(self) -> str:
        """The change by the type of its resource, whatever the resource is called."""
        return f"{self.kind.removeprefix('AWS::')}: {self.name.partition(': ')[2]}"

    def applied(self, templates: dict[str, Template]) -> dict[str, Template]:
        """Returns the templates with the change made; the given ones stay as they are."""
        changed = {**templates, self.stack: copy.deepcopy(templates[self.stack])}
        self.change(changed[self.stack])
        return changed


def mutations(templates: dict[str, Template]) -> Iterator[Mutation]:
    """Yields every mutation of the templates (by stack), those of the largest first."""
    seen: set[tuple[str, str]] = set()
    by_size = sorted(templates.items(), key=lambda one: -len(one[1]["Resources"]))
    for stack, template in by_size:
        for logical_id, resource in template["Resources"].items():
            if not resource["Type"].startswith(TYPES):
                continue
            for name, change in _mutated(template, logical_id, resource):
                if (resource["Type"], name) not in seen:
                    seen.add((resource["Type"], name))
                    kind = resource["Type"]
                    yield Mutation(f"{stack}/{logical_id}: {name}", stack, kind, change)


Made = Iterator[tuple[str, Callable[[Template], None]]]


def _mutated(template: Template, logical_id: str, resource: dict[str, Any]) -> Made:
    yield "deleted", lambda t: t["Resources"].pop(logical_id)
    for path, value in _nodes(resource.get("Properties", {}), ()):
        told = _told(resource, path)
        yield f"{told} removed", _at(logical_id, path, _pop)
        if _is_reference(value):
            for other in _others(template, value)[:1]:
                yield f"{told} pointed elsewhere", _at(logical_id, path, _put(other))
            yield f"{told} pointed to nothing", _at(logical_id, path, _put({"Ref": "Gone"}))
        elif isinstance(value, bool):
            yield f"{told} {not value}", _at(logical_id, path, _put(not value))
        elif isinstance(value, int | float):
            for number in (-1, 0, 10**9):
                if number != value:
                    yield f"{told} {number}", _at(logical_id, path, _put(number))
        elif isinstance(value, str):
            yield f"{told} empty", _at(logical_id, path, _put(""))
            yield f"{told} misspelled", _at(logical_id, path, _put(f"{value}x"))
        else:
            yield f"{told} empty", _at(logical_id, path, _put(type(value)()))
    yield from _statements(logical_id, resource)


def _nodes(node: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every value below a resource's properties, a reference as one."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        if key in QUIET:
            continue
        yield (*path, key), value
        if isinstance(value, dict | list) and not _is_reference(value):
            yield from _nodes(value, (*path, key))


def _told(resource: dict[str, Any], path: Path) -> str:
    """A path in words; a statement of a policy by its effect and its first action."""
    node, words = resource["Properties"], []
    for key in path:
        node = node[key]
        is_statement = isinstance(node, dict) and "Effect" in node
        words.append(_statement(node) if is_statement else str(key))
    return ".".join(words)


def _statement(statement: dict[str, Any]) -> str:
    actions = statement.get("Action")
    first = actions[0] if isinstance(actions, list) else actions
    return f"{statement['Effect']}({first})"


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _FUNCTIONS


_FUNCTIONS = ("Ref", "Fn::GetAtt", "Fn::Join", "Fn::Sub")


def _others(template: Template, reference: dict[str, Any]) -> list[dict[str, Any]]:
    """The same reference to each other resource of the same type."""
    ((function, named),) = reference.items()
    logical_id = named[0] if function == "Fn::GetAtt" else named
    resources = template["Resources"]
    if not isinstance(logical_id, str) or logical_id not in resources:
        return []
    kind = resources[logical_id]["Type"]
    return [
        {function: [other, *named[1:]] if function == "Fn::GetAtt" else other}
        for other, resource in resources.items()
        if resource["Type"] == kind and other != logical_id
    ]


def _at(logical_id: str, path: Path, change: Callable[[Any, Any], None]) -> Any:
    def apply(template: Template) -> None:
        node = template["Resources"][logical_id]["Properties"]
        for key in path[:-1]:
            node = node[key]
        change(node, path[-1])

    return apply


def _pop(node: Any, key: Any) -> None:
    del node[key]


def _put(value: Any) -> Callable[[Any, Any], None]:
    def put(node: Any, key: Any) -> None:
        node[key] = value

    return put


def _statements(logical_id: str, resource: dict[str, Any]) -> Made:
    """What policies can say otherwise: a denial, another action, everyone, a stranger."""
    for path, value in _nodes(resource.get("Properties", {}), ()):
        if not isinstance(value, dict) or value.get("Effect") != "Allow":
            continue
        told = _told(resource, path)
        yield f"{told} denies", _at(logical_id, (*path, "Effect"), _put("Deny"))
        yield (
            f"{told} of another action",
            _at(logical_id, (*path, "Action"), _put("sqs:PurgeQueue")),
        )
        if "Principal" in value:
            stranger = {"AWS": "999999999999"}
            yield f"{told} for everyone", _at(logical_id, (*path, "Principal"), _put("*"))
            yield f"{told} for another", _at(logical_id, (*path, "Principal"), _put(stranger))
