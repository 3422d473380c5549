"""A made-up app: a desk that lends books, and a shelf that hears of it, in two accounts."""

import json
from pathlib import Path
from typing import Any

DESK = "077777777777"
SHELF = "088888888888"
REGION = "eu-west-1"
Template = dict[str, Any]

CONSUMER = """
def handle(event, context):
    for record in event["Records"]:
        body = str(record)
        print(body)
        if "poison" in body:
            raise ValueError("poison")
"""


def arn(service: str, account: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{account}:{name}"


def queue(name: str, dead_letters: str | None = None, **properties: Any) -> Template:
    if dead_letters:
        target = {"Fn::GetAtt": [dead_letters, "Arn"]}
        properties["RedrivePolicy"] = {"deadLetterTargetArn": target, "maxReceiveCount": 3}
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **properties}}


def rule(
    bus: str, target: Any, letters: str, detail_type: str = "BookLent", **settings: Any
) -> Template:
    dead = {"DeadLetterConfig": {"Arn": {"Fn::GetAtt": [letters, "Arn"]}}}
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "Name": letters.lower().removesuffix("undelivered"),
            "EventBusName": bus,
            "EventPattern": {"detail-type": [detail_type]},
            "Targets": [{"Id": "one", "Arn": target, **dead, **settings}],
        },
    }


def function(name: str, role: str = "Role") -> Template:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": name,
            "Runtime": "python3.13",
            "Handler": "index.handle",
            "Code": {"ZipFile": CONSUMER},
            "Role": {"Fn::GetAtt": [role, "Arn"]},
        },
    }


def role(service: str, *statements: tuple[str, str]) -> Template:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    allowed = [{"Effect": "Allow", "Action": a, "Resource": r} for a, r in statements]
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": allowed}}],
        },
    }


SHELF_BUS = arn("events", SHELF, "event-bus/shelf")
DESK_BUS = arn("events", DESK, "event-bus/desk")

RELAY_BUS = arn("events", DESK, "event-bus/relay")

DESK_RESOURCES: Template = {
    "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "desk"}},
    "Archive": {
        "Type": "AWS::Events::Archive",
        "Properties": {"SourceArn": {"Fn::GetAtt": ["Bus", "Arn"]}, "RetentionDays": 7},
    },
    "Audit": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/events/desk"}},
    "AuditPolicy": {
        "Type": "AWS::Logs::ResourcePolicy",
        "Properties": {
            "PolicyName": "audit",
            "PolicyDocument": json.dumps(
                {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "events.amazonaws.com"},
                            "Action": "logs:PutLogEvents",
                            "Resource": arn("logs", DESK, "log-group:/aws/events/desk:*"),
                        }
                    ]
                }
            ),
        },
    },
    "AuditUndelivered": queue("audit-undelivered"),
    "AuditRule": rule("desk", arn("logs", DESK, "log-group:/aws/events/desk"), "AuditUndelivered"),
    "ForwardRole": role(
        "events.amazonaws.com", ("events:PutEvents", SHELF_BUS), ("events:PutEvents", RELAY_BUS)
    ),
    "ForwardUndelivered": queue("forward-undelivered"),
    "Forward": rule(
        "desk",
        SHELF_BUS,
        "ForwardUndelivered",
        RoleArn={"Fn::GetAtt": ["ForwardRole", "Arn"]},
    ),
    "Relay": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "relay"}},
    "OnwardUndelivered": queue("onward-undelivered"),
    "Onward": rule(
        "desk",
        RELAY_BUS,
        "OnwardUndelivered",
        "BookRelayed",
        RoleArn={"Fn::GetAtt": ["ForwardRole", "Arn"]},
    ),
    "SecondUndelivered": queue("second-undelivered"),
    "Second": rule(
        "relay",
        SHELF_BUS,
        "SecondUndelivered",
        "BookRelayed",
        RoleArn={"Fn::GetAtt": ["ForwardRole", "Arn"]},
    ),
    "Notes": queue("notes"),
    "NotesUndelivered": queue("notes-undelivered"),
    "NotesRule": rule("desk", {"Fn::GetAtt": ["Notes", "Arn"]}, "NotesUndelivered"),
    "Late": queue("late"),
    "LateRule": rule("desk", {"Fn::GetAtt": ["Late", "Arn"]}, "LateUndelivered", "BookLate"),
    "LateUndelivered": queue("late-undelivered", "LateUndeliverable"),
    "LateUndeliverable": queue("late-undeliverable"),
    "RedeliverRole": role("lambda.amazonaws.com", ("sqs:SendMessage", arn("sqs", DESK, "late"))),
    "Redeliver": function("redeliver", "RedeliverRole"),
    "Redelivering": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": {"Ref": "Redeliver"},
            "EventSourceArn": {"Fn::GetAtt": ["LateUndelivered", "Arn"]},
        },
    },
    "Role": role("lambda.amazonaws.com", ("events:PutEvents", DESK_BUS)),
    "Outbox": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        },
    },
    "Publisher": function("publisher"),
    "Unpublished": queue("unpublished"),
    "Publishing": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": {"Ref": "Publisher"},
            "EventSourceArn": {"Fn::GetAtt": ["Outbox", "StreamArn"]},
            "StartingPosition": "TRIM_HORIZON",
            "MaximumRetryAttempts": 0,
            "DestinationConfig": {
                "OnFailure": {"Destination": {"Fn::GetAtt": ["Unpublished", "Arn"]}}
            },
        },
    },
}

