"""For each code about settings, readers and alarms: what triggers it, and the nearest."""

import copy
from typing import Any

from routes.tests.faults import Case, Change, change, drop, nothing, put, remove, several, target
from routes.tests.sample import REGION, Template, allow, arn, resource, role

_TABLE = resource(
    "DynamoDB::Table",
    AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    StreamSpecification={"StreamViewType": "NEW_IMAGE"},
)
_STREAM = {"Fn::GetAtt": ["Table", "StreamArn"]}
_READS = ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"]


def _add(stack: str, **resources: object) -> Change:
    return change(stack, lambda t: t["Resources"].update(copy.deepcopy(resources)))


def _table(pattern: str = '{"eventName": ["INSERT"]}') -> Change:
    """A table whose stream the function Bill reads through a filter."""
    return several(
        _add(
            "Billing",
            Table=_TABLE,
            TableMapping=resource(
                "Lambda::EventSourceMapping",
                EventSourceArn=_STREAM,
                FunctionName={"Ref": "Watch"},
                FunctionResponseTypes=["ReportBatchItemFailures"],
                StartingPosition="LATEST",
                FilterCriteria={"Filters": [{"Pattern": pattern}]},
            ),
            Watch=resource("Lambda::Function", Role=arn("WatchRole")),
            WatchRole=role(
                "lambda",
                allow([*_READS, "dynamodb:ListStreams"], _STREAM),
                allow("dynamodb:PutItem", arn("Table")),
            ),
        )
    )


def _stream(**settings: object) -> Change:
    """A stream that the function Count reads."""
    settings = {"StartingPosition": "TRIM_HORIZON", "MaximumRetryAttempts": 5, **settings}
    reads = ["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"]
    return _add(
        "Billing",
        Stream=resource("Kinesis::Stream", ShardCount=1),
        StreamMapping=resource(
            "Lambda::EventSourceMapping",
            EventSourceArn=arn("Stream"),
            FunctionName={"Ref": "Count"},
            FunctionResponseTypes=["ReportBatchItemFailures"],
            DestinationConfig={"OnFailure": {"Destination": arn("Letters")}},
            **settings,
        ),
        Count=resource("Lambda::Function", Role=arn("CountRole")),
        CountRole=role(
            "lambda",
            allow([*reads, "kinesis:ListShards", "kinesis:PutRecord"], arn("Stream")),
            allow("sqs:SendMessage", arn("Letters")),
        ),
    )


def _policies(*statements: dict[str, object]) -> list[dict[str, object]]:
    return [{"PolicyName": "p", "PolicyDocument": {"Statement": [*statements]}}]


def _statement(template: Template) -> dict[str, Any]:
    """The first statement of a queue's policy."""
    policy = template["Resources"]["UsPolicy"]["Properties"]["PolicyDocument"]
    found: dict[str, Any] = policy["Statement"][0]
    return found


