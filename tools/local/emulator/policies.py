"""Asks ministack's own policy evaluator whether a policy allows something.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import os
import re
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
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
    role = iam._roles.get_scoped(account, None, name) or {}
    managed = (
        iam_evaluator._resolve_managed_policy_document(arn, account)
        for arn in role.get("AttachedPolicies", [])
    )
    documents = (*(role.get("InlinePolicies") or {}).values(), *managed)
    texts = tuple(_text(each) for each in documents)
    request = _Request(_session(role_arn), account, action, resource, scopes.region())
    return _identity_decision(texts, request, _time_asked_in(*texts)) == "Allow"


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
    stated = tuple((key.lower(), value) for key, value in conditions.items())
    request = _Request(principal, account, action, resource, scopes.region(), stated)
    text = _text(policy)
    return _resource_decision(text, request, service, _time_asked_in(text))


def principal_of_role(role_arn: str | None, account: str) -> str:
    """The principal that acts for a role, or for an account where there is no role."""
    return _session(role_arn) if role_arn else f"arn:aws:iam::{account}:root"


def _session(role_arn: str) -> str:
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    return f"arn:aws:sts::{account}:assumed-role/{name}/local-run"


def _trusts(role: dict[str, Any], service: str, account: str) -> bool:
    """The service says for which account it acts: a role's trust may depend on it."""
    document = _with_any_resource(_text(role.get("AssumeRolePolicyDocument") or {}))
    stated = (("aws:sourceaccount", account),)
    request = _Request("*", "", "sts:AssumeRole", "*", scopes.region(), stated)
    return _resource_decision(document, request, service, _time_asked_in(document)) == "Allow"


@lru_cache(1_000)
def _with_any_resource(document: str) -> str:
    """A trust policy names no resource; the evaluator wants one in each statement."""
    parsed: dict[str, Any] = json.loads(document)
    statements = [{**each, "Resource": "*"} for each in parsed.get("Statement", [])]
    return json.dumps({**parsed, "Statement": statements})


class _Request(NamedTuple):
    """What is asked of a policy; `conditions` are the keys of the service, in lower case."""

    principal: str
    account: str
    action: str
    resource: str
    region: str
    conditions: tuple[tuple[str, str | None], ...] = ()

    def context(self) -> Any:
        organization = os.environ.get(ORGANIZATION_VARIABLE)
        return iam_evaluator.EvalContext(
            principal_arn=self.principal,
            principal_type="AssumedRole" if ":assumed-role/" in self.principal else "Root",
            principal_account=self.account,
            action=self.action,
            resource_arn=self.resource,
            region=self.region,
            service_context=dict(self.conditions),
            principal_keys={"aws:principalorgid": organization} if organization else {},
        )


def _text(document: Mapping[str, Any] | str | None) -> str:
    """A policy as JSON: what a decision depends on, whatever becomes of the policy later."""
    return document if isinstance(document, str) else msgspec.json.encode(document).decode()


def _time_asked_in(*documents: str) -> float | None:
    """The time, where a condition asks for it: what is decided then holds for that moment."""
    return time.time() if any(map(_asks_for_time, documents)) else None


@lru_cache(1_000)
def _asks_for_time(document: str) -> bool:
    return bool(re.search("aws:(current|epoch)time", document, re.IGNORECASE))


# Policies are asked the same for every event; the last argument parts what time decides.
@lru_cache(10_000)
def _identity_decision(documents: tuple[str, ...], request: _Request, _at: float | None) -> str:
    statements = [iam_evaluator.parse_policy_document(each) for each in documents]
    return str(iam_evaluator.evaluate(request.context(), statements).decision)


@lru_cache(10_000)
def _resource_decision(
    document: str, request: _Request, service: str | None, _at: float | None
) -> str:
    found = iam_evaluator.evaluate_resource_policy(document, request.context(), service=service)
    return str(found.decision)
