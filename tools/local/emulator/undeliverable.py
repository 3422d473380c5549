"""What EventBridge says of an event that it cannot deliver to a target.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""


class Undeliverable(Exception):
    """An event that a target does not get; `code` is what AWS puts into ERROR_CODE."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
NO_PERMISSIONS = "NO_PERMISSIONS"
THIRD_ACCOUNT_HOP_DETECTED = "THIRD_ACCOUNT_HOP_DETECTED"
