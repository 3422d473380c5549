"""A small healthy system, as plain CloudFormation: a shop's account and a billing account.

bus shop → bus billing → topic → queues by location → function bill; also a FIFO queue, an
asynchronous function, an encrypted queue and an audit log behind billing's bus.
"""

import copy
import json
from pathlib import Path
from typing import Any

Template = dict[str, Any]
Templates = dict[str, Template]

SHOP, BILLING, REGION = "100000000001", "200000000002", "eu-west-1"
PLACED = {"source": "shop", "detail-type": "ItemSold"}
ENVIRONMENTS = {"Shop": SHOP, "Billing": BILLING}


def event(location: str, **changes: Any) -> dict[str, Any]:
    """An ItemSold event from a location, with fields of the envelope changed."""
    return {
        "version": "0",
        "id": f"00000000-0000-0000-0000-{location:0>12}",
        "source": "shop",
        "detail-type": "ItemSold",
        "account": SHOP,
        "time": "2026-11-23T10:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": {"location": location, "total": 300, "lines": [{"sku": "a"}, {"sku": "b"}]},
        **changes,
    }


def write_events(folder: Path, *events: dict[str, Any]) -> Path:
    """Writes events to a folder, one of each location where none are given."""
    folder.mkdir(exist_ok=True)
    for index, each in enumerate(events or (event("us-west"), event("eu-west"))):
        (folder / f"{index}.json").write_text(json.dumps(each))
    return folder


def write_assembly(folder: Path, templates: Templates, **environments: str) -> Path:
    """Writes templates as a cloud assembly; `environments` gives other accounts by stack."""
    folder.mkdir(exist_ok=True)
    artifacts = {}
    for name, template in templates.items():
        (folder / f"{name}.template.json").write_text(json.dumps(template))
        account = environments.get(name, ENVIRONMENTS.get(name, SHOP))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{account}/{REGION}",
            "properties": {"templateFile": f"{name}.template.json"},
        }
    (folder / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts}))
    return folder


def shop() -> Templates:
    """Returns the templates of the system, to be changed at will."""
    return copy.deepcopy({"Shop": {"Resources": _SHOP}, "Billing": {"Resources": _BILLING}})


