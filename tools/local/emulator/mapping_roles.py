"""With IAM enforced, an event source mapping needs a role that may read its source.

Lambda refuses to create a mapping whose function's role may not read the queue or the stream.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb.html

ministack 1.5.33 reads the source without asking. This can go when it asks under AUTH=true.
"""

from typing import Any

from ministack.services import lambda_svc

from local.emulator import policies, seams

READ_ACTIONS = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "dynamodb": ("dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"),
}


def install() -> None:
    """Checks a mapping of a template before it is created or updated."""
    seams.before_write("AWS::Lambda::EventSourceMapping", check)


def check(properties: dict[str, Any]) -> None:
    """Raises ValueError when IAM is enforced and the function's role may not read the source."""
    if not policies.iam_is_enforced():
        return
    source = properties["EventSourceArn"]
    function, _, _ = lambda_svc._get_func_record_for_ref(properties["FunctionName"])
    role = function["config"]["Role"]
    for action in READ_ACTIONS.get(source.split(":")[2], ()):
        if not policies.role_allows(role, action, source, service="lambda.amazonaws.com"):
            raise ValueError(
                f"the execution role {role} does not have permission to call {action} on {source}"
            )
