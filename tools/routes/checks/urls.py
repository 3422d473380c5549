"""Web addresses of functions: who may call them."""

from collections.abc import Iterator

from routes.access.urls import asks_nobody, invoked_by_url
from routes.checks.base import Code, Context, Finding, finding
from routes.network.movers.functions import URL

OPEN_TO_ALL = Code(
    "A515",
    "note",
    "A function's web address that asks nobody who calls",
    "Anyone on the internet may invoke the function; only its own code can refuse.",
    "Set AuthType to AWS_IAM, or check in the code who calls.",
)
HALF_ALLOWED = Code(
    "A516",
    "warning",
    "A function's web address without the second permission",
    "Since October 2025 a new address needs lambda:InvokeFunction too; without it each call is "
    "denied.",
    "Add an AWS::Lambda::Permission for lambda:InvokeFunction with InvokedViaFunctionUrl true.",
)

CODES = [OPEN_TO_ALL, HALF_ALLOWED]


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about web addresses of functions."""
    for hop in context.routes.hops:
        if hop.kind == URL and asks_nobody(hop):
            yield finding(OPEN_TO_ALL, hop.resource, f"anyone may call {hop.target.label}")
            decision = invoked_by_url(context.routes.access, hop)
            if decision.denied:
                yield finding(HALF_ALLOWED, hop.resource, decision.reason)
