"""What dashboards are made of: what a stack holds, and graphs of it."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import IConstruct

from stacks.building_blocks.alarms import MINUTE

Found = TypeVar("Found", bound=IConstruct)

NAMESPACE = "Crossbus"
"""Of the metrics that functions write: of business, and the age of the outbox."""

ROW, HEIGHT = 24, 6
"""The width of a row of widgets, and the height of each."""


class Contents:
    """What a stack holds when this is made, asked for once."""

    def __init__(self, stack: cdk.Stack) -> None:
        self._all = stack.node.find_all()

    def of(self, kind: type[Found]) -> list[Found]:
        """Those of a kind."""
        return [each for each in self._all if isinstance(each, kind)]


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
            period=MINUTE,
        )
        for statistic in statistics
    ]
