"""A small app's cloud assembly: notes are taken by an API, published from a table, and read.

Clients post notes, `Take` stores each with its event, `Publish` puts the events on the bus `desk`,
a rule brings those of kind `NoteTaken` to a queue, and `Read` reads it. `Shelve` reads a queue of
`NoteLost`, which no request leads to. `Publish` and `Republish` have the same handler. The stack
declares an example of a request to `Buy`, which tells `Stick` by a topic.
"""

import json
from pathlib import Path
from typing import Any

ACCOUNT, REGION = "123456789012", "eu-west-1"

TAKE = """
import json, os
import boto3
import shared

dynamo = boto3.client("dynamodb")
table = os.environ["TABLE"]

def handler(request, context):
    note = json.loads(request["body"])
    items = [{"pk": {"S": f"{kind}#{note['id']}"}, "text": {"S": note["text"]}}
             for kind in ("NOTE", "EVENT")]
    condition = "attribute_not_exists(pk)"
    writes = [{"Put": {"TableName": table, "Item": item, "ConditionExpression": condition}}
              for item in items]
    count = {"TableName": table, "Key": {"pk": {"S": "COUNT"}}, "UpdateExpression": "ADD taken :n",
             "ExpressionAttributeValues": {":n": {"N": "1"}}}
    dynamo.transact_write_items(TransactItems=[*writes, {"Update": count}])
    return {"statusCode": 202, "body": shared.WORD}
"""

PUBLISH = """
import json, os
import boto3

events = boto3.client("events")

def handler(batch, context):
    for record in batch["Records"]:
        image = record["dynamodb"]["NewImage"]
        note = {"note": image["pk"]["S"].partition("#")[2]}
        events.put_events(Entries=[{
            "EventBusName": os.environ["BUS"], "Source": "desk", "DetailType": "NoteTaken",
            "Detail": json.dumps({"metadata": {"id": "1", "subject": note["note"]}, "data": note}),
        }])
    return {"batchItemFailures": []}
"""

READ = """
import json, os
import boto3

dynamo = boto3.client("dynamodb")

def handler(batch, context):
    failed = []
    for record in batch["Records"]:
        note = json.loads(record["body"])["detail"]["data"]["note"]
        found = dynamo.get_item(TableName=os.environ["TABLE"], Key={"pk": {"S": f"NOTE#{note}"}})
        if "Item" not in found:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""

BUY = """
import os
import boto3

sns = boto3.client("sns")

def handler(request, context):
    colour = {"colour": {"DataType": "String", "StringValue": "blue"}}
    sns.publish(TopicArn=os.environ["TOPIC"], Message="bought", MessageAttributes=colour)
"""

STICK = """
def handler(notification, context):
    assert notification["Records"][0]["Sns"]["Message"] == "bought", notification
"""

SHELVE = """
def handler(batch, context):
    raise RuntimeError("the shelf is full")
