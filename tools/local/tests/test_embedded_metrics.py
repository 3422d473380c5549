"""What functions write in the embedded metric format becomes metrics."""

from datetime import UTC, datetime, timedelta

from local.tests.conftest import Aws, eventually
from local.tests.functions import create_function

WRITE = """
import json

def handle(event, context):
    metrics = [{"Name": "Overdue", "Unit": "Count"}]
    directive = {"Namespace": "Shop", "Dimensions": [["service"]], "Metrics": metrics}
    print("no metric")
    told = {"_aws": {"CloudWatchMetrics": [directive]}, "service": "a", "Overdue": [3, 4]}
    print(json.dumps(told))
"""


def test_a_metric_in_a_line_of_log_is_recorded_with_its_dimensions(aws: Aws) -> None:
    create_function(aws, "writer", WRITE)
    aws("lambda").invoke(FunctionName="writer")

    def largest(service: str) -> list[float]:
        now = datetime.now(UTC)
        found = aws("cloudwatch").get_metric_statistics(
            Namespace="Shop",
            MetricName="Overdue",
            Dimensions=[{"Name": "service", "Value": service}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Maximum"],
        )
        return [point["Maximum"] for point in found["Datapoints"]]

    assert eventually(lambda: largest("a")) == [4.0]
    assert largest("b") == []
