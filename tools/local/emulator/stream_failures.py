"""Which records of a stream's batch failed, and what is told of those that are given up.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import lambda_svc, sns

from local.emulator import queues
from local.emulator.stream_sources import arrival, sequence

UNLIMITED = -1


@dataclass(frozen=True)
class Attempt:
    """Records to invoke a function with, and how often that has failed with these first."""

    records: list[dict[str, Any]]
    failures: int = 0


@dataclass(frozen=True)
class FailureRecord:
    """Records that are given up."""

    mapping: dict[str, Any]
    function: dict[str, Any]
    records: list[dict[str, Any]]
    condition: str
    invocations: int


def retries_exhausted(mapping: dict[str, Any], failures: int) -> bool:
    """Whether a batch that failed so often is not retried any more."""
    limit = int(mapping.get("MaximumRetryAttempts", UNLIMITED))
    return limit != UNLIMITED and failures > limit


def age_limit_passed(mapping: dict[str, Any], records: list[dict[str, Any]]) -> bool:
    """Whether the oldest record is older than the mapping lets records become."""
    limit = mapping.get("MaximumRecordAgeInSeconds")
    oldest = min(map(arrival, records))
    return limit is not None and int(limit) > 0 and time.time() - oldest > int(limit)


def first_failure(
    result: dict[str, Any], records: list[dict[str, Any]], mapping: dict[str, Any]
) -> int:
    """The index of the first record that failed; the number of records when none did.

    A response that names a record that is not in the batch, or none, fails the whole batch.
    """
    if result.get("error"):
        return 0
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []):
        return len(records)
    try:
        failures = _response(result).get("batchItemFailures") or []
        failed = [failure["itemIdentifier"] for failure in failures]
        sequences = [sequence(record) for record in records]
        return min((sequences.index(identifier) for identifier in failed), default=len(records))
    except (AttributeError, KeyError, TypeError, ValueError):
        return 0


def _response(result: dict[str, Any]) -> Any:
    body = result.get("body")
    return (json.loads(body) if isinstance(body, str) and body else body) or {}


def send_failure_record(failure: FailureRecord, result: dict[str, Any]) -> None:
    """Tells the mapping's on-failure destination which records were given up, and why."""
    on_failure = (failure.mapping.get("DestinationConfig") or {}).get("OnFailure") or {}
    destination = on_failure.get("Destination")
    if destination is None:
        return
    config = failure.function["config"]
    body = json.dumps(_record(failure, config, result))
    if ":sns:" in destination:
        sns.publish_internal(destination, body)
    elif queues.role_may_send(config["Role"], destination, "lambda.amazonaws.com"):
        queues.append(destination, body, {})
    else:
        lambda_svc.logger.error("%s may not send to %s: record lost", config["Role"], destination)


def _record(
    failure: FailureRecord, config: dict[str, Any], result: dict[str, Any]
) -> dict[str, Any]:
    first, last = failure.records[0], failure.records[-1]
    info, shard = "DDBStreamBatchInfo", "shardId-00000000000000000000-00000000"
    if "kinesis" in first:
        info, shard = "KinesisBatchInfo", first["eventID"].partition(":")[0]
    body = {
        "requestContext": {
            "requestId": new_uuid(),
            "functionArn": config["FunctionArn"],
            "condition": failure.condition,
            "approximateInvokeCount": failure.invocations,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "version": "1.0",
        "timestamp": _iso(time.time()),
        info: {
            "shardId": shard,
            "startSequenceNumber": sequence(first),
            "endSequenceNumber": sequence(last),
            "approximateArrivalOfFirstRecord": _iso(arrival(first)),
            "approximateArrivalOfLastRecord": _iso(arrival(last)),
            "batchSize": len(failure.records),
            "streamArn": failure.mapping["EventSourceArn"],
        },
    }
    if result.get("error"):
        body["responseContext"]["functionError"] = "Unhandled"  # type: ignore[index]
    return body


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(float(seconds)))