def declare(templates: Templates) -> Templates:
    """Adds what the domains declare to publish and to subscribe."""
    templates["Shop"]["Metadata"] = {
        "crossbus": {"domain": "shop", "bus": "shop", "publishes": [PLACED], "subscribes": []}
    }
    templates["Billing"]["Metadata"] = {
        "crossbus": {"domain": "billing", "bus": "billing", "publishes": [], "subscribes": [PLACED]}
    }
    return templates


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def arn(logical_id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def allow(action: str | list[str], target: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": target, **more}


def by(service: str, source: Any) -> dict[str, Any]:
    """The principal and the condition with which a service sends for one rule or topic."""
    return {
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Condition": {"ArnEquals": {"aws:SourceArn": source}},
    }


def role(service: str, *statements: dict[str, Any]) -> dict[str, Any]:
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": f"{service}.amazonaws.com"},
    }
    return resource(
        "IAM::Role",
        AssumeRolePolicyDocument={"Statement": [trust]},
        Policies=[{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}],
    )


def queue_policy(queue: str, *senders: tuple[str, Any]) -> dict[str, Any]:
    statements = [allow("sqs:SendMessage", arn(queue), **by(*sender)) for sender in senders]
    return resource(
        "SQS::QueuePolicy", Queues=[{"Ref": queue}], PolicyDocument={"Statement": statements}
    )


def letters(name: str, *senders: tuple[str, Any], fifo: bool = False) -> dict[str, Any]:
    """A dead-letter queue and its policy."""
    more = {"FifoQueue": True} if fifo else {}
    return {
        name: resource("SQS::Queue", MessageRetentionPeriod=1209600, **more),
        f"{name}Policy": queue_policy(name, *senders),
    }


def alarm(queue: str) -> dict[str, Any]:
    """An alarm that tells the topic Alarms of the first message in a dead-letter queue."""
    return resource(
        "CloudWatch::Alarm",
        AlarmActions=[{"Ref": "Alarms"}],
        ComparisonOperator="GreaterThanThreshold",
        Dimensions=[{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}],
        EvaluationPeriods=1,
        MetricName="ApproximateNumberOfMessagesVisible",
        Namespace="AWS/SQS",
        Period=60,
        Statistic="Maximum",
        Threshold=0,
    )


def alarms(*queues: str) -> dict[str, Any]:
    """A topic for alarms, and an alarm for each dead-letter queue."""
    source = {"Fn::Sub": "arn:aws:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"}
    statement = allow("sns:Publish", {"Ref": "Alarms"}, **by("cloudwatch", source))
    statement["Condition"] = {"ArnLike": statement["Condition"]["ArnEquals"]}
    return {
        "Alarms": {**resource("SNS::Topic"), "Metadata": {"crossbus:subscribed": "by hand"}},
        "AlarmsPolicy": resource(
            "SNS::TopicPolicy",
            Topics=[{"Ref": "Alarms"}],
            PolicyDocument={"Statement": [statement]},
        ),
        **{f"{queue}Alarm": alarm(queue) for queue in queues},
    }


def rule(target: Any, dead: str | None, **more: Any) -> dict[str, Any]:
    one = {"Id": "T", "Arn": target, **more}
    if dead:
        one["DeadLetterConfig"] = {"Arn": arn(dead)}
    pattern = {"source": ["shop"], "detail-type": ["ItemSold"]}
    return resource("Events::Rule", EventBusName="billing", EventPattern=pattern, Targets=[one])


def subscription(prefix: str, queue: str) -> dict[str, Any]:
    return resource(
        "SNS::Subscription",
        TopicArn={"Ref": "Topic"},
        Protocol="sqs",
        Endpoint=arn(queue),
        RawMessageDelivery=True,
        FilterPolicyScope="MessageBody",
        FilterPolicy={"detail": {"location": [{"prefix": prefix}]}},
        RedrivePolicy={"deadLetterTargetArn": arn("TopicLetters")},
    )


def buffered(
    queue: str, sender: tuple[str, Any], reader: str = "Bill", **properties: Any
) -> dict[str, Any]:
    """A queue and its reader."""
    redrive = {"deadLetterTargetArn": arn("QueueLetters"), "maxReceiveCount": 3}
    properties = {"VisibilityTimeout": 60, "RedrivePolicy": redrive, **properties}
    return {
        queue: resource("SQS::Queue", **properties),
        f"{queue}Policy": queue_policy(queue, sender),
        f"{queue}Mapping": resource(
            "Lambda::EventSourceMapping",
            EventSourceArn=arn(queue),
            FunctionName={"Ref": reader},
            FunctionResponseTypes=["ReportBatchItemFailures"],
        ),
    }


_READ = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
_BILLING_BUS = f"arn:aws:events:{REGION}:{BILLING}:event-bus/billing"

_SHOP: dict[str, Any] = {
    "Bus": resource("Events::EventBus", Name="shop"),
    "PublisherRole": role("lambda", allow("events:PutEvents", arn("Bus"))),
    "Publisher": resource("Lambda::Function", Role=arn("PublisherRole"), Timeout=5),
    "ForwardRole": role("events", allow("events:PutEvents", _BILLING_BUS)),
    "Forward": rule(_BILLING_BUS, "Letters", RoleArn=arn("ForwardRole")),
    **letters("Letters", ("events", arn("Forward"))),
    **alarms("Letters"),
}
_SHOP["Forward"]["Properties"]["EventBusName"] = {"Ref": "Bus"}

_BILLING: dict[str, Any] = {
    "Bus": resource("Events::EventBus", Name="billing"),
    "BusPolicy": resource(
        "Events::EventBusPolicy",
        EventBusName={"Ref": "Bus"},
        StatementId="shop",
        Statement={
            **allow("events:PutEvents", arn("Bus")),
            "Principal": {"AWS": f"arn:aws:iam::{SHOP}:root"},
            "Condition": {
                "StringEquals": {"events:source": "shop", "events:detail-type": "ItemSold"},
                "Null": {"events:source": "false", "events:detail-type": "false"},
            },
        },
    ),
    "Topic": resource("SNS::Topic", TopicName="placed"),
    "ToTopicRole": role("events", allow("sns:Publish", {"Ref": "Topic"})),
    "ToTopic": rule({"Ref": "Topic"}, "Letters", RoleArn=arn("ToTopicRole")),
    **letters(
        "Letters",
        *(("events", arn(name)) for name in ("ToTopic", "ToFifo", "ToAsync", "ToSafe", "ToLog")),
    ),
    **letters("TopicLetters", ("sns", {"Ref": "Topic"})),
    "QueueLetters": resource("SQS::Queue", MessageRetentionPeriod=1209600),
    **buffered("Us", ("sns", {"Ref": "Topic"})),
    **buffered("Eu", ("sns", {"Ref": "Topic"})),
    "UsSubscription": subscription("us-", "Us"),
    "EuSubscription": subscription("eu-", "Eu"),
    "BillRole": role(
        "lambda",
        allow("kms:Decrypt", arn("Key")),
        *(allow(_READ, arn(name)) for name in ("Us", "Eu", "Fifo", "Safe")),
    ),
    **{
        name: resource("Lambda::Function", Role=arn("BillRole"), Timeout=10)
        for name in ("Bill", "Number", "Keep")
    },
    **buffered(
        "Fifo",
        ("events", arn("ToFifo")),
        reader="Number",
        FifoQueue=True,
        ContentBasedDeduplication=True,
    ),
    "FifoLetters": resource("SQS::Queue", FifoQueue=True, MessageRetentionPeriod=1209600),
    "ToFifo": rule(arn("Fifo"), "Letters", SqsParameters={"MessageGroupId": "one"}),
    "ToAsync": rule(arn("Async"), "Letters"),
    "AsyncRole": role("lambda", allow("sqs:SendMessage", arn("Letters"))),
    "Async": resource(
        "Lambda::Function",
        Role=arn("AsyncRole"),
        DeadLetterConfig={"TargetArn": arn("Letters")},
    ),
    "AsyncPermission": resource(
        "Lambda::Permission",
        FunctionName={"Ref": "Async"},
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=arn("ToAsync"),
    ),
    "ToSafe": rule(arn("Safe"), "Letters"),
    **buffered("Safe", ("events", arn("ToSafe")), reader="Keep", KmsMasterKeyId=arn("Key")),
    "Key": resource(
        "KMS::Key",
        KeyPolicy={
            "Statement": [
                allow(["kms:GenerateDataKey", "kms:Decrypt"], "*", **by("events", arn("ToSafe"))),
                allow("kms:Decrypt", "*", Principal={"AWS": f"arn:aws:iam::{BILLING}:root"}),
            ]
        },
    ),
    "Log": resource("Logs::LogGroup", LogGroupName="/aws/events/billing"),
    "ToLog": rule(f"arn:aws:logs:{REGION}:{BILLING}:log-group:/aws/events/billing", "Letters"),
    "LogPolicy": resource(
        "Logs::ResourcePolicy",
        PolicyName="events",
        PolicyDocument=json.dumps(
            {
                "Statement": [
                    allow(
                        "logs:PutLogEvents",
                        f"arn:aws:logs:{REGION}:{BILLING}:log-group:/aws/events/*:*",
                        Principal={"Service": "events.amazonaws.com"},
                    )
                ]
            }
        ),
    ),
}
_BILLING |= alarms("Letters", "TopicLetters", "QueueLetters", "FifoLetters")
_BILLING["Fifo"]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"] = arn("FifoLetters")
