"""What functions write in the embedded metric format becomes metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

ministack 1.5.33 keeps such lines as text, so that alarms on these metrics see no data. This can go
when it reads them.
"""

import json
from typing import Any

from ministack.services import cloudwatch, lambda_svc

from local.emulator import seams

MARK = '"_aws"'


def install() -> None:
    """Reads what each invocation logged."""
    log = seams.original(lambda_svc, "_emit_lambda_logs")

    def logged(function: Any, request_id: str, text: str, *rest: Any, **named: Any) -> None:
        log(function, request_id, text, *rest, **named)
        for line in (text or "").splitlines():
            if MARK in line:
                record(line)

    seams.replace(lambda_svc, "_emit_lambda_logs", logged)


def record(line: str) -> None:
    """Records the metrics of a line of log, if it is one of the format."""
    try:
        told = json.loads(line)
        directives = told["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        for names in directive["Dimensions"]:
            dimensions = {name: str(told[name]) for name in names}
            for metric in directive["Metrics"]:
                value = told[metric["Name"]]
                for each in value if isinstance(value, list) else [value]:
                    cloudwatch.record_metric(
                        directive["Namespace"],
                        metric["Name"],
                        each,
                        metric.get("Unit", "None"),
                        dimensions,
                    )
