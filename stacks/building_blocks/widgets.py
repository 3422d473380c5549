"""What dashboards are made of: what a stack holds, and graphs of it."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import IConstruct

Found = TypeVar("Found", bound=IConstruct)

NAMESPACE = "Crossbus"
"""Of the metrics that functions write: of business, and the age of the outbox."""

ROW, HEIGHT = 24, 6
"""The width of a row of widgets, and the height of each."""


def found(stack: cdk.Stack, kind: type[Found]) -> list[Found]:
    """What of a kind the stack holds."""
    return [each for each in stack.node.find_all() if isinstance(each, kind)]


def graph(
    title: str, metrics: Iterable[cloudwatch.IMetric], *, in_a_row: int = 2
) -> cloudwatch.GraphWidget:
    """A graph, so wide that there are so many in a row."""
    return cloudwatch.GraphWidget(
        title=title, left=list(metrics), width=ROW // in_a_row, height=HEIGHT
    )


def searched(terms: str, statistics: Sequence[str]) -> list[cloudwatch.IMetric]:
    """All metrics that a search finds, each minute, by each statistic.

    In a monitoring account it finds those of all linked accounts.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
    """
    return [
        cloudwatch.MathExpression(
            expression=f"SEARCH('{terms}', '{statistic}', 60)",
            label=statistic,
            period=cdk.Duration.minutes(1),
        )
        for statistic in statistics
    ]
