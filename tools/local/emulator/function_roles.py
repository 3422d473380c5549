"""A function calls AWS in its execution role, also where IAM is not enforced.

So a resource's policy can tell the function's role from its account: by the principal, or by
`aws:PrincipalArn`.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html

ministack 1.5.33 lets functions call as their account, and looks at who calls, only under AUTH=true.
This can go when it does both always.
"""

import hashlib
from typing import Any

from ministack.core import iam_evaluator, lambda_runtime
from ministack.services import eventbridge, lambda_svc, sts

from local.emulator import policies, seams

Credentials = dict[str, str]


def install() -> None:
    """Gives functions the credentials of their role, and has services look at who calls."""
    for module in (lambda_runtime, lambda_svc):
        issue = seams.original(module, "execution_credentials")
        seams.replace(module, "execution_credentials", _in_role_unless_enforced(issue))
    seams.replace(iam_evaluator, "pin_request_caller", _pin)
    handle = seams.original(eventbridge, "handle_request")

    async def handle_pinned(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Any
    ) -> Any:
        _pin(headers, query)
        return await handle(method, path, headers, body, query)

    seams.replace(eventbridge, "handle_request", handle_pinned)


def _in_role_unless_enforced(issue: Any) -> Any:
    def issued(config: dict[str, Any]) -> Credentials:
        credentials: Credentials = issue(config)
        return credentials if policies.iam_is_enforced() else _session(config, credentials)

    return issued


def _session(config: dict[str, Any], of_account: Credentials) -> Credentials:
    """A session of the function's role, the same as long as function and role are the same."""
    account, role = config["FunctionArn"].split(":")[4], config["Role"].rsplit("/", 1)[-1]
    digest = hashlib.sha256(f"{config['FunctionArn']} {role}".encode()).hexdigest()
    key, token, name = f"ASIA{digest[:16].upper()}", digest[16:], config["FunctionName"][:64]
    session = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        "UserId": f"{role}:{name}",
        "SecretAccessKey": of_account["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": token,
    }
    sts.register_session(key, session)
    return {**of_account, "AWS_ACCESS_KEY_ID": key, "AWS_SESSION_TOKEN": token}


def _pin(headers: dict[str, str], query: Any = None) -> None:
    caller = iam_evaluator.request_caller_arn(headers, query)
    iam_evaluator._request_caller_arn.set(caller)
