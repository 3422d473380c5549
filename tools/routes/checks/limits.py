"""What CloudFormation and the services take: numbers from and to, choices, and what must be there.

From the property references of
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ and the services' API
references. A path names a property below a resource; `[]` means each item of a list. Only what a
delivery or an alarm goes by stands here.
"""

# How a stream is read, by a mapping or a pipe.
_OF_STREAMS: dict[str, tuple[float, float]] = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "MaximumRecordAgeInSeconds": (-1, 604_800),
    "MaximumRetryAttempts": (-1, 10_000),
    "ParallelizationFactor": (1, 10),
}

RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "AWS::CloudWatch::Alarm": {"DatapointsToAlarm": (1, 1440), "EvaluationPeriods": (1, 10_080)},
    "AWS::Events::Archive": {"RetentionDays": (0, 2**31)},
    "AWS::Events::Rule": {
        "Targets[].RetryPolicy.MaximumEventAgeInSeconds": (60, 86_400),
        "Targets[].RetryPolicy.MaximumRetryAttempts": (0, 185),
    },
    "AWS::Kinesis::Stream": {"RetentionPeriodHours": (24, 8760), "ShardCount": (1, 10_000)},
    "AWS::KinesisFirehose::DeliveryStream": {
        "ExtendedS3DestinationConfiguration.BufferingHints.IntervalInSeconds": (0, 900),
        "ExtendedS3DestinationConfiguration.BufferingHints.SizeInMBs": (1, 128),
    },
    "AWS::Lambda::EventInvokeConfig": {
        "MaximumEventAgeInSeconds": (60, 21_600),
        "MaximumRetryAttempts": (0, 2),
    },
    "AWS::Lambda::EventSourceMapping": {
        **_OF_STREAMS,
        "ScalingConfig.MaximumConcurrency": (2, 1000),
        "TumblingWindowInSeconds": (0, 900),
    },
    "AWS::Lambda::Function": {
        "MemorySize": (128, 10_240),
        "ReservedConcurrentExecutions": (0, 10_000_000),
        "Timeout": (1, 900),
    },
    "AWS::Pipes::Pipe": {
        **{
            f"SourceParameters.{parameters}.{name}": limits
            for parameters in ("DynamoDBStreamParameters", "KinesisStreamParameters")
            for name, limits in _OF_STREAMS.items()
        },
        "SourceParameters.SqsQueueParameters.BatchSize": (1, 10_000),
        "SourceParameters.SqsQueueParameters.MaximumBatchingWindowInSeconds": (0, 300),
    },
    "AWS::SQS::Queue": {
        "DelaySeconds": (0, 900),
        "KmsDataKeyReusePeriodSeconds": (60, 86_400),
        "MaximumMessageSize": (1024, 1_048_576),
        "MessageRetentionPeriod": (60, 1_209_600),
        "ReceiveMessageWaitTimeSeconds": (0, 20),
        "RedrivePolicy.maxReceiveCount": (1, 1000),
        "VisibilityTimeout": (0, 43_200),
    },
    "AWS::Scheduler::Schedule": {
        "Target.RetryPolicy.MaximumEventAgeInSeconds": (60, 86_400),
        "Target.RetryPolicy.MaximumRetryAttempts": (0, 185),
    },
}

_STARTS = ("AT_TIMESTAMP", "LATEST", "TRIM_HORIZON")
_PARTIAL = ("AUTOMATIC_BISECT",)
_WAITING = ("FIRE_AND_FORGET", "REQUEST_RESPONSE")
_VIEWS = ("KEYS_ONLY", "NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE")

CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "AWS::ApiGatewayV2::Integration": {
        "IntegrationType": ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"),
        "PayloadFormatVersion": ("1.0", "2.0"),
    },
    "AWS::ApiGatewayV2::Route": {"AuthorizationType": ("AWS_IAM", "CUSTOM", "JWT", "NONE")},
    "AWS::CloudWatch::Alarm": {
        "ComparisonOperator": (
            "GreaterThanOrEqualToThreshold",
            "GreaterThanThreshold",
            "GreaterThanUpperThreshold",
            "LessThanLowerOrGreaterThanUpperThreshold",
            "LessThanLowerThreshold",
            "LessThanOrEqualToThreshold",
            "LessThanThreshold",
        ),
        "Statistic": ("Average", "Maximum", "Minimum", "SampleCount", "Sum"),
        "TreatMissingData": ("breaching", "ignore", "missing", "notBreaching"),
    },
    "AWS::DynamoDB::Table": {
        "AttributeDefinitions[].AttributeType": ("B", "N", "S"),
        "BillingMode": ("PAY_PER_REQUEST", "PROVISIONED"),
        "KeySchema[].KeyType": ("HASH", "RANGE"),
        "StreamSpecification.StreamViewType": _VIEWS,
    },
    "AWS::DynamoDB::GlobalTable": {"StreamSpecification.StreamViewType": _VIEWS},
    "AWS::Events::Rule": {
        "State": ("DISABLED", "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
    },
    "AWS::KMS::Key": {
        "KeyUsage": ("ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "SIGN_VERIFY"),
    },
    "AWS::Lambda::EventSourceMapping": {"StartingPosition": _STARTS},
    "AWS::Kinesis::Stream": {"StreamModeDetails.StreamMode": ("ON_DEMAND", "PROVISIONED")},
    "AWS::KinesisFirehose::DeliveryStream": {
        "DeliveryStreamType": (
            "DatabaseAsSource",
            "DirectPut",
            "KinesisStreamAsSource",
            "MSKAsSource",
        ),
        "ExtendedS3DestinationConfiguration.S3BackupMode": ("Disabled", "Enabled"),
    },
    "AWS::Lambda::Url": {
        "AuthType": ("AWS_IAM", "NONE"),
        "InvokeMode": ("BUFFERED", "RESPONSE_STREAM"),
    },
    "AWS::Pipes::Pipe": {
        "DesiredState": ("RUNNING", "STOPPED"),
        "SourceParameters.DynamoDBStreamParameters.OnPartialBatchItemFailure": _PARTIAL,
        "SourceParameters.KinesisStreamParameters.OnPartialBatchItemFailure": _PARTIAL,
        "TargetParameters.LambdaFunctionParameters.InvocationType": _WAITING,
        "TargetParameters.StepFunctionStateMachineParameters.InvocationType": _WAITING,
        "SourceParameters.DynamoDBStreamParameters.StartingPosition": _STARTS[1:],
        "SourceParameters.KinesisStreamParameters.StartingPosition": _STARTS,
    },
    "AWS::SNS::Subscription": {
        "FilterPolicyScope": ("MessageAttributes", "MessageBody"),
        "Protocol": (
            "application",
            "email",
            "email-json",
            "firehose",
            "http",
            "https",
            "lambda",
            "sms",
            "sqs",
        ),
    },
    "AWS::SQS::Queue": {
        "DeduplicationScope": ("messageGroup", "queue"),
        "FifoThroughputLimit": ("perMessageGroupId", "perQueue"),
        "RedriveAllowPolicy.redrivePermission": ("allowAll", "byQueue", "denyAll"),
    },
    "AWS::Scheduler::Schedule": {
        "FlexibleTimeWindow.Mode": ("FLEXIBLE", "OFF"),
        "State": ("DISABLED", "ENABLED"),
    },
}

REQUIRED: dict[str, tuple[str, ...]] = {
    "AWS::ApiGatewayV2::Integration": ("ApiId", "IntegrationType"),
    "AWS::ApiGatewayV2::Route": ("ApiId", "RouteKey"),
    "AWS::CloudWatch::Alarm": ("ComparisonOperator", "EvaluationPeriods"),
    "AWS::DynamoDB::Table": (
        "KeySchema",
        "KeySchema[].AttributeName",
        "KeySchema[].KeyType",
        "AttributeDefinitions[].AttributeName",
        "AttributeDefinitions[].AttributeType",
        "StreamSpecification.StreamViewType",
    ),
    "AWS::Events::Archive": ("SourceArn",),
    "AWS::Events::EventBus": ("Name",),
    "AWS::Events::EventBusPolicy": ("StatementId",),
    "AWS::Events::Rule": ("Targets[].Arn", "Targets[].Id"),
    "AWS::IAM::Role": ("AssumeRolePolicyDocument",),
    "AWS::IAM::Policy": ("PolicyDocument", "PolicyName"),
    "AWS::IoT::TopicRule": (
        "TopicRulePayload",
        "TopicRulePayload.Actions",
        "TopicRulePayload.Sql",
    ),
    "AWS::KinesisFirehose::DeliveryStream": (
        "ExtendedS3DestinationConfiguration.BucketARN",
        "ExtendedS3DestinationConfiguration.RoleARN",
        "KinesisStreamSourceConfiguration.KinesisStreamARN",
        "KinesisStreamSourceConfiguration.RoleARN",
    ),
    "AWS::Lambda::Alias": ("FunctionName", "FunctionVersion", "Name"),
    "AWS::Lambda::EventInvokeConfig": ("FunctionName", "Qualifier"),
    "AWS::Lambda::EventSourceMapping": ("FunctionName",),
    "AWS::Lambda::Function": ("Role",),
    "AWS::Lambda::Permission": ("Action", "FunctionName", "Principal"),
    "AWS::Lambda::Url": ("AuthType", "TargetFunctionArn"),
    "AWS::Lambda::Version": ("FunctionName",),
    "AWS::Pipes::Pipe": ("RoleArn", "Source", "Target"),
    "AWS::SNS::Subscription": ("Protocol", "TopicArn"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", "Topics"),
    "AWS::SQS::Queue": ("RedrivePolicy.deadLetterTargetArn", "RedrivePolicy.maxReceiveCount"),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", "Queues"),
    "AWS::Scheduler::Schedule": (
        "FlexibleTimeWindow",
        "ScheduleExpression",
        "Target",
        "Target.Arn",
        "Target.RoleArn",
    ),
}
