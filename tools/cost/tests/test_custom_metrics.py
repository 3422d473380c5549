"""Metrics that are billed one by one, of accounts that moto plays."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cost import custom_metrics


@pytest.fixture
def cloudwatch() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("cloudwatch", region_name="eu-west-1")


def write(cloudwatch: Any, namespace: str, name: str, by: str) -> None:
    dimensions = [{"Name": "by", "Value": by}]
    data = {"MetricName": name, "Dimensions": dimensions, "Value": 1}
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[data])


def watch(cloudwatch: Any, alarm: str, **metric: Any) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        **metric,
    )


def counted(**clients: Any) -> float:
    return custom_metrics.monthly(clients).amount


def test_each_combination_of_dimensions_is_a_metric_and_what_aws_writes_is_none(
    cloudwatch: Any,
) -> None:
    write(cloudwatch, "Zoo", "Fed", "keeper")
    write(cloudwatch, "Zoo", "Fed", "visitor")
    write(cloudwatch, "Zoo", "Fed", "visitor")
    write(cloudwatch, "AWS/SQS", "Depth", "queue")
    assert counted(one=cloudwatch) == 2


def test_what_an_alarm_watches_counts_though_nobody_has_written_it(cloudwatch: Any) -> None:
    write(cloudwatch, "Zoo", "Fed", "keeper")
    fed = {"Dimensions": [{"Name": "by", "Value": "keeper"}]}
    one = {"Namespace": "Zoo", "Period": 60, "Statistic": "Sum"}
    watch(cloudwatch, "written", MetricName="Fed", **fed, **one)
    watch(cloudwatch, "not written", MetricName="Escaped", Dimensions=[], **one)
    watch(cloudwatch, "of AWS", MetricName="Depth", Dimensions=[], **one | {"Namespace": "AWS/SQS"})
    assert counted(one=cloudwatch) == 2


def test_an_alarm_that_computes_has_each_metric_it_computes_with(cloudwatch: Any) -> None:
    def stat(id: str, name: str) -> dict[str, Any]:
        metric = {"Namespace": "Zoo", "MetricName": name, "Dimensions": []}
        return {"Id": id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}

    quotient = {"Id": "c", "Expression": "a / b"}
    watch(cloudwatch, "rate", Metrics=[stat("a", "Fed"), stat("b", "Hungry"), quotient])
    assert counted(one=cloudwatch) == 2


def test_accounts_have_metrics_of_their_own(cloudwatch: Any) -> None:
    write(cloudwatch, "Zoo", "Fed", "keeper")
    assert counted(one=cloudwatch, other=cloudwatch) == 2
