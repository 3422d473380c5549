"""A subscription's dead-letter queue gets what its queue cannot be given.

When the subscribed queue is gone or its policy does not let SNS send, SNS puts the message at
once into the queue that the subscription's RedrivePolicy names, with the reason as attributes.
https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html

ministack 1.5.33 drops such a message. This can go when it does not.
"""

import json
from typing import Any

from ministack.services import sns, sqs

from local.emulator import queues, seams

SERVICE = "sns.amazonaws.com"


def install() -> None:
    """Delivers to queues by this module."""
    deliver = seams.original(sns, "_deliver_to_sqs")

    def deliver_to_sqs(
        endpoint: str, envelope: str, raw: bool, raw_message: str, **options: Any
    ) -> None:
        topic_arn = options["topic_arn"]
        refusal = _refusal(endpoint, topic_arn)
        if refusal is None:
            deliver(endpoint, envelope, raw, raw_message, **options)
            return
        code, message = refusal
        sns.logger.warning("topic %s: %s", topic_arn, message)
        dead_letters = _dead_letter_queue(topic_arn, endpoint)
        if dead_letters is not None:
            _dead_letter(dead_letters, topic_arn, raw_message if raw else envelope, code, message)

    seams.replace(sns, "_deliver_to_sqs", deliver_to_sqs)


def _refusal(queue_arn: str, topic_arn: str) -> tuple[str, str] | None:
    if sqs._queue_by_arn(queue_arn) is None:
        return "404", f"The queue {queue_arn} does not exist."
    if not sqs.queue_policy_allows(queue_arn, SERVICE, topic_arn, topic_arn.split(":")[4]):
        return "403", f"The policy of {queue_arn} does not let the topic send messages."
    return None


def _dead_letter_queue(topic_arn: str, endpoint: str) -> str | None:
    for subscription in sns._topic_by_arn_any_scope(topic_arn)["subscriptions"]:
        if subscription["endpoint"] == endpoint and subscription["protocol"] == "sqs":
            policy = subscription["attributes"].get("RedrivePolicy")
            return str(json.loads(policy)["deadLetterTargetArn"]) if policy else None
    return None


def _dead_letter(queue_arn: str, topic_arn: str, body: str, code: str, message: str) -> None:
    attributes = {"ErrorCode": code, "ErrorMessage": message}
    try:
        queues.put(queue_arn, body, service=SERVICE, source_arn=topic_arn, attributes=attributes)
    except queues.QueueRefused as refusal:
        # AWS loses the message here too (NumberOfNotificationsFailedToRedriveToDlq).
        sns.logger.error("topic %s: message lost: %s", topic_arn, refusal)
