"""Evaluates policy documents as IAM would, as far as they decide a delivery.

Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html:
an explicit Deny wins, then an Allow, else the request is denied. What hangs on a value that the
templates do not hold is unknown, and says on what.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

from routes.reading.tokens import is_known, may_equal


class Effect(Enum):
    """The outcome of one or more policies for one request."""

    ALLOWED = "allowed"
    DENIED = "explicitly denied"
    NOT_ALLOWED = "not allowed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    effect: Effect
    reason: str = ""


@dataclass(frozen=True)
class Request:
    """Who asks for what: a service (`events.amazonaws.com`) or a role (its ARN).

    A context key with the value None is known to be absent; a key that is not in `context` is
    unknown.
    """

    action: str
    resource: str
    service: str | None = None
    role: str | None = None
    context: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def account(self) -> str | None:
        return self.role.split(":")[4] if self.role and self.role.count(":") >= 5 else None


def evaluate(statements: list[dict[str, Any]], request: Request, *, identity: bool) -> Verdict:
    """Returns what a policy's statements say to a request.

    `identity` says that they are attached to the asking role and so name no principal.
    """
    verdict = Verdict(Effect.NOT_ALLOWED, "no statement allows it")
    for statement in statements:
        applies, reason = _applies(statement, request, identity=identity)
        if applies is False:
            if reason and verdict.effect is Effect.NOT_ALLOWED:
                verdict = Verdict(Effect.NOT_ALLOWED, reason)
            continue
        if statement.get("Effect") == "Deny":
            if applies:
                return Verdict(Effect.DENIED, f"denied by statement {_name(statement)}")
            verdict = Verdict(Effect.UNKNOWN, f"statement {_name(statement)} may deny it: {reason}")
        elif verdict.effect is not Effect.UNKNOWN or "may deny" not in verdict.reason:
            if applies:
                verdict = Verdict(Effect.ALLOWED)
            elif verdict.effect is not Effect.ALLOWED:
                verdict = Verdict(Effect.UNKNOWN, reason)
    return verdict


def as_list(value: Any) -> list[Any]:
    """Returns a policy element, which may be one value or a list of them, as a list."""
    return [] if value is None else value if isinstance(value, list) else [value]


def statements_of(document: Any) -> list[dict[str, Any]]:
    """Returns the statements of a policy document."""
    found = as_list(document.get("Statement")) if isinstance(document, dict) else []
    return [statement for statement in found if isinstance(statement, dict)]


def like(pattern: str, text: str) -> bool | None:
    """Returns whether a text fits a policy's pattern with `*` and `?`; None where unknown."""
    if "*" not in pattern and "?" not in pattern:
        return may_equal(pattern, text)
    if _wildcard(pattern).fullmatch(text):
        return True
    return False if is_known(pattern) and is_known(text) else None


def _applies(
    statement: dict[str, Any], request: Request, *, identity: bool
) -> tuple[bool | None, str]:
    """Whether a statement speaks of the request, and what decides where it does not or may not.

    A reason comes with False only where principal, action and resource do fit.
    """
    unknown = ""
    if not _action_fits(statement, request):
        return False, ""
    fits = [_resource_fits(statement, request)]
    if not identity:
        fits.append(_principal_fits(statement, request))
    if False in fits:
        return False, ""
    if None in fits:
        unknown = f"statement {_name(statement)} speaks of a value that is not in the templates"
    for operator, keys in (statement.get("Condition") or {}).items():
        for key, wanted in keys.items():
            met = condition_met(operator, key, as_list(wanted), request.context)
            if met is False:
                wants = ", ".join(map(str, as_list(wanted)))
                has = request.context.get(_context_key(key, request.context) or key)
                return False, f"condition {operator} {key}: wants {wants}; the request has {has}"
            if met is None:
                unknown = unknown or f"condition {operator} {key} is not decided by the templates"
    return (None, unknown) if unknown else (True, "")


def condition_met(
    operator: str, key: str, wanted: list[Any], context: Mapping[str, str | None]
) -> bool | None:
    """Returns whether one condition holds; None where key, operator or value is unknown."""
    name = operator.split(":")[-1]
    known = _context_key(key, context)
    if name == "Null":
        if known is None:
            return None
        return any((context[known] is None) == (str(each).lower() == "true") for each in wanted)
    optional, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    if known is None:
        return None
    value = context[known]
    negated = "Not" in name
    if value is None:
        return optional or negated or operator.startswith("ForAllValues:")
    results = [_compare(name.replace("Not", ""), str(each), value) for each in wanted]
    met = True if True in results else None if None in results else False
    return met if met is None or not negated else not met


def _compare(name: str, wanted: str, value: str) -> bool | None:
    if name in ("StringLike", "ArnLike", "ArnEquals"):
        return like(wanted, value)
    if name in ("StringEquals", "Bool"):
        return may_equal(wanted, value)
    if name == "StringEqualsIgnoreCase":
        return may_equal(wanted.lower(), value.lower())
    return None


def _context_key(key: str, context: Mapping[str, str | None]) -> str | None:
    """Condition keys are not case-sensitive."""
    return next((known for known in context if known.lower() == key.lower()), None)


def _action_fits(statement: dict[str, Any], request: Request) -> bool:
    wanted, negated = _either(statement, "Action", "NotAction")
    fits = any(_wildcard(str(each).lower()).fullmatch(request.action.lower()) for each in wanted)
    return fits != negated


def _resource_fits(statement: dict[str, Any], request: Request) -> bool | None:
    if "Resource" not in statement and "NotResource" not in statement:
        return True
    wanted, negated = _either(statement, "Resource", "NotResource")
    results = [like(str(each), request.resource) for each in wanted]
    fits = True if True in results else None if None in results else False
    return fits if fits is None or not negated else not fits


def _principal_fits(statement: dict[str, Any], request: Request) -> bool | None:
    wanted, negated = _either(statement, "Principal", "NotPrincipal")
    results: list[bool | None] = []
    for principal in wanted:
        if principal == "*":
            results.append(True)
        elif isinstance(principal, dict):
            if request.service:
                results.append(request.service in as_list(principal.get("Service")))
            for each in as_list(principal.get("AWS")):
                results.append(_account_fits(str(each), request))
    fits = True if True in results else None if None in results else False
    return fits if fits is None or not negated else not fits


def _account_fits(principal: str, request: Request) -> bool | None:
    if principal == "*":
        return True
    if request.role is None:
        return False
    if ":role/" in principal or ":assumed-role/" in principal:
        return may_equal(principal, request.role)
    account = principal.split(":")[4] if principal.count(":") >= 5 else principal
    if ":user/" in principal:
        return False
    return may_equal(account, request.account or "")


def _either(statement: dict[str, Any], name: str, negated: str) -> tuple[list[Any], bool]:
    if negated in statement:
        return as_list(statement[negated]), True
    return as_list(statement.get(name)), False


@lru_cache(maxsize=4096)
def _wildcard(pattern: str) -> re.Pattern[str]:
    parts = (
        ".*" if part == "*" else "." if part == "?" else re.escape(part)
        for part in re.split(r"([*?])", pattern)
    )
    return re.compile("".join(parts), re.DOTALL)


def _name(statement: dict[str, Any]) -> str:
    return str(statement.get("Sid") or f"with {statement.get('Action') or 'NotAction'}")
