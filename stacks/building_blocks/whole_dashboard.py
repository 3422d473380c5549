"""A dashboard that shows how all domains do, whatever accounts they are in."""

from collections.abc import Iterable, Iterator, Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.building_blocks.alarms import Alarms, Severity
from stacks.building_blocks.dead_letter_queue import DeadLetterQueue
from stacks.building_blocks.outbox import Outbox
from stacks.building_blocks.queues import BufferedQueue
from stacks.building_blocks.widgets import NAMESPACE, ROW, found, graph, searched


class WholeDashboard(Construct):
    """Dashboard `name`, of what the stacks of the domains hold when it is made: make it last.

    What stands here of a stack is plain text: a dashboard refers to nothing of another account.
    Functions have no names of their own, so their errors are searched for in all accounts.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, domains: Sequence[cdk.Stack]
    ) -> None:
        super().__init__(scope, id)
        business = f'{{{NAMESPACE},service}} NOT MetricName="OutboxAge"'
        errors = '{AWS/Lambda,FunctionName} MetricName="Errors" crossbus'
        rows: list[list[cloudwatch.IWidget]] = [
            [
                graph("Business: a minute's sum", searched(business, ["Sum"])),
                graph("Business: a minute's p50 and p99", searched(business, ["p50", "p99"])),
            ],
            [
                graph("Outbox: age of the oldest event (seconds)", _outboxes(domains), in_a_row=3),
                graph("Alarms that rang", _rang(domains), in_a_row=3),
                graph("Errors of functions", searched(errors, ["Sum"]), in_a_row=3),
            ],
        ]
        for stack in domains:
            rows += [[_heading(stack)], _queues(stack)]
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            default_interval=cdk.Duration.hours(3),
            widgets=rows,
        )


def _outboxes(domains: Iterable[cdk.Stack]) -> Iterator[cloudwatch.IMetric]:
    for stack in domains:
        for outbox in found(stack, Outbox):
            yield outbox.age.with_(account=stack.account, region=stack.region)


def _rang(domains: Iterable[cdk.Stack]) -> Iterator[cloudwatch.IMetric]:
    """What alarms told their topics: CloudWatch shares metrics across accounts, not states."""
    for stack in domains:
        for alarms in found(stack, Alarms):
            for severity in Severity:
                dimension = {"TopicName": alarms.topic_name(severity)}
                yield _metric(stack, "AWS/SNS", "NumberOfMessagesPublished", dimension, "Sum")


def _queues(stack: cdk.Stack) -> list[cloudwatch.IWidget]:
    work = [each.queue for each in found(stack, BufferedQueue)]
    dead = [each.queue for each in found(stack, DeadLetterQueue)]
    return [
        graph(title, (_of_queue(stack, queue, metric) for queue in queues))
        for title, metric, queues in (
            ("Age of the oldest message (seconds)", "ApproximateAgeOfOldestMessage", work),
            ("Dead letters", "ApproximateNumberOfMessagesVisible", dead),
        )
    ]


def _heading(stack: cdk.Stack) -> cloudwatch.IWidget:
    return cloudwatch.TextWidget(
        markdown=f"## {stack.stack_name} · account {stack.account}\n"
        "The states of its alarms, and more, are on the dashboard there.",
        width=ROW,
        height=2,
    )


def _of_queue(stack: cdk.Stack, queue: sqs.Queue, metric: str) -> cloudwatch.IMetric:
    resource = queue.node.default_child
    assert isinstance(resource, sqs.CfnQueue)
    assert resource.queue_name, f"{queue.node.path} has no name"
    return _metric(stack, "AWS/SQS", metric, {"QueueName": resource.queue_name}, "Maximum")


def _metric(
    stack: cdk.Stack, namespace: str, name: str, dimensions: dict[str, str], statistic: str
) -> cloudwatch.IMetric:
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=cdk.Duration.minutes(1),
        account=stack.account,
        region=stack.region,
    )
