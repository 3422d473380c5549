"""How resource types are named: their name property, their ARN, and what `Ref` returns.

From the return values that the CloudFormation reference gives for each type. A resource without
a name gets `STACK-LOGICALID`, the readable part of what CloudFormation generates.
"""

from typing import Literal, NamedTuple


class Naming(NamedTuple):
    """The name property, the ARN after the partition, and what `Ref` returns."""

    property: str
    arn: str
    ref: Literal["name", "arn", "url"] = "name"


NAMINGS: dict[str, Naming] = {
    "AWS::AmazonMQ::Broker": Naming("BrokerName", "mq:{region}:{account}:broker:{name}"),
    "AWS::ApiGateway::RestApi": Naming("", "execute-api:{region}:{account}:{name}"),
    "AWS::ApiGateway::Stage": Naming("StageName", "apigateway:{region}::/stages/{name}"),
    "AWS::ApiGatewayV2::Api": Naming("", "execute-api:{region}:{account}:{name}"),
    "AWS::CloudWatch::Alarm": Naming("AlarmName", "cloudwatch:{region}:{account}:alarm:{name}"),
    "AWS::CloudWatch::CompositeAlarm": Naming(
        "AlarmName", "cloudwatch:{region}:{account}:alarm:{name}"
    ),
    "AWS::Cognito::UserPool": Naming("", "cognito-idp:{region}:{account}:userpool/{name}"),
    "AWS::DynamoDB::GlobalTable": Naming("TableName", "dynamodb:{region}:{account}:table/{name}"),
    "AWS::DynamoDB::Table": Naming("TableName", "dynamodb:{region}:{account}:table/{name}"),
    "AWS::ECS::Cluster": Naming("ClusterName", "ecs:{region}:{account}:cluster/{name}"),
    "AWS::ECS::TaskDefinition": Naming(
        "Family", "ecs:{region}:{account}:task-definition/{name}", "arn"
    ),
    "AWS::Events::ApiDestination": Naming(
        "Name", "events:{region}:{account}:api-destination/{name}"
    ),
    "AWS::Events::Archive": Naming("ArchiveName", "events:{region}:{account}:archive/{name}"),
    "AWS::Events::Connection": Naming("Name", "events:{region}:{account}:connection/{name}"),
    "AWS::Events::EventBus": Naming("Name", "events:{region}:{account}:event-bus/{name}"),
    "AWS::Events::Rule": Naming("Name", "events:{region}:{account}:rule/{bus}{name}"),
    "AWS::EventsV2::EventBus": Naming(
        "Name", "eventsv2:{region}:{account}:event-bus/{name}", "arn"
    ),
    "AWS::EventsV2::Subscriber": Naming(
        "Name", "eventsv2:{region}:{account}:subscriber/{name}", "arn"
    ),
    "AWS::IAM::ManagedPolicy": Naming("ManagedPolicyName", "iam::{account}:policy/{name}", "arn"),
    "AWS::IAM::Role": Naming("RoleName", "iam::{account}:role/{name}"),
    "AWS::IoT::TopicRule": Naming("RuleName", "iot:{region}:{account}:rule/{name}"),
    "AWS::KMS::Key": Naming("", "kms:{region}:{account}:key/{name}"),
    "AWS::Kinesis::Stream": Naming("Name", "kinesis:{region}:{account}:stream/{name}"),
    "AWS::Kinesis::StreamConsumer": Naming(
        "ConsumerName", "kinesis:{region}:{account}:consumer/{name}", "arn"
    ),
    "AWS::KinesisFirehose::DeliveryStream": Naming(
        "DeliveryStreamName", "firehose:{region}:{account}:deliverystream/{name}"
    ),
    "AWS::Lambda::Function": Naming("FunctionName", "lambda:{region}:{account}:function:{name}"),
    "AWS::Lambda::Url": Naming("", "lambda:{region}:{account}:url:{name}"),
    "AWS::Logs::LogGroup": Naming("LogGroupName", "logs:{region}:{account}:log-group:{name}:*"),
    "AWS::MSK::Cluster": Naming("ClusterName", "kafka:{region}:{account}:cluster/{name}", "arn"),
    "AWS::MSK::ServerlessCluster": Naming(
        "ClusterName", "kafka:{region}:{account}:cluster/{name}", "arn"
    ),
    "AWS::Pipes::Pipe": Naming("Name", "pipes:{region}:{account}:pipe/{name}"),
    "AWS::S3::Bucket": Naming("BucketName", "s3:::{name}"),
    "AWS::SNS::Topic": Naming("TopicName", "sns:{region}:{account}:{name}", "arn"),
    "AWS::SQS::Queue": Naming("QueueName", "sqs:{region}:{account}:{name}", "url"),
    "AWS::Scheduler::Schedule": Naming("Name", "scheduler:{region}:{account}:schedule/{name}"),
    "AWS::SecretsManager::Secret": Naming(
        "Name", "secretsmanager:{region}:{account}:secret:{name}", "arn"
    ),
    "AWS::StepFunctions::StateMachine": Naming(
        "StateMachineName", "states:{region}:{account}:stateMachine:{name}", "arn"
    ),
}
