"""In a policy's conditions, `aws:PrincipalArn` of an assumed role is the role.

AWS compares with the ARN of the role, `arn:aws:iam::…:role/name`, not with that of the session.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

ministack 1.5.33 compares with the ARN of the session. This can go when it takes the role's.
"""

from typing import Any

from ministack.core import iam_evaluator

from local.emulator import seams


def install() -> None:
    """Resolves the condition key by this module."""
    resolve = seams.original(iam_evaluator, "_resolve_condition_key")

    def resolve_role(key: str, context: Any) -> Any:
        value = resolve(key, context)
        if key.lower() == "aws:principalarn" and ":assumed-role/" in str(value):
            account, role = value.split(":")[4], value.split("/")[1]
            return f"arn:aws:iam::{account}:role/{role}"
        return value

    seams.replace(iam_evaluator, "_resolve_condition_key", resolve_role)
