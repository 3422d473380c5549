"""The metrics that a handler told, as they stand in its log."""

import json

import pytest


def counted(capsys: pytest.CaptureFixture[str]) -> dict[str, list[float]]:
    """The values of each metric since the last look, by name.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    found: dict[str, list[float]] = {}
    for line in capsys.readouterr().out.splitlines():
        told = json.loads(line)
        for directive in told.get("_aws", {}).get("CloudWatchMetrics", []):
            for metric in directive["Metrics"]:
                value = told[metric["Name"]]
                values = value if isinstance(value, list) else [value]
                found.setdefault(metric["Name"], []).extend(values)
    return found
