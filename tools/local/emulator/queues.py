"""Puts messages into queues as an AWS service does."""

from collections.abc import Mapping
from typing import Any

from ministack.services import sqs

from local.emulator import policies, scopes


class QueueRefused(Exception):
    """The queue does not exist, or its policy does not let the service send."""


def put(
    queue_arn: str,
    body: str,
    *,
    service: str,
    source_arn: str,
    attributes: Mapping[str, str] | None = None,
) -> None:
    """Sends a message with string attributes to a standard queue, on behalf of a resource.

    Raises QueueRefused when the queue is not there, or when IAM is enforced and its policy
    does not allow it.
    """
    if sqs._queue_by_arn(queue_arn) is None:
        raise QueueRefused(f"queue {queue_arn} does not exist")
    source_account = source_arn.split(":")[4]
    if not sqs.queue_policy_allows(queue_arn, service, source_arn, source_account):
        raise QueueRefused(f"the policy of {queue_arn} does not let {service} send messages")
    append(queue_arn, body, attributes or {})


def append(queue_arn: str, body: str, attributes: Mapping[str, str]) -> None:
    """Sends a message to a queue that exists, with no question about permissions."""
    message: dict[str, Any] = {
        "QueueUrl": sqs._queue_by_arn(queue_arn)["url"],
        "MessageBody": body,
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        },
    }
    with scopes.owner_of(queue_arn):
        sqs._act_send_message(message, "")


def role_may_send(role_arn: str, queue_arn: str, service: str) -> bool:
    """Whether a role may send to a queue; always so while IAM is not enforced."""
    return not policies.iam_is_enforced() or policies.role_allows(
        role_arn, "sqs:SendMessage", queue_arn, service=service
    )
