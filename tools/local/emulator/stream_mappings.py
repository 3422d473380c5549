"""Event source mappings of streams run beside each other and retry as Lambda does.

Lambda polls every mapping on its own. It retries a failed batch until that succeeds, its retries
are exhausted or its records too old; what it gives up goes to the mapping's on-failure
destination, and the records after it are processed. With ReportBatchItemFailures, the lowest
reported sequence number is where the next attempt starts; with BisectBatchOnFunctionError, a
batch that failed from its start is split in two, which costs no retry.
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-errors.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html

ministack 1.5.33 runs streams on the thread that polls all queues, so that a slow consumer stalls
these, and ignores partial responses, the limit of retries and bisecting. This can go when it does
none of these and reports the metric IteratorAge. Batching windows and parallelization factors
are ignored still.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, lambda_svc

from local.emulator import seams, stream_sources
from local.emulator.stream_failures import (
    Attempt,
    FailureRecord,
    age_limit_passed,
    first_failure,
    retries_exhausted,
    send_failure_record,
)
from local.emulator.stream_sources import arrival, sequence

PAUSE_BEFORE_RETRY_S = 0.2


@dataclass(frozen=True)
class Stream:
    """A mapping with a source that it reads."""

    mapping: dict[str, Any]
    function: dict[str, Any]
    source: stream_sources.Source

    @property
    def uuid(self) -> str:
        return str(self.mapping["UUID"])

    def is_on(self) -> bool:
        return bool(self.mapping["Enabled"]) and lambda_svc._esms.get(self.uuid) is self.mapping

    def checkpoint(self, position: int) -> None:
        if self.is_on():
            self.source.move(position)


def install() -> None:
    """Polls streams by this module."""
    seams.replace(lambda_svc, "_poll_dynamodb_streams", poll)
    seams.replace(lambda_svc, "_poll_kinesis", lambda: False)


def poll() -> bool:
    """Starts a batch for each source that has records and no batch running; True if any did."""
    return sum(_start_batches(*scoped) for scoped in lambda_svc._iter_all_esms()) > 0


def _start_batches(account: str, region: str, mapping: dict[str, Any]) -> int:
    with request_scope(account, region):
        return sum(map(_start_batch, list(_streams(mapping))))


def _streams(mapping: dict[str, Any]) -> Iterator[Stream]:
    if not mapping.get("Enabled", True):
        return
    for source in stream_sources.of(mapping):
        function, _ = lambda_svc._get_func_record_for_qualifier(
            mapping["FunctionName"], mapping.get("Qualifier")
        )
        if function:
            yield Stream(mapping, function, source)


def _start_batch(stream: Stream) -> bool:
    if lambda_svc._esm_inflight.get(stream.source.id):
        return False
    position = stream.source.position()
    records = stream.source.read(position, int(stream.mapping.get("BatchSize", 100)))
    if not records:
        return False
    lambda_svc._dispatch_esm_batch(stream.source.id, _run, stream, position, records)
    return True


def _run(stream: Stream, position: int, records: list[dict[str, Any]]) -> None:
    """Processes records from a position of the stream on, each until it is done or given up."""
    positions = {sequence(record): position + i for i, record in enumerate(records)}
    wanted = lambda_svc._apply_filter_criteria(records, stream.mapping)
    todo = deque([Attempt(wanted)] if wanted else [])
    while todo:
        if not stream.is_on():
            return
        attempt = todo.popleft()
        _report_iterator_age(stream, records[-1])
        result = lambda_svc._execute_function(stream.function, {"Records": attempt.records})
        failed_at = first_failure(result, attempt.records, stream.mapping)
        done, rest = attempt.records[:failed_at], attempt.records[failed_at:]
        if done:
            stream.checkpoint(positions[sequence(done[-1])] + 1)
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


def _report_iterator_age(stream: Stream, last: dict[str, Any]) -> None:
    age_s = time.time() - arrival(last)
    dimensions = {"FunctionName": stream.mapping["FunctionName"]}
    cloudwatch.record_metric("AWS/Lambda", "IteratorAge", age_s * 1000, "Milliseconds", dimensions)
