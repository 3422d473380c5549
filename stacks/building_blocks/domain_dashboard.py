"""A dashboard that shows how a domain does."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TypeVar

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct, IConstruct

from stacks.building_blocks.alarms import per_minute
from stacks.building_blocks.dead_letter_queue import DeadLetterQueue
from stacks.building_blocks.domain_function import DomainFunction
from stacks.building_blocks.queues import BufferedQueue

Found = TypeVar("Found", bound=IConstruct)

NAMESPACE = "Crossbus"
"""Of the metrics that functions write: of business, and the age of the outbox."""

WIDTH, HEIGHT = 12, 6
"""Of a widget: two in a row of 24."""


class DomainDashboard(Construct):
    """Dashboard `<environment>-<domain>`, of what the stack holds when it is made: make it last.

    What waits and what is set aside, how functions and API do, and the metrics of business.
    """

    def __init__(self, scope: Construct, id: str, *, name: str) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        queues = _found(stack, BufferedQueue)
        functions = _found(stack, DomainFunction)
        rows: list[cloudwatch.IWidget] = [
            _graph("Written by functions: business and outbox", _written_by(functions)),
            _graph(
                "Age of the oldest message (seconds)",
                (
                    per_minute(each.queue.metric_approximate_age_of_oldest_message, "Maximum")
                    for each in queues
                ),
            ),
            _graph(
                "Messages that wait",
                (per_minute(depth, "Maximum") for each in queues for depth in each.depths),
            ),
            _graph(
                "Dead letters",
                (
                    per_minute(each.queue.metric_approximate_number_of_messages_visible, "Maximum")
                    for each in _found(stack, DeadLetterQueue)
                ),
            ),
        ]
        for metric, statistic in (("Errors", "Sum"), ("Throttles", "Sum"), ("Duration", "p99")):
            of_each = (per_minute(partial(each.metric, metric), statistic) for each in functions)
            rows.append(_graph(f"{metric} of functions ({statistic})", of_each))
        apis = _found(stack, apigateway.HttpApi)
        if apis:
            failing = (per_minute(each.metric_server_error, "Sum") for each in apis)
            slow = (per_minute(each.metric_latency, "p99") for each in apis)
            rows += [_graph("Answers with 5xx", failing), _graph("Latency (p99, ms)", slow)]
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            default_interval=cdk.Duration.hours(3),
            widgets=[rows[first : first + 2] for first in range(0, len(rows), 2)],
        )


def _found(stack: cdk.Stack, kind: type[Found]) -> list[Found]:
    """What of a kind the stack holds."""
    return [each for each in stack.node.find_all() if isinstance(each, kind)]


def _written_by(functions: Sequence[DomainFunction]) -> list[cloudwatch.IMetric]:
    """Whatever metrics the functions write, found by the service that each names."""
    services = " OR ".join(f'"{each.service}"' for each in functions)
    return [
        cloudwatch.MathExpression(
            expression=f"SEARCH('{{{NAMESPACE},service}} service=({services})', '{statistic}', 60)",
            label=statistic,
            period=cdk.Duration.minutes(1),
        )
        for statistic in ("Sum", "Maximum")
    ]


def _graph(title: str, metrics: Iterable[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=WIDTH, height=HEIGHT)
