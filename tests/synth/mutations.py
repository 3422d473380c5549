"""Every way to break a routing-relevant property of an assembly, one property at a time."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Template = dict[str, Any]

# Actions without which an event stays where it is.
_ROUTING_ACTIONS = ("events:", "sqs:", "sns:", "dynamodb:", "kinesis:", "kms:", "lambda:Invoke")


@dataclass(frozen=True)
class Mutation:
    """One change to one resource of one stack's template."""

    name: str
    stack: str
    change: Callable[[Template], None]

    def applied(self, templates: dict[str, Template]) -> dict[str, Template]:
        """Returns the templates with the change made; the given ones stay as they are."""
        changed = {**templates, self.stack: copy.deepcopy(templates[self.stack])}
        self.change(changed[self.stack])
        return changed


def mutations(templates: dict[str, Template]) -> Iterator[Mutation]:
    """Yields every mutation of the templates (by stack)."""
    for stack, template in templates.items():
        for logical_id, resource in template["Resources"].items():
            makers = _MAKERS.get(resource["Type"], [])
            for make in makers:
                for name, path, change in make(resource):
                    yield Mutation(
                        f"{stack}/{logical_id}: {name}", stack, _at(logical_id, path, change)
                    )


Change = Callable[[Any], None]
Made = Iterator[tuple[str, list[Any], Change]]


def _at(logical_id: str, path: list[Any], change: Change) -> Callable[[Template], None]:
    def apply(template: Template) -> None:
        node = template["Resources"]
        if path == [None]:
            change((node, logical_id))
            return
        node = node[logical_id]["Properties"]
        for key in path:
            node = node[key]
        change(node)

    return apply


def _delete(key: Any) -> Change:
    def change(node: Any) -> None:
        del node[key]

    return change


def _set(key: Any, value: Any) -> Change:
    def change(node: Any) -> None:
        node[key] = value

    return change


def _whole(_: Any) -> Made:
    def change(node: Any) -> None:
        resources, logical_id = node
        del resources[logical_id]

    yield "deleted", [None], change


def _granting(resource: Any) -> Made:
    """A policy that grants something, taken away; one that only denies plain HTTP moves nothing."""
    statements = resource["Properties"]["PolicyDocument"]["Statement"]
    if any(statement["Effect"] == "Allow" for statement in statements):
        yield from _whole(resource)


def _without(*keys: str) -> Callable[[Any], Made]:
    def make(resource: Any) -> Made:
        for key in keys:
            if key in resource["Properties"]:
                yield f"without {key}", [], _delete(key)

    return make


def _with(key: str, value: Any) -> Callable[[Any], Made]:
    def make(_: Any) -> Made:
        yield f"{key} {value}", [], _set(key, value)

    return make


def _pattern(key: str) -> Callable[[Any], Made]:
    """Misspells every literal, drops one of several, and asks for a field that is not there."""

    def make(resource: Any) -> Made:
        pattern = resource["Properties"].get(key)
        if not isinstance(pattern, dict):
            return
        for path, values in _lists(pattern, [key]):
            for index, value in enumerate(values):
                if isinstance(value, str):
                    yield f"{value} misspelled", path, _set(index, value + "x")
                    if len(values) > 1:
                        yield f"{value} dropped", path, _delete(index)
                elif isinstance(value, dict) and "prefix" in value:
                    yield f"{value} misspelled", [*path, index], _set("prefix", "x")
                    yield f"{value} widened", [*path, index], _set("prefix", "")
            yield f"{path[-1]} empty", path[:-1], _set(path[-1], [])
            yield f"{path[-1]} mistaken", path[:-1], _renamed(path[-1])

    return make


def _renamed(key: Any) -> Change:
    def change(node: Any) -> None:
        node[f"{key}s"] = node.pop(key)

    return change


