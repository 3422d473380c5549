"""What a rule or topic could not deliver, as it waits in a queue."""

from typing import TYPE_CHECKING, Any, NamedTuple

from eventing.events import About, about_of_body

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

SAY_WHAT_FAILED = {
    *("RULE_ARN", "TARGET_ARN", "ERROR_CODE", "ERROR_MESSAGE", "RETRY_ATTEMPTS"),
    *("EXHAUSTED_RETRY_CONDITION", "RequestID", "ErrorCode", "ErrorMessage"),
}
"""Attributes that EventBridge and SNS add to what they could not deliver."""


class Undelivered(NamedTuple):
    """A message that was not delivered: the account and the name of the queue where it waits, and
    where it was to go. `trace` is its trace's header.
    """

    account: str
    queue: str
    target: str
    body: str
    attributes: dict[str, Any]
    trace: str | None

    @property
    def about(self) -> About | None:
        """What lines of log about it name."""
        return about_of_body(self.body)


def texts(attributes: dict[str, Any]) -> "dict[str, MessageAttributeValueTypeDef]":
    """Attributes as Lambda hands them over, as they are sent."""
    return {
        name: {"DataType": value["dataType"], "StringValue": value["stringValue"]}
        for name, value in attributes.items()
        if "stringValue" in value
    }
