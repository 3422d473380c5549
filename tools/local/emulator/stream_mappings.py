"""Event source mappings of table streams run beside each other and retry as Lambda does.

Lambda polls every mapping on its own. It retries a failed batch until that succeeds, its retries
are exhausted or its records too old; what it gives up goes to the mapping's on-failure
destination, and the records after it are processed. With ReportBatchItemFailures, the lowest
reported sequence number is where the next attempt starts; with BisectBatchOnFunctionError, a
batch that failed from its start is split in two, which costs no retry.
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-errors.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html

ministack 1.5.33 runs streams on the thread that polls all queues, so that a slow consumer stalls
these, and ignores partial responses, the limit of retries and bisecting. This can go when it does
none of these and reports the metric IteratorAge. Batching windows and parallelization factors
are ignored still.
"""

import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, dynamodb, lambda_svc

from local.emulator import seams
from local.emulator.stream_failures import (
    Attempt,
    FailureRecord,
    age_limit_passed,
    first_failure,
    retries_exhausted,
    send_failure_record,
)

PAUSE_BEFORE_RETRY_S = 0.2


@dataclass(frozen=True)
class Stream:
    """A mapping with the table whose stream it reads."""

    mapping: dict[str, Any]
    function: dict[str, Any]
    table: str

    @property
    def uuid(self) -> str:
        return str(self.mapping["UUID"])

    def is_on(self) -> bool:
        return bool(self.mapping["Enabled"]) and lambda_svc._esms.get(self.uuid) is self.mapping

    def checkpoint(self, position: int) -> None:
        with lambda_svc._dynamodb_stream_positions_lock:
            if self.is_on():
                lambda_svc._dynamodb_stream_positions[self.uuid] = position


def install() -> None:
    """Polls table streams by this module."""
    seams.replace(lambda_svc, "_poll_dynamodb_streams", poll)


def poll() -> bool:
    """Starts a batch for each mapping that has records and no batch running; True if any did."""
    return sum(_start_batch(*scoped) for scoped in lambda_svc._iter_all_esms()) > 0


def _start_batch(account: str, region: str, mapping: dict[str, Any]) -> bool:
    with request_scope(account, region):
        stream = _stream(mapping)
        if stream is None or lambda_svc._esm_inflight.get(stream.uuid):
            return False
        position = _position(stream)
        records = dynamodb.stream_records_since(
            stream.table, position, int(mapping.get("BatchSize", 100))
        )
        if not records:
            return False
        lambda_svc._dispatch_esm_batch(stream.uuid, _run, stream, position, list(records))
        return True


def _stream(mapping: dict[str, Any]) -> Stream | None:
    source = mapping["EventSourceArn"]
    if ":dynamodb:" not in source or not mapping.get("Enabled", True):
        return None
    table = source.split(":table/", 1)[1].split("/stream/")[0]
    function, _ = lambda_svc._get_func_record_for_qualifier(
        mapping["FunctionName"], mapping.get("Qualifier")
    )
    current = (dynamodb._tables.get(table) or {}).get("LatestStreamArn")
    return Stream(mapping, function, table) if function and current == source else None


def _position(stream: Stream) -> int:
    horizon = int(dynamodb.stream_start_position(stream.table))
    positions = lambda_svc._dynamodb_stream_positions
    with lambda_svc._dynamodb_stream_positions_lock:
        if stream.uuid not in positions:
            from_horizon = stream.mapping.get("StartingPosition") == "TRIM_HORIZON"
            end = int(dynamodb.stream_end_position(stream.table))
            positions[stream.uuid] = horizon if from_horizon else end
        return max(int(positions[stream.uuid]), horizon)


def _run(stream: Stream, position: int, records: list[dict[str, Any]]) -> None:
    """Processes records from a position of the stream on, each until it is done or given up."""
    positions = {_sequence(record): position + i for i, record in enumerate(records)}
    wanted = lambda_svc._apply_filter_criteria(records, stream.mapping)
    todo = deque([Attempt(wanted)] if wanted else [])
    _report_iterator_age(stream, records[-1])
    while todo:
        if not stream.is_on():
            return
        attempt = todo.popleft()
        result = lambda_svc._execute_function(stream.function, {"Records": attempt.records})
        failed_at = first_failure(result, attempt.records, stream.mapping)
        done, rest = attempt.records[:failed_at], attempt.records[failed_at:]
        if done:
            stream.checkpoint(positions[_sequence(done[-1])] + 1)
        if rest:
            lambda_svc.logger.warning("mapping %s: %s records failed", stream.uuid, len(rest))
            todo.extendleft(reversed(_next_attempts(stream, attempt, rest, result)))
            time.sleep(PAUSE_BEFORE_RETRY_S)
    stream.checkpoint(position + len(records))


def _next_attempts(
    stream: Stream, attempt: Attempt, rest: list[dict[str, Any]], result: dict[str, Any]
) -> list[Attempt]:
    """What is to be tried of the records that failed; none when they are given up."""
    progressed = len(rest) < len(attempt.records)
    failures = 1 if progressed else attempt.failures + 1
    if age_limit_passed(stream.mapping, rest):
        condition = "MaxRecordAgeExceeded"
    elif result.get("throttle"):
        return [Attempt(rest, attempt.failures)]
    elif stream.mapping.get("BisectBatchOnFunctionError") and len(rest) > 1:
        parts = [rest] if progressed else [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
        return [Attempt(part, attempt.failures) for part in parts]
    elif retries_exhausted(stream.mapping, failures):
        condition = "RetryAttemptsExhausted"
    else:
        return [Attempt(rest, failures)]
    send_failure_record(
        FailureRecord(stream.mapping, stream.function, rest, condition, failures), result
    )
    return []


def _sequence(record: dict[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _report_iterator_age(stream: Stream, last: dict[str, Any]) -> None:
    age_s = time.time() - float(last["dynamodb"]["ApproximateCreationDateTime"])
    dimensions = {"FunctionName": stream.mapping["FunctionName"]}
    cloudwatch.record_metric("AWS/Lambda", "IteratorAge", age_s * 1000, "Milliseconds", dimensions)
