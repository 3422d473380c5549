"""The one list of what is verified: properties that the local run honours, or leaves out, and why.

A property is named by its path: `Targets.DeadLetterConfig.Arn`. Documents that AWS interprets as
a whole, such as policies and patterns, are one property.

A property is added to `VERIFIED` by who has seen its effect: in ministack's provisioner and the
code that reads what that stores, or in an addition and its test. Whatever no line of this list
covers is reported as what it is: not verified.
"""

DOCUMENTS = frozenset(
    {
        "AssumeRolePolicyDocument",
        "EventPattern",
        "FilterPolicy",
        "KeyPolicy",
        "Parameters",
        "Policy",
        "PolicyDocument",
        "Statement",
        "Tags",
        "Variables",
    }
)

# Types whose properties mean nothing to anybody but who wrote them, or that are whatever the
# function behind them makes of them.
WITHOUT_MEANING = frozenset({"AWS::CDK::Metadata"})
CUSTOM_RESOURCES = ("Custom::", "AWS::CloudFormation::CustomResource")
# Of a resource of any type.
ANYWHERE = {"Tags": "tags are kept for some types and steer nothing"}

VERIFIED: dict[str, frozenset[str]] = {
    resource_type: frozenset(properties.split())
    for resource_type, properties in {
        "AWS::ApiGatewayV2::Api": "Name ProtocolType",
        "AWS::ApiGatewayV2::Integration": (
            "ApiId IntegrationType IntegrationUri PayloadFormatVersion"
        ),
        "AWS::ApiGatewayV2::Route": "ApiId AuthorizationType RouteKey Target",
        "AWS::ApiGatewayV2::Stage": "ApiId AutoDeploy StageName",
        "AWS::Athena::WorkGroup": "Name",
        "AWS::CloudWatch::Alarm": (
            "AlarmActions AlarmDescription ComparisonOperator DatapointsToAlarm Dimensions.Name "
            "Dimensions.Value EvaluationPeriods ExtendedStatistic MetricName Namespace Period "
            "Statistic Threshold TreatMissingData"
        ),
        "AWS::CloudWatch::Dashboard": "DashboardName",
        "AWS::DynamoDB::Table": (
            "AttributeDefinitions.AttributeName AttributeDefinitions.AttributeType "
            "DeletionProtectionEnabled GlobalSecondaryIndexes.IndexName "
            "GlobalSecondaryIndexes.KeySchema.AttributeName "
            "GlobalSecondaryIndexes.KeySchema.KeyType "
            "GlobalSecondaryIndexes.Projection.ProjectionType "
            "KeySchema.AttributeName KeySchema.KeyType "
            "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled "
            "StreamSpecification.StreamViewType TimeToLiveSpecification.AttributeName "
            "TimeToLiveSpecification.Enabled"
        ),
        "AWS::Events::Archive": "Description EventPattern SourceArn",
        "AWS::Events::EventBus": "Name",
        "AWS::Events::EventBusPolicy": "EventBusName Statement StatementId",
        "AWS::Events::Rule": (
            "EventBusName EventPattern Name ScheduleExpression Targets.Arn "
            "Targets.DeadLetterConfig.Arn Targets.Id Targets.KinesisParameters.PartitionKeyPath "
            "Targets.RoleArn"
        ),
        "AWS::Glue::Database": "DatabaseInput.Name DatabaseName",
        "AWS::Glue::Table": (
            "DatabaseName TableInput.Name TableInput.PartitionKeys.Name "
            "TableInput.PartitionKeys.Type TableInput.StorageDescriptor.Columns.Name "
            "TableInput.StorageDescriptor.Columns.Type TableInput.StorageDescriptor.Location "
            "TableInput.StorageDescriptor.SerdeInfo.Parameters "
            "TableInput.StorageDescriptor.SerdeInfo.SerializationLibrary"
        ),
        "AWS::IAM::Policy": "PolicyDocument PolicyName Roles",
        "AWS::IAM::Role": (
            "AssumeRolePolicyDocument Policies.PolicyDocument Policies.PolicyName RoleName"
        ),
        "AWS::KMS::Key": "Description KeyPolicy",
        "AWS::Lambda::Alias": "FunctionName FunctionVersion Name",
        "AWS::Lambda::EventSourceMapping": (
            "BatchSize BisectBatchOnFunctionError DestinationConfig.OnFailure.Destination "
            "EventSourceArn FilterCriteria.Filters.Pattern FunctionName FunctionResponseTypes "
            "MaximumRecordAgeInSeconds MaximumRetryAttempts ScalingConfig.MaximumConcurrency "
            "StartingPosition"
        ),
        "AWS::Lambda::Function": (
            "Code.S3Bucket Code.S3Key Environment.Variables Handler Layers LoggingConfig.LogGroup "
            "Role Timeout TracingConfig.Mode"
        ),
        "AWS::Lambda::LayerVersion": "Content.S3Bucket Content.S3Key",
        "AWS::Lambda::Permission": "Action FunctionName Principal SourceArn",
        "AWS::Lambda::Version": "FunctionName",
        "AWS::Logs::LogGroup": "LogGroupName",
        "AWS::Logs::LogStream": "LogGroupName LogStreamName",
        "AWS::Logs::ResourcePolicy": "PolicyDocument PolicyName",
        "AWS::Kinesis::Stream": "Name ShardCount",
        "AWS::KinesisFirehose::DeliveryStream": (
            "DeliveryStreamName DeliveryStreamType "
            "ExtendedS3DestinationConfiguration.BucketARN "
            "ExtendedS3DestinationConfiguration.Prefix"
        ),
        "AWS::Oam::Link": "SinkIdentifier",
        "AWS::Oam::Sink": "Name Policy",
        "AWS::S3::Bucket": "VersioningConfiguration.Status",
        "AWS::S3::BucketPolicy": "Bucket PolicyDocument",
        "AWS::SNS::Subscription": (
            "Endpoint FilterPolicy FilterPolicyScope Protocol RawMessageDelivery "
            "RedrivePolicy.deadLetterTargetArn TopicArn"
        ),
        "AWS::SNS::Topic": "KmsMasterKeyId TopicName",
        "AWS::SNS::TopicPolicy": "PolicyDocument Topics",
        "AWS::SQS::Queue": (
            "DeduplicationScope DelaySeconds FifoQueue MessageRetentionPeriod QueueName "
            "RedrivePolicy.deadLetterTargetArn RedrivePolicy.maxReceiveCount VisibilityTimeout"
        ),
        "AWS::SQS::QueuePolicy": "PolicyDocument Queues",
    }.items()
}

