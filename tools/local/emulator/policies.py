"""Asks ministack's own policy evaluator whether a policy allows something.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core import iam_evaluator
from ministack.services import iam

from local.emulator import ORGANIZATION_VARIABLE, scopes


def iam_is_enforced() -> bool:
    """Whether the emulator was started with IAM enforced."""
    return bool(app.AUTH)


def role_allows(role_arn: str, action: str, resource: str, *, service: str) -> bool:
    """Whether a role trusts a service, and its policies allow the service an action."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(account, None, name)
    return (
        role is not None
        and _trusts(role, service, account)
        and role_is_granted(role_arn, action, resource)
    )


def role_is_granted(role_arn: str, action: str, resource: str) -> bool:
    """Whether a role's own policies allow an action on a resource."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    statements = iam_evaluator._gather_role_policies(name, account)
    context = _context(_session(role_arn), account, action, resource, {})
    return str(iam_evaluator.evaluate(context, statements).decision) == "Allow"


def resource_decision(
    policy: Mapping[str, Any] | str | None,
    *,
    principal: str,
    action: str,
    resource: str,
    conditions: Mapping[str, str | None],
    service: str | None = None,
) -> str:
    """The decision of a resource's own policy: "Allow", "Deny" or "ImplicitDeny"."""
    account = principal.split(":")[4] if principal.startswith("arn:") else ""
    context = _context(principal, account, action, resource, conditions)
    return str(iam_evaluator.evaluate_resource_policy(policy, context, service=service).decision)


def principal_of_role(role_arn: str | None, account: str) -> str:
    """The principal that acts for a role, or for an account where there is no role."""
    return _session(role_arn) if role_arn else f"arn:aws:iam::{account}:root"


def _session(role_arn: str) -> str:
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    return f"arn:aws:sts::{account}:assumed-role/{name}/local-run"


def _trusts(role: dict[str, Any], service: str, account: str) -> bool:
    """The service says for which account it acts: a role's trust may depend on it."""
    document = role.get("AssumeRolePolicyDocument") or "{}"
    context = _context("*", "", "sts:AssumeRole", "*", {"aws:SourceAccount": account})
    trust = iam_evaluator.evaluate_resource_policy(
        _with_any_resource(document), context, service=service
    )
    return str(trust.decision) == "Allow"


def _with_any_resource(document: str | dict[str, Any]) -> dict[str, Any]:
    """A trust policy names no resource; the evaluator wants one in each statement."""
    parsed: dict[str, Any] = json.loads(document) if isinstance(document, str) else document
    return {**parsed, "Statement": [{**s, "Resource": "*"} for s in parsed.get("Statement", [])]}


def _context(
    principal: str,
    account: str,
    action: str,
    resource: str,
    conditions: Mapping[str, str | None],
) -> Any:
    organization = os.environ.get(ORGANIZATION_VARIABLE)
    return iam_evaluator.EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole" if ":assumed-role/" in principal else "Root",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=scopes.region(),
        service_context={key.lower(): value for key, value in conditions.items()},
        principal_keys={"aws:principalorgid": organization} if organization else {},
    )
