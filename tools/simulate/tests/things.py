"""A made-up app of an API, a table, a queue and two functions, and what only its business knows."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from simulate.business import Broken
from simulate.history import Ended
from simulate.mutations import Mutation, setting
from simulate.outside import Outside

COUNTED = "things"
KINDS = ("lost", "stuck")
ACTIVE_S = 600.0

TAKE = """
import json, os, uuid

def make(environment, client):
    dynamodb, sqs = client("dynamodb"), client("sqs")

    def handler(event, context):
        thing = str(uuid.uuid4())
        body = json.dumps({"thing": thing})
        sqs.send_message(QueueUrl=environment["QUEUE_URL"], MessageBody=body)
        return {"statusCode": 202, "body": body}

    return handler
"""

KEEP = """
import json

def make(environment, client):
    dynamodb = client("dynamodb")

    def handler(event, context):
        failed = []
        for record in event["Records"]:
            thing = json.loads(record["body"])["thing"]
            try:
                dynamodb.put_item(TableName=environment["TABLE"], Item={"pk": {"S": thing}})
            except Exception:
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}

    return handler
"""

MUTATIONS = (
    Mutation("what is not kept is not told", {"keep.py": [("failed.append(", "print(")]}),
    Mutation(
        "a message is shown too soon",
        template=setting("AWS::SQS::Queue", ["VisibilityTimeout"], 1),
    ),
    Mutation(
        "nothing is given up",
        template=setting("AWS::SQS::Queue", ["RedrivePolicy"], None),
    ),
    Mutation(
        "nobody is told",
        template=setting("AWS::CloudWatch::Alarm", ["AlarmActions"], None),
    ),
    Mutation("a handler asks for what is not there", {"keep.py": [(".put_item(", ".query(")]}),
    Mutation("nothing that can be changed", {"keep.py": [("not in the text", "")]}),
)


def handler(
    module: ModuleType, environment: dict[str, str], client: Callable[[str], Any]
) -> Callable[[Any, Any], Any]:
    made: Callable[[Any, Any], Any] = module.make(environment, client)
    return made


def begin(outside: Outside) -> int:
    outside.memory = []
    for number in range(10):

        def ask(number: int = number) -> None:
            answer = outside.request(f"ask {number}", "POST", "/things", "{}")
            if answer.status == 202:
                outside.memory.append(json.loads(answer.body)["thing"])

        outside.start(f"client {number}", number * 5.0, ask)
    return 10


def went_back(*_: object) -> None:
    """Nothing of a thing can go back."""


def broken(ended: Ended) -> Iterator[Broken]:
    kept = {item["pk"] for item in ended.world.items("things")}
    for killer in ended.world.killers.ends():
        thing = json.loads(killer.text)["thing"]
        kept.add(thing)
        if all(queue.name == killer.source for queue in killer.queues):
            yield Broken(
                "lost", thing, f"{thing} ends its function each time, and is set aside nowhere"
            )
    for thing in ended.outside.memory:
        if thing not in kept:
            yield Broken("lost", thing, f"{thing} was taken, and is not kept")
    for place, stay, how in ended.unheard(lambda _, is_read: float("inf") if is_read else 300.0):
        yield Broken("stuck", json.loads(stay.text)["thing"], f"in {place.label}: {how}")


def write(folder: Path, *more: dict[str, Any], keep: str = KEEP) -> Path:
    """Writes the app's assembly, with more resources or another function, into a folder."""
    template = {"Resources": RESOURCES | {f"More{n}": one for n, one in enumerate(more)}}
    environment = "aws://123456789012/eu-west-1"
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {"templateFile": "things.template.json", "stackName": "things"},
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"things": artifact}}))
    (folder / "things.template.json").write_text(json.dumps(template))
    asset = folder / "asset.code"
    asset.mkdir()
    (asset / "take.py").write_text(TAKE)
    (asset / "keep.py").write_text(keep)
    return folder


def _function(module: str, **variables: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": module,
            "Handler": f"{module}.handler",
            "Runtime": "python3.12",
            "Timeout": 10,
            "Code": {"S3Bucket": "assets", "S3Key": "code.zip"},
            "Environment": {"Variables": variables},
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        },
    }


def alarm(namespace: str, metric: str, settings: Any = None, **named: str) -> dict[str, Any]:
    """An alarm that tells a topic when a metric's largest value of a minute is above 0."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in named.items()],
            "Statistic": "Maximum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "Told"}],
            **(settings or {}),
        },
    }


_ALLOWED = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_BY_LAMBDA = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "lambda.amazonaws.com"},
}
_URI = {
    "Fn::Join": [
        "",
        [
            "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/",
            {"Fn::GetAtt": ["Take", "Arn"]},
            "/invocations",
        ],
    ]
}

RESOURCES: dict[str, Any] = {
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Statement": [_BY_LAMBDA]},
            "Policies": [{"PolicyName": "all", "PolicyDocument": {"Statement": [_ALLOWED]}}],
        },
    },
    "Table": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "things",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        },
    },
    "Queue": {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "QueueName": "things",
            "VisibilityTimeout": 60,
            "RedrivePolicy": {
                "maxReceiveCount": 1000,
                "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
            },
        },
    },
    "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "dead"}},
    "Alarm": alarm("AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName="dead"),
    "Told": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "told"}},
    "TellsOfAlarms": {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {
            "Topics": [{"Ref": "Told"}],
            "PolicyDocument": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sns:Publish",
                        "Principal": {"Service": "cloudwatch.amazonaws.com"},
                        "Resource": {"Ref": "Told"},
                    }
                ]
            },
        },
    },
    "Take": _function("take", QUEUE_URL={"Ref": "Queue"}),
    "Keep": _function("keep", TABLE={"Ref": "Table"}),
    "Mapping": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
            "FunctionName": {"Ref": "Keep"},
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        },
    },
    "Permission": {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "Take"},
            "Principal": "apigateway.amazonaws.com",
        },
    },
    "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
    "Integration": {
        "Type": "AWS::ApiGatewayV2::Integration",
        "Properties": {
            "ApiId": {"Ref": "Api"},
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": _URI,
        },
    },
    "Route": {
        "Type": "AWS::ApiGatewayV2::Route",
        "Properties": {
            "ApiId": {"Ref": "Api"},
            "RouteKey": "POST /things",
            "Target": {"Fn::Join": ["/", ["integrations", {"Ref": "Integration"}]]},
        },
    },
}
