"""Properties that ministack drops by itself have their effect."""

from typing import Any

import pytest

from local import deploy
from local.tests.buses import create_queue
from local.tests.conftest import ALPHA, BETA, REGION, Aws, Deploy, messages
from local.tests.functions import create_function

TABLE: dict[str, Any] = {
    "TableName": "table",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
}
RECOVERY = {"PointInTimeRecoveryEnabled": True}


@pytest.mark.parametrize(
    ("resource_type", "recovery"),
    [
        ("AWS::DynamoDB::Table", {"PointInTimeRecoverySpecification": RECOVERY}),
        (
            "AWS::DynamoDB::GlobalTable",
            {"Replicas": [{"Region": REGION, "PointInTimeRecoverySpecification": RECOVERY}]},
        ),
    ],
)
def test_a_table_has_time_to_live_and_point_in_time_recovery(
    aws: Aws, deploy_template: Deploy, resource_type: str, recovery: dict[str, Any]
) -> None:
    deploy_template({"Table": {"Type": resource_type, "Properties": {**TABLE, **recovery}}})
    dynamodb = aws("dynamodb")
    ttl = dynamodb.describe_time_to_live(TableName="table")["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    backups = dynamodb.describe_continuous_backups(TableName="table")
    [status] = [
        value["PointInTimeRecoveryStatus"]
        for key, value in backups["ContinuousBackupsDescription"].items()
        if key == "PointInTimeRecoveryDescription"
    ]
    assert status == "ENABLED"


def test_an_updated_table_keeps_its_items(aws: Aws, deploy_template: Deploy) -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": TABLE}
    deploy_template({"Table": table})
    aws("dynamodb").put_item(TableName="table", Item={"pk": {"S": "a"}})
    changed = {**TABLE, "PointInTimeRecoverySpecification": RECOVERY}
    deploy_template({"Table": {**table, "Properties": changed}})
    assert aws("dynamodb").scan(TableName="table")["Count"] == 1


def test_a_bus_has_the_policy_of_its_template(aws: Aws, deploy_template: Deploy) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": "*"}
    properties = {"Name": "alpha", "Policy": {"Statement": [statement]}}
    deploy_template({"Bus": {"Type": "AWS::Events::EventBus", "Properties": properties}})
    assert "events:PutEvents" in aws("events").describe_event_bus(Name="alpha")["Policy"]


def test_a_rule_that_targets_another_accounts_bus_without_a_role_fails(
    deploy_template: Deploy,
) -> None:
    target = {"Id": "bus", "Arn": f"arn:aws:events:{REGION}:{BETA}:event-bus/beta"}
    rule = {"EventPattern": {"source": ["a"]}, "Targets": [target]}
    with pytest.raises(deploy.DeployError, match=r"Rule .*RoleArn is required"):
        deploy_template({"Rule": {"Type": "AWS::Events::Rule", "Properties": rule}})


def test_a_subscription_to_a_topic_that_does_not_exist_fails(deploy_template: Deploy) -> None:
    properties = {
        "TopicArn": f"arn:aws:sns:{REGION}:{ALPHA}:nowhere",
        "Protocol": "sqs",
        "Endpoint": f"arn:aws:sqs:{REGION}:{ALPHA}:queue",
    }
    with pytest.raises(deploy.DeployError, match="nowhere does not exist"):
        deploy_template({"S": {"Type": "AWS::SNS::Subscription", "Properties": properties}})


def test_a_queue_is_subscribed_to_a_topic_of_another_account(
    aws: Aws, deploy_template: Deploy
) -> None:
    topic = aws("sns", BETA).create_topic(Name="topic")["TopicArn"]
    url, arn = create_queue(aws, "subscribed")
    properties = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn}
    subscription = {"Type": "AWS::SNS::Subscription", "Properties": properties}
    deploy_template({"Subscription": subscription})
    aws("sns", BETA).publish(TopicArn=topic, Message="over there")
    [message] = messages(aws("sqs"), url)
    assert "over there" in message["Body"]
    deploy_template({"Other": {"Type": "AWS::SNS::Topic"}})
    assert aws("sns", BETA).list_subscriptions()["Subscriptions"] == []


def test_a_topic_has_its_attributes(aws: Aws, deploy_template: Deploy) -> None:
    properties = {
        "TopicName": "alpha.fifo",
        "FifoTopic": True,
        "ContentBasedDeduplication": True,
        "KmsMasterKeyId": "alias/alpha",
    }
    topic = {"Type": "AWS::SNS::Topic", "Properties": properties}
    outputs = deploy_template({"Topic": topic}, outputs={"Arn": {"Ref": "Topic"}})
    attributes = aws("sns").get_topic_attributes(TopicArn=outputs["Arn"])["Attributes"]
    assert attributes["FifoTopic"] == "true"
    assert attributes["ContentBasedDeduplication"] == "true"
    assert attributes["KmsMasterKeyId"] == "alias/alpha"


def function(**properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "function",
            "Role": f"arn:aws:iam::{ALPHA}:role/any",
            "Runtime": "python3.13",
            "Handler": "index.handle",
            "Code": {"ZipFile": "def handle(event, context): return 1"},
            **properties,
        },
    }


def test_a_function_with_no_concurrency_is_throttled(aws: Aws, deploy_template: Deploy) -> None:
    deploy_template({"Function": function(ReservedConcurrentExecutions=0)})
    with pytest.raises(aws("lambda").exceptions.TooManyRequestsException):
        aws("lambda").invoke(FunctionName="function")
    deploy_template({"Function": function()})
    assert aws("lambda").invoke(FunctionName="function")["StatusCode"] == 200


def test_a_function_has_the_dead_letter_queue_of_its_template(
    aws: Aws, deploy_template: Deploy
) -> None:
    _, arn = create_queue(aws, "dead-letters")
    deploy_template({"Function": function(DeadLetterConfig={"TargetArn": arn})})
    configuration = aws("lambda").get_function_configuration(FunctionName="function")
    assert configuration["DeadLetterConfig"] == {"TargetArn": arn}


@pytest.mark.parametrize(
    ("resource_type", "missing"),
    [("AWS::Lambda::Function", "Code"), ("AWS::SNS::Subscription", "Protocol")],
)
def test_a_required_property_that_is_missing_is_named(
    deploy_template: Deploy, resource_type: str, missing: str
) -> None:
    with pytest.raises(
        deploy.DeployError, match=rf"{resource_type}.*required key \[{missing}\] not found"
    ):
        deploy_template({"Broken": {"Type": resource_type, "Properties": {}}})


def test_a_function_whose_code_was_not_uploaded_fails(deploy_template: Deploy) -> None:
    code = {"S3Bucket": f"bootstrap-{ALPHA}", "S3Key": "missing.zip"}
    with pytest.raises(deploy.DeployError, match=r"Function .*missing\.zip"):
        deploy_template({"Function": function(Code=code)})


def test_a_mapping_is_off_when_its_template_says_so_and_loses_what_an_update_removes(
    aws: Aws, deploy_template: Deploy
) -> None:
    _, arn = create_queue(aws, "source")
    create_function(aws, "reader", "def handle(event, context): pass")
    properties = {"FunctionName": "reader", "EventSourceArn": arn, "Enabled": False}
    wanted = {"FilterCriteria": {"Filters": [{"Pattern": '{"body": ["x"]}'}]}}
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {**properties, **wanted}}
    deploy_template({"Mapping": mapping})
    [found] = aws("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert found["State"] == "Disabled"
    assert "FilterCriteria" in found
    deploy_template({"Mapping": {**mapping, "Properties": properties}})
    [found] = aws("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert "FilterCriteria" not in found
