"""How often a delivery is tried, and whether what fails is there when its retries are over."""

from collections.abc import Iterator

from routes.checks.base import Code, Context, Finding, finding, number_of, seconds
from routes.network.model import Hop
from routes.reading.assembly import Resource
from routes.reading.shapes import parsed

EXPIRES = Code(
    "M104",
    "warning",
    "Messages expire before their retries are over",
    "A message that fails is gone before it becomes a dead letter.",
    "Keep messages longer than VisibilityTimeout times maxReceiveCount; of a stream, discard a "
    "record sooner than the stream forgets it.",
)
ONE_TRY = Code(
    "M105",
    "note",
    "A message is a dead letter after its first failure",
    "One throttled invocation is enough; Lambda asks for at least five receives.",
    "Set maxReceiveCount to 5.",
    house=True,
)
NOT_RETRIED = Code(
    "M106",
    "note",
    "A delivery that is not retried",
    "A moment's throttling is enough: the event goes to the dead letters at once, or is gone.",
    "Take MaximumRetryAttempts 0 away, or set it to a few.",
    house=True,
)
NO_END = Code(
    "M108",
    "note",
    "A reader of a stream that says nothing of when its retries end",
    "A record that always fails blocks its shard until the stream forgets it, and never becomes a "
    "dead letter.",
    "Set MaximumRetryAttempts or MaximumRecordAgeInSeconds; -1 says that it is meant so.",
    house=True,
)

CODES = [EXPIRES, ONE_TRY, NOT_RETRIED, NO_END]

_FOUR_DAYS = 345_600
_HOUR, _DAY = 3600, 86_400
_ENDING_READ = ("cluster", "stream", "table")
_ENDING = ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds")


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about retries."""
    for hop in context.routes.hops:
        retry = hop.settings.get("RetryPolicy")
        attempts = [hop.polling.get("MaximumRetryAttempts")]
        attempts += [retry.get("MaximumRetryAttempts")] if isinstance(retry, dict) else []
        if 0 in map(number_of, attempts):
            yield finding(NOT_RETRIED, hop.resource, f"{hop.label} has MaximumRetryAttempts 0")
        if hop.polls and hop.source.kind in _ENDING_READ and hop.dead_letter:
            yield from _ends(hop)
    for config in context.routes.assembly.resources("AWS::Lambda::EventInvokeConfig"):
        if number_of(config.get("MaximumRetryAttempts")) == 0:
            yield finding(NOT_RETRIED, config, "it has MaximumRetryAttempts 0")
    for queue in context.routes.assembly.resources("AWS::SQS::Queue"):
        yield from _retries(context, queue)


def _ends(hop: Hop) -> Iterator[Finding]:
    attempts, age = (hop.polling.get(key) for key in _ENDING)
    if attempts is None and age is None:
        told = f"{hop.label} sets neither {' nor '.join(_ENDING)}"
        yield finding(NO_END, hop.resource, told)
    kept, discarded = _kept(hop), number_of(age)
    endless = attempts is None or number_of(attempts) == -1
    if endless and kept is not None and discarded is not None and discarded >= kept:
        told = f"{hop.source.label} forgets a record after {kept:g} s, {hop.label} discards it "
        yield finding(EXPIRES, hop.resource, told + f"after {discarded:g} s")


def _kept(hop: Hop) -> float | None:
    """How long a source keeps a record, in seconds; None where the templates do not say."""
    if hop.source.kind == "table":
        return _DAY
    if hop.source.resource is None or hop.source.kind == "cluster":
        return None
    hours = number_of(hop.source.resource.get("RetentionPeriodHours") or 24)
    return None if hours is None else hours * _HOUR


def _retries(context: Context, queue: Resource) -> Iterator[Finding]:
    redrive = parsed(queue.get("RedrivePolicy"))
    if not isinstance(redrive, dict):
        return
    receives = number_of(redrive.get("maxReceiveCount"))
    visibility = seconds(queue, "VisibilityTimeout", 30)
    kept = seconds(queue, "MessageRetentionPeriod", _FOUR_DAYS)
    if receives is None or visibility is None or kept is None:
        return
    if receives <= 1:
        yield finding(ONE_TRY, queue, f"maxReceiveCount is {receives:g}")
    place = context.routes.places.at(queue.arn)
    feeding = context.routes.hops_to(place)
    if feeding and all(hop.kind == "schedule" for hop in feeding):
        return  # the next message of a schedule does what an expired one did not
    if 1 <= receives <= 1000 and visibility * receives > kept:
        told = f"{receives:g} receives of {visibility} s each, and a message is kept {kept} s"
        yield finding(EXPIRES, queue, told)
