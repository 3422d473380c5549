"""Parts that nothing uses: what was meant for them names another, or nothing."""

from collections.abc import Iterator

from routes.checks.base import Code, Context, Finding, finding
from routes.checks.joints import lets_others_in

UNUSED = Code(
    "J811",
    "note",
    "A part that nothing uses",
    "A queue that nothing fills or empties, or an integration without a route, was meant for "
    "something: a hop that names another, or none.",
    "Name it where it is meant, or take it away.",
    house=True,
)

CODES = [UNUSED]

_ROUTE = "AWS::ApiGatewayV2::Route"


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about parts that nothing uses."""
    routes = context.routes
    joined = {each.target for each in routes.senders} | {each.source for each in routes.receivers}
    for queue in routes.assembly.resources("AWS::SQS::Queue"):
        place = routes.places.at(queue.arn)
        hops = [*routes.hops_from(place), *routes.hops_to(place)]
        apart = not hops and place not in joined and not lets_others_in(context, place)
        if apart and place.arn not in context.dead_letter_places:
            yield finding(UNUSED, queue, f"nothing sends to {place.label} or reads it")
    routed = {str(each.get("Target")) for each in routes.assembly.resources(_ROUTE)}
    for integration in routes.assembly.resources("AWS::ApiGatewayV2::Integration"):
        if f"integrations/{integration.name}" not in routed:
            yield finding(UNUSED, integration, "no route has it as its target")
    for route in routes.assembly.resources(_ROUTE):
        if not route.get("Target"):
            yield finding(UNUSED, route, "it has no target: a request gets an error")
