"""Who may call a function by its own web address.

An address with AuthType NONE asks nobody who calls, and the function's policy must let in everyone:
https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html.
"""

from routes.access.decisions import ALLOWED, Decision, call_of, decided
from routes.access.evaluation import Effect, Request, evaluate
from routes.access.policies import Access
from routes.network.model import Hop


def asks_nobody(hop: Hop) -> bool:
    """Returns whether a web address asks nobody who calls."""
    return hop.settings.get("AuthType") == "NONE"


def called_by_url(access: Access, hop: Hop) -> Decision:
    """Returns whether the function's policy lets in those whom its web address lets in."""
    return _everyone(access, hop, "lambda:InvokeFunctionUrl", "lambda:FunctionUrlAuthType", "NONE")


def invoked_by_url(access: Access, hop: Hop) -> Decision:
    """As `called_by_url`, for the second permission that addresses made since October 2025 need."""
    return _everyone(access, hop, "lambda:InvokeFunction", "lambda:InvokedViaFunctionUrl", "true")


def _everyone(access: Access, hop: Hop, action: str, key: str, value: str) -> Decision:
    if not asks_nobody(hop) or hop.target.resource is None:
        return ALLOWED
    request = Request(action, call_of(hop).arn, context={key: value})
    verdict = evaluate(access.resource_policy(hop.target), request, identity=False)
    if verdict.effect is Effect.ALLOWED:
        return ALLOWED
    return decided(verdict, "function permission", f"those who call the address may not {action}")
