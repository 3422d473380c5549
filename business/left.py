"""What is still on its way in a running system, or will never be."""

from collections.abc import Iterator

from business import lake_books, shop
from business.ends import ENDS, SCHEDULED
from business.redelivery import messages
from local.system import System
from stacks.topology import DOMAINS

HIDDEN_S = 1
"""For how long a message is out of sight that is looked at."""


def left(system: System) -> dict[str, int]:
    """What waits in any queue or outbox, but for announcements to archives that are not there, and
    for runs of a schedule that nobody needs any more: the next does what they would have.
    """
    found = {
        queue: depth - _overtaken(system, domain, queue)
        for domain in DOMAINS
        for queue, depth in system.depths(domain).items()
        if depth and queue not in ENDS
    }
    publishers = lake_books.publishers()
    outboxes = {f"outbox of {domain}": unpublished(system, domain) for domain in publishers}
    return {place: count for place, count in (found | outboxes).items() if count > 0}


def unpublished(system: System, domain: str) -> int:
    """How many events wait in the outbox of a domain."""
    name = system.output(domain, "OutboxName")
    found = system.client("dynamodb", domain).scan(TableName=name, Select="COUNT")
    return int(found["Count"])


def _overtaken(system: System, domain: str, queue: str) -> int:
    """How many messages of a queue that nobody consumes are runs of a schedule."""
    if queue in shop.consumed(system, domain):
        return 0
    return sum(SCHEDULED in body for body in _bodies(system, domain, queue))


def _bodies(system: System, domain: str, queue: str) -> Iterator[str]:
    for message in messages(system, domain, queue, hidden=HIDDEN_S):
        yield message["Body"]