"""

LOST = {
    "version": "0",
    "id": "0",
    "source": "desk",
    "detail-type": "NoteLost",
    "account": ACCOUNT,
    "time": "2026-01-01T00:00:00Z",
    "region": REGION,
    "resources": [],
    "detail": {
        "metadata": {"id": "lost-1", "subject": "note-7"},
        "data": {"noteId": "note-7", "of": ["note-7", "another"]},
    },
}


def written(folder: Path, *, shelve: str = SHELVE) -> Path:
    """The assembly, written into a folder."""
    code = {"take": TAKE, "publish": PUBLISH, "read": READ, "shelve": shelve}
    code |= {"buy": BUY, "stick": STICK}
    own = _file(folder / "asset.code", code)
    layer = _file(folder / "asset.layer" / "python", {"shared": "WORD = 'taken'"}).parent
    left_out = _file(folder / "asset.packages" / "python", {"shared": "raise ImportError"}).parent
    assets = {"c0de": own, "1a7e": layer, "9a9e": left_out}
    manifest = {
        "files": {
            key: {
                "source": {"path": path.name, "packaging": "zip"},
                "destinations": {"here": {"bucketName": "assets", "objectKey": f"{key}.zip"}},
            }
            for key, path in assets.items()
        }
    }
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{ACCOUNT}/{REGION}",
        "properties": {"templateFile": "Desk.template.json"},
    }
    _json(folder / "manifest.json", {"artifacts": {"Desk": stack}})
    _json(folder / "Desk.assets.json", manifest)
    _json(folder / "Desk.template.json", template())
    _json(folder / "examples" / "desk" / "NoteLost.json", LOST)
    return folder


def template() -> dict[str, Any]:
    """The only stack's template."""
    resources = {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            },
        },
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "desk"}},
        "Shared": _layer("1a7e"),
        "Packages": _layer("9a9e", {"crossbus:local": "left out"}),
        "Take": _function("take", "desk.take"),
        "Buy": _function("buy"),
        "Publish": _function("publish", "desk.publish"),
        "Republish": _function("publish"),
        "Read": _function("read", "desk.read"),
        "Shelve": _function("shelve"),
        "Stamp": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Runtime": "nodejs24.x", "Handler": "index.handler"},
        },
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
        "Taking": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {"IntegrationUri": {"Fn::GetAtt": ["Take", "Arn"]}},
        },
        "Buying": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {"IntegrationUri": {"Fn::GetAtt": ["Buy", "Arn"]}},
        },
        "TakeNote": _route("POST /notes/{id}", "Taking"),
        "BuyStamps": _route("POST /stamps", "Buying"),
        "Bought": {"Type": "AWS::SNS::Topic", "Properties": {}},
        "Stick": _function("stick"),
        "Sticking": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Bought"},
                "Protocol": "lambda",
                "Endpoint": {"Fn::GetAtt": ["Stick", "Arn"]},
                "FilterPolicy": {"colour": ["blue"]},
            },
        },
        "Published": _mapping(
            {"Fn::GetAtt": ["Table", "StreamArn"]},
            "Publish",
            {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "EVENT#"}]}}}},
        ),
        **_consumed("Read", "NoteTaken"),
        **_consumed("Shelve", "NoteLost"),
    }
    requests = [{"method": "POST", "path": "/stamps", "body": {"id": "s1", "text": "blue"}}]
    return {"Resources": resources, "Metadata": {"crossbus": {"requests": requests}}}


def _function(module: str, service: str | None = None) -> dict[str, Any]:
    variables: dict[str, Any] = {
        "TABLE": {"Ref": "Table"},
        "BUS": {"Ref": "Bus"},
        "TOPIC": {"Ref": "Bought"},
    }
    if service:
        variables["POWERTOOLS_SERVICE_NAME"] = service
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.14",
            "Handler": f"{module}.handler",
            "Code": {"S3Bucket": "assets", "S3Key": "c0de.zip"},
            "Layers": [{"Ref": "Packages"}, {"Ref": "Shared"}],
            "Environment": {"Variables": variables},
        },
    }


def _route(key: str, integration: str) -> dict[str, Any]:
    target = {"Fn::Join": ["", ["integrations/", {"Ref": integration}]]}
    return {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": key, "Target": target}}


def _layer(key: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::LayerVersion",
        "Properties": {"Content": {"S3Bucket": "assets", "S3Key": f"{key}.zip"}},
        "Metadata": metadata or {},
    }


def _mapping(source: Any, function: str, pattern: dict[str, Any] | None = None) -> dict[str, Any]:
    filters = [{"Pattern": json.dumps(pattern)}] if pattern else []
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": source,
            "FunctionName": {"Ref": function},
            "BatchSize": 4,
            "FilterCriteria": {"Filters": filters},
        },
    }


def _consumed(function: str, detail_type: str) -> dict[str, Any]:
    """A rule, its queue, and the function that reads it."""
    arn = {"Fn::GetAtt": [f"{function}Queue", "Arn"]}
    return {
        f"{function}Queue": {"Type": "AWS::SQS::Queue", "Properties": {}},
        f"{function}Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventBusName": {"Ref": "Bus"},
                "EventPattern": {"source": ["desk"], "detail-type": [detail_type]},
                "Targets": [{"Id": "queue", "Arn": arn}],
            },
        },
        f"{function}Mapping": _mapping(arn, function),
    }


def _file(folder: Path, modules: dict[str, str]) -> Path:
    folder.mkdir(parents=True)
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def _json(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))