SHELF_RESOURCES: Template = {
    "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "shelf"}},
    "BusPolicy": {
        "Type": "AWS::Events::EventBusPolicy",
        "Properties": {
            "EventBusName": "shelf",
            "StatementId": "Desk",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{DESK}:root"},
                "Action": "events:PutEvents",
                "Resource": SHELF_BUS,
            },
        },
    },
    "Books": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "books"}},
    "BooksUndelivered": queue("books-undelivered"),
    "ToBooks": rule("shelf", {"Ref": "Books"}, "BooksUndelivered"),
    "NovelsDead": queue("novels-dead"),
    "Novels": queue("novels", "NovelsDead"),
    "NovelsUndelivered": queue("novels-undelivered"),
    "NovelsSubscription": {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": {"Ref": "Books"},
            "Protocol": "sqs",
            "Endpoint": {"Fn::GetAtt": ["Novels", "Arn"]},
            "RawMessageDelivery": True,
            "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["NovelsUndelivered", "Arn"]}},
        },
    },
    "Unrouted": queue("unrouted") | {"Metadata": {"crossbus:holds": "dead letters"}},
    "UnroutedSubscription": {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": {"Ref": "Books"},
            "Protocol": "sqs",
            "Endpoint": {"Fn::GetAtt": ["Unrouted", "Arn"]},
            "RawMessageDelivery": True,
            "FilterPolicy": {"novel": ["no"]},
        },
    },
    "Ticks": queue("ticks-dead") | {"Metadata": {"crossbus:holds": "dead letters"}},
    "NumbersDead": queue("numbers-dead.fifo", FifoQueue=True),
    "Numbers": queue("numbers.fifo", "NumbersDead", FifoQueue=True),
    "Role": role("lambda.amazonaws.com"),
    "Lent": queue("lent"),
    "Reader": function("reader"),
    "Reading": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": {"Ref": "Reader"},
            "EventSourceArn": {"Fn::GetAtt": ["Lent", "Arn"]},
        },
    },
}


def write_assembly(folder: Path) -> Path:
    """Writes the app's cloud assembly; returns its folder."""
    outbox = {"crossbus": {"bus": "desk", "outbox": {"table": "Outbox"}}}
    return write_stacks(
        folder,
        {
            "Desk": (DESK, {"Metadata": outbox, "Resources": DESK_RESOURCES}),
            "Shelf": (SHELF, {"Resources": SHELF_RESOURCES}),
        },
    )


def write_stacks(folder: Path, stacks: dict[str, tuple[str, Template]]) -> Path:
    """Writes a cloud assembly of stacks, each with its account; returns its folder."""
    folder.mkdir(parents=True)
    artifacts = {}
    for name, (account, template) in stacks.items():
        (folder / f"{name}.template.json").write_text(json.dumps(template))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{account}/{REGION}",
            "properties": {"templateFile": f"{name}.template.json"},
        }
    manifest = {"version": "48.0.0", "artifacts": artifacts}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
