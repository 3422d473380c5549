"""What AWS may do to a history, kind by kind, each with the page that allows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulate.chance import Chance

LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg"
SQS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide"
SNS = "https://docs.aws.amazon.com/sns/latest/dg"
EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/userguide"
DYNAMO = "https://docs.aws.amazon.com/amazondynamodb/latest"


@dataclass(frozen=True)
class Kind:
    """A kind of fault: how often it strikes where it may, and where AWS says that it does."""

    rate: float
    told: str
    page: str


KINDS: dict[str, Kind] = {
    "throttled": Kind(
        0.006, "the call is throttled", f"{DYNAMO}/developerguide/Programming.Errors.html"
    ),
    "failed": Kind(
        0.006, "the call ends with a 5xx", f"{DYNAMO}/developerguide/Programming.Errors.html"
    ),
    "sent again": Kind(
        0.008,
        "the answer is lost, and the SDK sends the call again",
        "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html",
    ),
    "answer lost": Kind(
        0.004,
        "the call is done, and its answer never comes",
        "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html",
    ),
    "slow": Kind(0.004, "the call is slow", f"{LAMBDA}/configuration-timeout.html"),
    "crash before": Kind(
        0.005,
        "the function's process dies before the call",
        f"{LAMBDA}/lambda-runtime-environment.html",
    ),
    "crash after": Kind(
        0.008,
        "the function's process dies after the call",
        f"{LAMBDA}/lambda-runtime-environment.html",
    ),
    "conflict": Kind(
        0.02,
        "another transaction is on the same items",
        f"{DYNAMO}/developerguide/transaction-apis.html",
    ),
    "hot item": Kind(
        0.006,
        "transactions on these items are cancelled, one after the other",
        f"{DYNAMO}/developerguide/transaction-apis.html",
    ),
    "unprocessed": Kind(
        0.12,
        "part of the batch is left undone",
        f"{DYNAMO}/APIReference/API_BatchWriteItem.html",
    ),
    "stale": Kind(
        0.3,
        "a read that need not be consistent finds what was before",
        f"{DYNAMO}/developerguide/HowItWorks.ReadConsistency.html",
    ),
    "entries refused": Kind(
        0.08,
        "some entries are refused, the others taken",
        "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html",
    ),
    "messages refused": Kind(
        0.12,
        "some messages of the batch are refused, the others taken",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/"
        "API_SendMessageBatch.html",
    ),
    "twice": Kind(
        0.03, "it is delivered twice", f"{SQS}/standard-queues-at-least-once-delivery.html"
    ),
    "event twice": Kind(0.02, "it is delivered twice", f"{EVENTS}/eb-troubleshooting.html"),
    "late": Kind(0.03, "it is delivered late", f"{EVENTS}/eb-rule-retry-policy.html"),
    "hidden": Kind(
        0.03, "the queue shows it late", f"{SQS}/standard-queues-message-order.html"
    ),
    "retried": Kind(
        0.02, "the target fails, and delivery is tried again", f"{EVENTS}/eb-rule-retry-policy.html"
    ),
    "given up": Kind(
        0.006, "the delivery is given up after all retries", f"{EVENTS}/eb-rule-dlq.html"
    ),
    "not deleted": Kind(
        0.01,
        "the batch is done, and its messages are not deleted",
        f"{LAMBDA}/with-sqs.html",
    ),
    "poison": Kind(
        0.1,
        "this message ends the function's process, each time",
        f"{LAMBDA}/services-sqs-errorhandling.html",
    ),
    "poison record": Kind(
        0.1,
        "a record of the batch ends the function's process, each time",
        f"{LAMBDA}/kinesis-on-failure-destination.html",
    ),
    "batch again": Kind(
        0.03, "the stream hands the batch over again", f"{LAMBDA}/with-ddb.html"
    ),
    "request lost": Kind(
        0.02, "the request never arrives", "https://docs.aws.amazon.com/apigateway/latest/"
        "developerguide/http-api-troubleshooting-lambda.html"
    ),
    "response lost": Kind(
        0.05, "the response never arrives", "https://docs.aws.amazon.com/apigateway/latest/"
        "developerguide/http-api-troubleshooting-lambda.html"
    ),
    "clock apart": Kind(
        0.2, "the function's clock is apart", "https://docs.aws.amazon.com/AWSEC2/latest/"
        "UserGuide/set-time.html"
    ),
    "function throttled": Kind(
        0.02, "the function gets no concurrency", f"{LAMBDA}/lambda-concurrency.html"
    ),
    "consumer off": Kind(
        0.03, "the event source mapping is off", f"{LAMBDA}/invocation-eventsourcemapping.html"
    ),
    "reader off": Kind(
        0.1, "the event source mapping is off", f"{LAMBDA}/invocation-eventsourcemapping.html"
    ),
    "permission gone": Kind(
        0.012, "the permission is taken away", f"{EVENTS}/eb-rule-dlq.html"
    ),
    "place down": Kind(
        0.012, "it is gone, or answers with errors", "https://docs.aws.amazon.com/general/latest/gr/api-retries.html"
    ),
    "place closed": Kind(
        0.025, "its policy lets nobody in", f"{EVENTS}/eb-troubleshooting.html"
    ),
    "replay": Kind(0.15, "somebody replays the archive", f"{EVENTS}/eb-replay-archived-event.html"),
    "redrive": Kind(
        0.3, "somebody redrives what is dead", f"{SQS}/sqs-configure-dead-letter-queue-redrive.html"
    ),
    "old release": Kind(
        0.6,
        "its functions are still those of the last release, and will be",
        f"{LAMBDA}/configuring-alias-routing.html",
    ),
    "expired": Kind(0.5, "items expire at once", f"{DYNAMO}/developerguide/TTL.html"),
}  # fmt: skip
"""What may strike. `rate` is per chance to, in a history where the kind is at work."""

AT_WORK = 0.6
"""The share of the kinds that are at work in one history: with few kinds, each goes far."""

ALL_WELL = 0.05
"""The share of the histories in which nothing goes wrong: no alarm may ring there."""

STRENGTHS = (0.5, 1.0, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Fault:
    """Something that struck: what kind, and at what."""

    kind: str
    about: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.about}"


class Faults:
    """The faults of one history.

    `allowed` are the only ones that may strike, None for any. They strike until `calm`.
    """

    def __init__(
        self, chance: Chance, allowed: frozenset[Fault] | None = None, rate: float = 1.0
    ) -> None:
        self.calm = False
        self.struck: list[Fault] = []
        self._chance = chance
        self._allowed = allowed
        all_well = chance.number("all is well") < ALL_WELL
        self._rates = {
            name: kind.rate * rate * chance.pick(STRENGTHS, "strength", name)
            if not all_well and chance.number("at work", name) < AT_WORK
            else 0.0
            for name, kind in KINDS.items()
        }

    def strikes(self, kind: str, *about: object) -> bool:
        """Whether a fault of a kind strikes what this is about."""
        rate = self._rates[kind]
        if self.calm or not rate or self._chance.number("fault", kind, *about) >= rate:
            return False
        fault = Fault(kind, " ".join(map(str, about)))
        if self._allowed is not None and fault not in self._allowed:
            return False
        self.struck.append(fault)
        return True

    def one_of(self, kinds: Sequence[str], *about: object) -> str | None:
        """The fault that strikes what this is about, of several kinds of which one may."""
        if self.calm or not any(self._rates[kind] for kind in kinds):
            return None
        return self.drawn(kinds, self._chance.number("fault", *about), *about)

    def drawn(self, kinds: Sequence[str], drawn: float, *about: object) -> str | None:
        """The same, for a number that was drawn, from 0 up to, and without, 1."""
        if self.calm:
            return None
        for kind in kinds:
            drawn -= self._rates[kind]
            if drawn < 0:
                fault = Fault(kind, " ".join(map(str, about)))
                if self._allowed is not None and fault not in self._allowed:
                    return None
                self.struck.append(fault)
                return kind
        return None
