"""Two other ways to build this business, priced from what was counted of this one.

Each is described by what it would do instead. They are estimates: nobody has built them here.
"""

from collections.abc import Iterable, Sequence

from cost.bill import Quantity

_OF_EVENTS = frozenset(
    {"event", "event-abroad", "archive-gb", "sns-publish", "kinesis-put-unit", "firehose-gb"}
)
_MESSAGING = _OF_EVENTS | {"sqs-request", "sqs-fifo-request"}
_PUBLISHER = "Publisher"
_AUDIT = "audit log"
_INDEX = "index "

ASSUMPTIONS = (
    "An order writes twice to the index of what awaits its invoice: it comes into it, and goes "
    "out of it.",
    "Synchronous chain: each function is called over an HTTP API by the one before it, and waits "
    "for all after it; no bus, topic, queue, publisher, archive or audit log; half of what the "
    "tables are written, as there are no outboxes, and no index of what is awaited. What it costs "
    "when a part is down, it does not say: then it takes no orders.",
    "Straight to queues: the publisher sends each event into the queue of every consumer, whom it "
    "must know; the outboxes and the index stay; no bus, topic, archive or audit log.",
)


def synchronous_chain(counted: Sequence[Quantity]) -> list[Quantity]:
    """Functions that call each other over HTTP."""
    functions = [
        each for each in counted if each.unit == "lambda-request" and _PUBLISHER not in each.hop
    ]
    # The first waits for all, the last for none: on average a function waits for half of them.
    waiting = (len(functions) + 1) / 2
    found = [Quantity(f"{each.hop}: HTTP API", "api-request", each.amount) for each in functions]
    for each in counted:
        if (
            each.unit in _MESSAGING | {"api-request"}
            or _PUBLISHER in each.hop
            or _AUDIT in each.hop
            or each.hop.startswith(_INDEX)
        ):
            continue
        factors = {"lambda-gb-second": waiting, "dynamodb-write": 0.5}
        found.append(Quantity(each.hop, each.unit, each.amount * factors.get(each.unit, 1)))
    return found


def straight_to_queues(counted: Iterable[Quantity]) -> list[Quantity]:
    """A producer that knows its consumers' queues."""
    return [each for each in counted if each.unit not in _OF_EVENTS and _AUDIT not in each.hop]