def _lists(node: Any, path: list[Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    for key, value in node.items():
        if isinstance(value, list):
            yield [*path, key], value
        elif isinstance(value, dict):
            yield from _lists(value, [*path, key])


def _targets(resource: Any) -> Made:
    for index, target in enumerate(resource["Properties"].get("Targets", [])):
        path = ["Targets", index]
        for key in ("DeadLetterConfig", "RoleArn"):
            if key in target:
                yield f"target without {key}", path, _delete(key)
        yield "target to nowhere", path, _set("Arn", "arn:aws:sqs:eu-west-1:111111111111:nowhere")
        yield "no target", [], _set("Targets", [])


def _statements(path: list[Any]) -> Callable[[Any], Made]:
    def make(resource: Any) -> Made:
        document = resource["Properties"]
        for key in path:
            document = document.get(key, {})
        found = document if isinstance(document, list) else [document]
        for index, statement in enumerate(found):
            at = [*path, index] if isinstance(document, list) else path
            if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
                continue
            actions = statement["Action"]
            named = actions if isinstance(actions, list) else [actions]
            if not any(str(action).startswith(_ROUTING_ACTIONS) for action in named):
                continue
            told = f"statement {index} ({named[0]})"
            if isinstance(document, list):
                yield f"{told} deleted", path, _delete(index)
            yield f"{told} denies", at, _set("Effect", "Deny")
            yield f"{told} of another action", at, _set("Action", "sqs:PurgeQueue")
            if "Principal" in statement:
                yield f"{told} for everyone", at, _set("Principal", "*")
                yield f"{told} for another", at, _set("Principal", {"AWS": "999999999999"})
            for operator, keys in statement.get("Condition", {}).items():
                for key in keys:
                    where = [*at, "Condition", operator]
                    yield f"{told} without {operator} {key}", where, _delete(key)
                    other = "true" if operator == "Null" else "other"
                    yield f"{told} with another {operator} {key}", where, _set(key, other)

    return make


def _trust(resource: Any) -> Made:
    for index, statement in enumerate(
        resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    ):
        service = statement.get("Principal", {}).get("Service")
        if service == "events.amazonaws.com":
            path = ["AssumeRolePolicyDocument", "Statement", index]
            yield "trusts another", path, _set("Principal", {"Service": "ec2.amazonaws.com"})


def _filter_criteria(resource: Any) -> Made:
    for key in ("DestinationConfig", "FunctionResponseTypes"):
        if key in resource["Properties"]:
            yield f"without {key}", [], _delete(key)
    if (
        "EventSourceArn" in resource["Properties"]
        and "StartingPosition" not in resource["Properties"]
    ):
        never = {"Filters": [{"Pattern": '{"body": {"never": ["x"]}}'}]}
        yield "with a filter that nothing passes", [], _set("FilterCriteria", never)


def _scope(resource: Any) -> Made:
    other = {"MessageBody": "MessageAttributes", "MessageAttributes": "MessageBody"}
    scope = resource["Properties"]["FilterPolicyScope"]
    yield "with the other scope", [], _set("FilterPolicyScope", other[scope])


def _fifo(resource: Any) -> Made:
    if resource["Properties"].get("FifoQueue"):
        yield "FIFO no more", [], _delete("FifoQueue")


def _queue(resource: Any) -> Made:
    redrive = "RedrivePolicy" in resource["Properties"]
    if redrive:
        yield "visible at once", [], _set("VisibilityTimeout", 1)
    else:
        yield "kept a minute", [], _set("MessageRetentionPeriod", 60)


def _redrive_allow(resource: Any) -> Made:
    if "RedriveAllowPolicy" in resource["Properties"]:
        yield "takes none", [], _set("RedriveAllowPolicy", {"redrivePermission": "denyAll"})


_MAKERS: dict[str, list[Callable[[Any], Made]]] = {
    "AWS::Events::EventBus": [_whole, _with("Name", "elsewhere")],
    "AWS::Events::EventBusPolicy": [_whole, _statements(["Statement"])],
    "AWS::Events::Rule": [
        _whole,
        _pattern("EventPattern"),
        _targets,
        _with("State", "DISABLED"),
        _with("EventBusName", "default"),
    ],
    "AWS::IAM::Policy": [_whole, _statements(["PolicyDocument", "Statement"])],
    "AWS::IAM::Role": [_trust],
    "AWS::KMS::Key": [_statements(["KeyPolicy", "Statement"])],
    "AWS::Lambda::EventSourceMapping": [_whole, _filter_criteria, _with("Enabled", False)],
    "AWS::Lambda::EventInvokeConfig": [_whole],
    "AWS::Logs::ResourcePolicy": [_whole],
    "AWS::SNS::Subscription": [
        _whole,
        _pattern("FilterPolicy"),
        _without("RedrivePolicy", "FilterPolicy"),
        _scope,
        _with("Endpoint", "arn:aws:sqs:eu-west-1:111111111111:nowhere"),
    ],
    "AWS::SNS::TopicPolicy": [_granting, _statements(["PolicyDocument", "Statement"])],
    "AWS::SQS::Queue": [_without("RedrivePolicy"), _fifo, _queue, _redrive_allow],
    "AWS::SQS::QueuePolicy": [_granting, _statements(["PolicyDocument", "Statement"])],
}
