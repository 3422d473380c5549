"""A dashboard that shows how a domain does."""

from collections.abc import Sequence
from functools import partial

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.building_blocks.alarms import per_minute
from stacks.building_blocks.audit_lake import AuditLake
from stacks.building_blocks.buffered_consumer import BufferedConsumer
from stacks.building_blocks.dead_letter_queue import DeadLetterQueue
from stacks.building_blocks.domain_function import DomainFunction
from stacks.building_blocks.event_stream import EventStream
from stacks.building_blocks.queues import BufferedQueue
from stacks.building_blocks.widgets import HEIGHT, NAMESPACE, ROW, Contents, graph, searched

MOST_ALARMS = 100
"""In a widget.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""


class DomainDashboard(Construct):
    """Dashboard `<environment>-<domain>`, of what the stack holds when it is made: make it last.

    The states of all alarms, what waits and what is set aside, how functions, streams and API do,
    and the metrics of business.
    """

    def __init__(self, scope: Construct, id: str, *, name: str) -> None:
        super().__init__(scope, id)
        held = Contents(cdk.Stack.of(self))
        queues = held.of(BufferedQueue)
        functions = held.of(DomainFunction)
        rows: list[cloudwatch.IWidget] = [
            graph("Written by functions: business and outbox", _written_by(functions)),
            graph(
                "Age of the oldest message (seconds)",
                (each.age for each in queues),
            ),
            graph(
                "Messages that wait",
                (per_minute(depth, "Maximum") for each in queues for depth in each.depths),
            ),
            graph(
                "Dead letters",
                (each.depth for each in held.of(DeadLetterQueue)),
            ),
        ]
        for metric, statistic in (("Errors", "Sum"), ("Throttles", "Sum"), ("Duration", "p99")):
            of_each = (per_minute(partial(each.metric, metric), statistic) for each in functions)
            rows.append(graph(f"{metric} of functions ({statistic})", of_each))
        streams: list[EventStream | BufferedConsumer | AuditLake] = [
            *held.of(EventStream),
            *held.of(BufferedConsumer),
            *held.of(AuditLake),
        ]
        for each in streams:
            rows += [graph(title, [metric]) for title, metric in each.graphs().items()]
        apis = held.of(apigateway.HttpApi)
        if apis:
            failing = (per_minute(each.metric_server_error, "Sum") for each in apis)
            slow = (per_minute(each.metric_latency, "p99") for each in apis)
            rows += [graph("Answers with 5xx", failing), graph("Latency (p99, ms)", slow)]
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            default_interval=cdk.Duration.hours(3),
            widgets=[
                *([widget] for widget in _states(held.of(cloudwatch.Alarm))),
                *(rows[first : first + 2] for first in range(0, len(rows), 2)),
            ],
        )


def _states(alarms: Sequence[cloudwatch.Alarm]) -> list[cloudwatch.IWidget]:
    return [
        cloudwatch.AlarmStatusWidget(
            title="Alarms",
            alarms=alarms[first : first + MOST_ALARMS],
            sort_by=cloudwatch.AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
            width=ROW,
            height=HEIGHT,
        )
        for first in range(0, len(alarms), MOST_ALARMS)
    ]


def _written_by(functions: Sequence[DomainFunction]) -> list[cloudwatch.IMetric]:
    """Whatever metrics the functions write, found by the service that each names."""
    services = " OR ".join(f'"{each.service}"' for each in functions)
    return searched(f"{{{NAMESPACE},service}} service=({services})", ["Sum", "Maximum"])