def _redrive(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"]["Us"]["Properties"]["RedrivePolicy"]
    return found


CASES: dict[str, Case] = {
    "S901": Case(
        put("Billing/Us", "VisibilityTimeout", 43_201),
        put("Billing/Us", "VisibilityTimeout", 43_200),
    ),
    "S902": Case(
        put("Billing/UsSubscription", "FilterPolicyScope", "messageBody"),
        put("Billing/ToFifo", "State", "ENABLED"),
    ),
    "S903": Case(
        target("Billing/ToFifo", Id=None),
        target("Billing/ToFifo", Id="Other"),
    ),
    "S904": Case(
        put("Billing/Bill", "ReservedConcurrentExecutions", 0),
        put("Billing/Bill", "ReservedConcurrentExecutions", 1),
    ),
    "S905": Case(
        target("Billing/ToFifo", Input="{}", InputPath="$.detail"),
        target("Billing/ToFifo", InputPath="$.detail"),
    ),
    "S906": Case(
        put("Billing/UsMapping", "EventSourceArn", arn("Uss")),
        put("Billing/UsMapping", "EventSourceArn", arn("Us")),
    ),
    "A512": Case(
        change("Billing", lambda t: _statement(t).pop("Effect")),
        change("Billing", lambda t: _statement(t).update(Sid="one")),
    ),
    "A513": Case(
        change("Billing", lambda t: _statement(t).update(Action="sqs:SendMesage")),
        change("Billing", lambda t: _statement(t).update(Action="sqs:SendMessage*")),
    ),
    "D406": Case(
        target("Billing/ToFifo", DeadLetterConfig={"Arn": f"arn:aws:sqs:{REGION}:200000000002:no"}),
        target("Billing/ToFifo", DeadLetterConfig={"Arn": f"arn:aws:sqs:{REGION}:033333333333:no"}),
    ),
    "J809": Case(
        target("Shop/Forward", Arn=f"arn:aws:events:{REGION}:222222222223:event-bus/billing"),
        target("Shop/Forward", Arn=f"arn:aws:events:{REGION}:222222222223:event-bus/other"),
    ),
    "J810": Case(
        put(
            "Billing/AsyncRole",
            "Policies",
            _policies(allow("sqs:SendMessage", f"arn:aws:sqs:{REGION}:200000000002:gone")),
        ),
        put(
            "Billing/AsyncRole",
            "Policies",
            _policies(allow("sqs:SendMessage", f"arn:aws:sqs:{REGION}:044444444444:gone")),
        ),
    ),
    "M101": Case(
        several(_table(), drop("Billing/Table", "StreamSpecification")),
        _table(),
    ),
    "M102": Case(
        put("Billing/FifoMapping", "BatchSize", 11), put("Billing/FifoMapping", "BatchSize", 10)
    ),
    "M103": Case(
        _table('{"dynamodb": {"OldImage": {"pk": {"S": ["a"]}}}}'),
        _table('{"dynamodb": {"NewImage": {"pk": {"S": ["a"]}}}}'),
    ),
    "M104": Case(
        put("Billing/Us", "MessageRetentionPeriod", 179),
        put("Billing/Us", "MessageRetentionPeriod", 180),
    ),
    "M105": Case(
        change("Billing", lambda t: _redrive(t).update(maxReceiveCount=1)),
        change("Billing", lambda t: _redrive(t).update(maxReceiveCount=2)),
    ),
    "N101": Case(
        put("Billing/LettersAlarm", "ActionsEnabled", False),
        put("Billing/LettersAlarm", "ActionsEnabled", True),
    ),
    "N102": Case(
        put("Billing/LettersAlarm", "MetricName", "ApproximateNumberOfMessageVisible"),
        put("Billing/LettersAlarm", "MetricName", "ApproximateAgeOfOldestMessage"),
    ),
    "N103": Case(
        put("Billing/LettersAlarm", "Dimensions", [{"Name": "QueueName", "Value": "letter"}]),
        nothing,
    ),
    "N104": Case(
        put("Billing/LettersAlarm", "Threshold", 1), put("Billing/LettersAlarm", "Threshold", 0.5)
    ),
    "M106": Case(
        target("Billing/ToFifo", RetryPolicy={"MaximumRetryAttempts": 0}),
        target("Billing/ToFifo", RetryPolicy={"MaximumRetryAttempts": 1}),
    ),
    "N106": Case(
        put("Billing/LettersAlarm", "Threshold", -1), put("Billing/LettersAlarm", "Threshold", 0)
    ),
    "J811": Case(
        _add("Billing", Alone=resource("SQS::Queue")),
        nothing,
    ),
    "A514": Case(
        put("Billing/Async", "Environment", {"Variables": {"TOPIC": {"Ref": "Topic"}}}),
        put("Billing/Async", "Environment", {"Variables": {"LETTERS": arn("Letters")}}),
    ),
    "N105": Case(remove("Billing/LettersAlarm"), nothing, declared=True),
    "M107": Case(_stream(StartingPosition="LATEST"), _stream()),
    "M108": Case(
        several(_stream(), drop("Billing/StreamMapping", "MaximumRetryAttempts")),
        _stream(MaximumRetryAttempts=-1),
    ),
    "N107": Case(
        change("Billing", lambda t: t["Resources"]["Alarms"].pop("Metadata")),
        several(
            change("Billing", lambda t: t["Resources"]["Alarms"].pop("Metadata")),
            _add(
                "Billing",
                Chat=resource(
                    "Chatbot::SlackChannelConfiguration",
                    ConfigurationName="on-call",
                    SnsTopicArns=[{"Ref": "Alarms"}],
                ),
            ),
        ),
    ),
    "W101": Case(
        put("Billing/SafeMapping", "FunctionName", {"Ref": "Number"}),
        several(
            put("Billing/SafeMapping", "FunctionName", {"Ref": "Number"}),
            target("Billing/ToSafe", InputPath="$.detail"),
        ),
    ),
    "W102": Case(
        _add(
            "Billing",
            Second=resource(
                "Lambda::EventSourceMapping",
                EventSourceArn=arn("Us"),
                FunctionName={"Ref": "Keep"},
                FunctionResponseTypes=["ReportBatchItemFailures"],
            ),
        ),
        nothing,
    ),
    "W103": Case(
        drop("Billing/UsSubscription", "RawMessageDelivery"),
        several(
            drop("Billing/UsSubscription", "RawMessageDelivery"),
            drop("Billing/EuSubscription", "RawMessageDelivery"),
        ),
    ),
    "W104": Case(
        several(_table(), drop("Billing/TableMapping", "FilterCriteria")),
        _table(),
    ),
}
