"""With IAM enforced, a batch is permitted by what one of its messages needs.

IAM has no actions for batches of SQS and SNS: SendMessageBatch needs sqs:SendMessage.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html

ministack 1.5.33 asks for actions named as the batches. This can go when it does not.
"""

from typing import Any

from ministack.core import iam_actions

from local.emulator import seams

ENDING = "Batch"
SERVICES = ("sqs:", "sns:")


def install() -> None:
    """Asks for the action of one message."""
    extract = seams.original(iam_actions, "extract_iam_action")

    def extract_for_one(*request: Any) -> str | None:
        action: str | None = extract(*request)
        if action and action.startswith(SERVICES):
            return action.removesuffix(ENDING)
        return action

    seams.replace(iam_actions, "extract_iam_action", extract_for_one)
