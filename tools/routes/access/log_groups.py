"""Decides whether a service may write to a log group: by CloudWatch Logs' resource policies.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-resourcepolicy.html
"""

from routes.access.decisions import ALLOWED, Decision, decided
from routes.access.evaluation import Effect, Request, evaluate
from routes.access.policies import Access
from routes.access.roles import Statements
from routes.network.model import Place


def log_group(access: Access, place: Place, service: str) -> Decision:
    """Returns whether a service may write to a log group."""
    statements: Statements = [
        statement
        for _, found in access.log_policies[place.account, place.region]
        for statement in found
    ]
    arn = place.arn if place.arn.endswith(":*") else f"{place.arn}:*"
    verdict = evaluate(statements, Request("logs:PutLogEvents", arn, service), identity=False)
    if verdict.effect is Effect.ALLOWED:
        return ALLOWED
    if place.resource is None and not statements:
        return Decision(Effect.UNKNOWN, None, f"{place.label} is not in the assembly")
    return decided(verdict, "log resource policy", f"{service} may not logs:PutLogEvents")
