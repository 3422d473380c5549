"""AWS IoT: where the rules engine sends what devices publish."""

from collections.abc import Iterator
from typing import Any

from routes.network.model import Hop, Place
from routes.network.movers.base import Reader, is_true, named_arn
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, objects, optional_text

IOT = "iot.amazonaws.com"
# Per action the property that names its place, and of a mere name the service and how an ARN ends.
_ACTIONS = {
    "CloudwatchLogs": ("LogGroupName", "logs", "log-group:"),
    "DynamoDB": ("TableName", "dynamodb", "table/"),
    "Firehose": ("DeliveryStreamName", "firehose", "deliverystream/"),
    "Kinesis": ("StreamName", "kinesis", "stream/"),
    "Lambda": ("FunctionArn", "lambda", "function:"),
    "Sns": ("TargetArn", "", ""),
    "Sqs": ("QueueUrl", "", ""),
    "StepFunctions": ("StateMachineName", "states", "stateMachine:"),
}


def _topic_rule(rule: Resource, places: Places) -> Iterator[Hop]:
    """Each action gets what the rule selects, the error action what another could not take."""
    payload = an_object("TopicRulePayload", rule.get("TopicRulePayload"))
    failed = an_object("ErrorAction", payload.get("ErrorAction"))
    letters, letters_role = None, None
    for name, settings in failed.items():
        letters = _place(rule, name, an_object(name, settings), places).arn
        letters_role = optional_text("RoleArn", settings.get("RoleArn"))
    for action in objects("Actions", payload.get("Actions")):
        for name, settings in action.items():
            target = _place(rule, name, an_object(name, settings), places)
            yield Hop(
                "topic rule",
                places.at(rule.arn),
                target,
                rule,
                enabled=not is_true(payload.get("RuleDisabled")),
                role=optional_text("RoleArn", settings.get("RoleArn")),
                dead_letter=letters,
                dead_letter_role=letters_role,
                settings={"Sql": payload.get("Sql"), **settings},
                service=IOT,
                sender=rule.arn,
                needs_role=target.kind != "function",
                action="dynamodb:PutItem" if target.kind == "table" else None,
            )


def _place(rule: Resource, name: str, settings: dict[str, Any], places: Places) -> Place:
    if name == "S3":
        return places.at(f"arn:{rule.stack.partition}:s3:::{settings.get('BucketName')}")
    if name == "DynamoDBv2":
        name, settings = "DynamoDB", an_object("PutItem", settings.get("PutItem"))
    if name not in _ACTIONS:
        return places.endpoint("IoT action", name)
    key, service, tail = _ACTIONS[name]
    named = str(settings.get(key))
    if service and not named.startswith("arn:"):
        return places.at(named_arn(rule, service, f"{tail}{named}"))
    return places.at(named, rule.stack)


READERS: dict[str, Reader] = {"AWS::IoT::TopicRule": _topic_rule}