_AT_REST = "nothing is encrypted at rest: the emulator keeps all in memory"
_HOST = "functions run on this machine's processor and Python"
_RETENTION = "the local run does not last long enough for anything to expire"
_REGISTRY = "there is no schema registry locally: only the schema's syntax is checked"
_SHARED = "accounts share nothing here: whoever runs this sees all of them"
_PRIVATE = "nobody but this machine reaches the emulator"

_SCAN = "a query reads all lines that there are"
_FIREHOSE = "each record is a file of its own, written at once and as it is"
_NO_FAILURE = "Firehose cannot fail to write here"

LEFT_OUT: dict[str, dict[str, str]] = {
    "AWS::ApiGatewayV2::Stage": {
        "AccessLogSettings.DestinationArn": "there are no access logs; see the emulator's log",
        "AccessLogSettings.Format": "there are no access logs; see the emulator's log",
        "DefaultRouteSettings.ThrottlingBurstLimit": "calls are not throttled",
        "DefaultRouteSettings.ThrottlingRateLimit": "calls are not throttled",
    },
    "AWS::Athena::WorkGroup": {
        "RecursiveDeleteOption": "a work group here has nothing to keep",
        "WorkGroupConfiguration.BytesScannedCutoffPerQuery": _SCAN,
        "WorkGroupConfiguration.EnforceWorkGroupConfiguration": "results are kept in memory",
        "WorkGroupConfiguration.PublishCloudWatchMetricsEnabled": "queries are not counted",
        "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration."
        "EncryptionOption": _AT_REST,
        "WorkGroupConfiguration.ResultConfiguration.OutputLocation": "results are kept in memory",
    },
    "AWS::CloudWatch::Dashboard": {"DashboardBody": "it is kept, and nothing draws it here"},
    "AWS::DynamoDB::Table": {
        "BillingMode": "nothing is billed or throttled",
        "SSESpecification.SSEEnabled": _AT_REST,
    },
    "AWS::EventSchemas::Registry": {"Description": _REGISTRY, "RegistryName": _REGISTRY},
    "AWS::EventSchemas::Schema": {
        "Content": _REGISTRY,
        "RegistryName": _REGISTRY,
        "SchemaName": _REGISTRY,
        "Type": _REGISTRY,
    },
    "AWS::Events::Archive": {"KmsKeyIdentifier": _AT_REST, "RetentionDays": _RETENTION},
    "AWS::Events::Rule": {
        "Targets.RetryPolicy.MaximumEventAgeInSeconds": "a delivery fails for good, or not at all",
        "Targets.RetryPolicy.MaximumRetryAttempts": "a delivery fails for good, or not at all",
    },
    "AWS::Glue::Database": {"CatalogId": "an account has one catalog"},
    "AWS::Glue::Table": {
        "CatalogId": "an account has one catalog",
        "TableInput.Parameters": _SCAN,
        "TableInput.StorageDescriptor.InputFormat": "DuckDB reads the files",
        "TableInput.StorageDescriptor.OutputFormat": "nothing writes by a table",
        "TableInput.TableType": "every table here is of files",
    },
    "AWS::KMS::Key": {"EnableKeyRotation": _AT_REST},
    "AWS::Kinesis::Stream": {
        "RetentionPeriodHours": _RETENTION,
        "StreamEncryption.EncryptionType": _AT_REST,
        "StreamEncryption.KeyId": _AT_REST,
        "StreamModeDetails.StreamMode": "nothing is billed or throttled",
    },
    "AWS::KinesisFirehose::DeliveryStream": {
        "DeliveryStreamEncryptionConfigurationInput.KeyType": _AT_REST,
        **{
            f"ExtendedS3DestinationConfiguration.{path}": _FIREHOSE
            for path in (
                "BufferingHints.IntervalInSeconds",
                "BufferingHints.SizeInMBs",
                "CompressionFormat",
                "ProcessingConfiguration.Enabled",
                "ProcessingConfiguration.Processors.Parameters",
                "ProcessingConfiguration.Processors.Type",
            )
        },
        **{
            f"ExtendedS3DestinationConfiguration.{path}": _NO_FAILURE
            for path in (
                "CloudWatchLoggingOptions.Enabled",
                "CloudWatchLoggingOptions.LogGroupName",
                "CloudWatchLoggingOptions.LogStreamName",
                "ErrorOutputPrefix",
                "RoleARN",
            )
        },
    },
    "AWS::Lambda::Function": {
        "Architectures": _HOST,
        "MemorySize": "a process takes the memory it needs; `make bench` measures it",
        "Runtime": _HOST,
    },
    "AWS::Lambda::LayerVersion": {"CompatibleArchitectures": _HOST, "CompatibleRuntimes": _HOST},
    "AWS::Logs::LogGroup": {"RetentionInDays": _RETENTION},
    "AWS::Logs::QueryDefinition": {
        "Name": _SHARED,
        "Parameters": _SHARED,
        "QueryString": _SHARED,
    },
    "AWS::Oam::Link": {"LabelTemplate": _SHARED, "ResourceTypes": _SHARED},
    "AWS::S3::Bucket": {
        "BucketEncryption.ServerSideEncryptionConfiguration."
        "ServerSideEncryptionByDefault.SSEAlgorithm": _AT_REST,
        "LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload.DaysAfterInitiation": (
            _RETENTION
        ),
        "LifecycleConfiguration.Rules.NoncurrentVersionExpiration.NoncurrentDays": _RETENTION,
        "LifecycleConfiguration.Rules.ExpirationInDays": _RETENTION,
        "LifecycleConfiguration.Rules.Prefix": _RETENTION,
        "LifecycleConfiguration.Rules.Status": _RETENTION,
        "OwnershipControls.Rules.ObjectOwnership": "objects have no access control lists",
        "PublicAccessBlockConfiguration.BlockPublicAcls": _PRIVATE,
        "PublicAccessBlockConfiguration.BlockPublicPolicy": _PRIVATE,
        "PublicAccessBlockConfiguration.IgnorePublicAcls": _PRIVATE,
        "PublicAccessBlockConfiguration.RestrictPublicBuckets": _PRIVATE,
    },
    "AWS::SQS::Queue": {
        "FifoThroughputLimit": "queues have no limit of throughput",
        "SqsManagedSseEnabled": _AT_REST,
    },
}
