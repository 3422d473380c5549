"""With IAM enforced, DescribeEventBus is permitted for the bus that it names.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html

ministack 1.5.33 takes the name for that of a rule. This can go when it does not.
"""

from typing import Any

from ministack.core import iam_actions

from local.emulator import seams

TARGET = "AWSEvents.DescribeEventBus"


def install() -> None:
    """Looks at the name of a bus as at the bus of an entry."""
    arn_of = seams.original(iam_actions, "extract_resource_arn")

    def arn_of_bus(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any
    ) -> Any:
        if service == "events" and headers.get("x-amz-target") == TARGET:
            body = body.replace(b'"Name"', b'"EventBusName"', 1)
        return arn_of(service, method, path, headers, body, *rest)

    seams.replace(iam_actions, "extract_resource_arn", arn_of_bus)
