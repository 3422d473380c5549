"""Which named resources are in an account already, though the stack to deploy has them not yet.

Such are those that an earlier stack retained, or that somebody made by hand.
"""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from accounts import Accounts
from deploy.collisions import Collision
from deploy.naming import Identity, identity
from routes.reading.assembly import Assembly, Resource

Look = Callable[[Any, Identity], Any]

# Per type, the service to ask and the question, whose answer is an error where there is none.
_QUESTIONS: dict[str, tuple[str, Look]] = {
    "AWS::DynamoDB::Table": ("dynamodb", lambda aws, who: aws.describe_table(TableName=who.name)),
    "AWS::EventSchemas::Registry": (
        "schemas",
        lambda aws, who: aws.describe_registry(RegistryName=who.name),
    ),
    "AWS::Events::EventBus": ("events", lambda aws, who: aws.describe_event_bus(Name=who.name)),
    "AWS::Events::Rule": (
        "events",
        lambda aws, who: aws.describe_rule(Name=who.name, EventBusName=who.within),
    ),
    "AWS::IAM::Role": ("iam", lambda aws, who: aws.get_role(RoleName=who.name)),
    "AWS::Kinesis::Stream": (
        "kinesis",
        lambda aws, who: aws.describe_stream_summary(StreamName=who.name),
    ),
    "AWS::Lambda::Function": ("lambda", lambda aws, who: aws.get_function(FunctionName=who.name)),
    "AWS::Logs::LogGroup": ("logs", lambda aws, who: _log_group(aws, who.name)),
    "AWS::S3::Bucket": ("s3", lambda aws, who: aws.head_bucket(Bucket=who.name)),
    "AWS::SNS::Topic": ("sns", lambda aws, who: _topic(aws, who)),
    "AWS::SQS::Queue": ("sqs", lambda aws, who: aws.get_queue_url(QueueName=who.name)),
}
# The local AWS answers so where it has no API: what is of such a service is not there.
_NO_API = "400"
_NONE = ("NotFound", "NoSuchEntity", "NonExistent", "DoesNotExist", "404", "NoSuchBucket")


def already_there(deployed: Assembly, new: Assembly, accounts: Accounts) -> list[Collision]:
    """The resources of the new templates that are in their accounts, but not in their stacks."""
    ours = {who for resource in deployed.resources() if (who := identity(resource))}
    return [
        Collision(
            who,
            f"it is in account {resource.stack.account} already, but in none of these stacks; "
            f"{resource.address} cannot be made beside it",
            "import it (`cdk import`), give the new one another name, or delete it",
        )
        for resource, who in _to_come(new)
        if who not in ours and _exists(resource, who, accounts)
    ]


def _to_come(new: Assembly) -> Iterator[tuple[Resource, Identity]]:
    for resource in new.resources(*_QUESTIONS):
        who = identity(resource)
        if who is not None:
            yield resource, who


def _exists(resource: Resource, who: Identity, accounts: Accounts) -> bool:
    service, look = _QUESTIONS[who.type]
    aws = accounts.client(service, resource.stack.account, resource.stack.region)
    try:
        return look(aws, who) is not None
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if any(word in code for word in _NONE) or (accounts.is_local and code == _NO_API):
            return False
        raise


def _log_group(aws: Any, name: str) -> Any:
    groups = aws.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next((group for group in groups if group["logGroupName"] == name), None)


def _topic(aws: Any, who: Identity) -> Any:
    partition = aws.meta.partition
    arn = f"arn:{partition}:sns:{who.region}:{who.account}:{who.name}"
    return aws.get_topic_attributes(TopicArn=arn)
