"""A dashboard that shows how all domains do, whatever accounts they are in."""

from collections.abc import Iterable, Iterator, Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.building_blocks.alarms import MINUTE, Alarms, Severity
from stacks.building_blocks.dead_letter_queue import DeadLetterQueue
from stacks.building_blocks.outbox import Outbox
from stacks.building_blocks.queues import BufferedQueue
from stacks.building_blocks.widgets import NAMESPACE, ROW, Contents, graph, searched


class WholeDashboard(Construct):
    """Dashboard `name`, of what the stacks of the domains hold when it is made: make it last.

    What stands here of a stack is plain text: a dashboard refers to nothing of another account.
    Functions have no names of their own, so their errors are searched for in all accounts.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, domains: Sequence[cdk.Stack]
    ) -> None:
        super().__init__(scope, id)
        seen = [_Seen(stack) for stack in domains]
        business = f'{{{NAMESPACE},service}} NOT MetricName="OutboxAge"'
        errors = '{AWS/Lambda,FunctionName} MetricName="Errors" crossbus'
        rows: list[list[cloudwatch.IWidget]] = [
            [
                graph("Business: a minute's sum", searched(business, ["Sum"])),
                graph("Business: a minute's p50 and p99", searched(business, ["p50", "p99"])),
            ],
            [
                graph("Outbox: age of the oldest event (seconds)", _outboxes(seen), in_a_row=3),
                graph("Alarms that rang", _rang(seen), in_a_row=3),
                graph("Errors of functions", searched(errors, ["Sum"]), in_a_row=3),
            ],
        ]
        for domain in seen:
            rows += [[_heading(domain)], _queues(domain)]
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            default_interval=cdk.Duration.hours(3),
            widgets=rows,
        )


class _Seen:
    """A domain's stack as it is shown: what it holds, and where it is."""

    def __init__(self, stack: cdk.Stack) -> None:
        self.name, self.account, self.region = stack.stack_name, stack.account, stack.region
        self.held = Contents(stack)

    def metric(
        self, namespace: str, name: str, dimensions: dict[str, str], statistic: str
    ) -> cloudwatch.IMetric:
        """A metric of the stack's account, each minute."""
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            dimensions_map=dimensions,
            statistic=statistic,
            period=MINUTE,
            account=self.account,
            region=self.region,
        )


def _outboxes(domains: Iterable[_Seen]) -> Iterator[cloudwatch.IMetric]:
    for domain in domains:
        for outbox in domain.held.of(Outbox):
            yield outbox.age.with_(account=domain.account, region=domain.region)


def _rang(domains: Iterable[_Seen]) -> Iterator[cloudwatch.IMetric]:
    """What alarms told their topics: CloudWatch shares metrics across accounts, not states."""
    for domain in domains:
        for alarms in domain.held.of(Alarms):
            for severity in Severity:
                dimension = {"TopicName": alarms.topic_name(severity)}
                yield domain.metric("AWS/SNS", "NumberOfMessagesPublished", dimension, "Sum")


def _queues(domain: _Seen) -> list[cloudwatch.IWidget]:
    work = [each.queue_name for each in domain.held.of(BufferedQueue)]
    dead = [each.queue_name for each in domain.held.of(DeadLetterQueue)]
    return [
        graph(
            title,
            (domain.metric("AWS/SQS", metric, {"QueueName": each}, "Maximum") for each in queues),
        )
        for title, metric, queues in (
            ("Age of the oldest message (seconds)", "ApproximateAgeOfOldestMessage", work),
            ("Dead letters", "ApproximateNumberOfMessagesVisible", dead),
        )
    ]


def _heading(domain: _Seen) -> cloudwatch.IWidget:
    return cloudwatch.TextWidget(
        markdown=f"## {domain.name} · account {domain.account}\n"
        "The states of its alarms, and more, are on the dashboard there.",
        width=ROW,
        height=2,
    )
