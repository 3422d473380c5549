"""An alarm rings for whatever waits for longer than its limit; where all is well, for nothing."""

from collections.abc import Iterator

from business.ends import ENDS
from business.simulation.subjects import UNTRANSLATED, subject_of
from routes.network.model import Place
from simulate.business import Broken
from simulate.history import Ended
from simulate.story import clock

DEAD_S = 5 * 60.0
"""For how long a dead letter may lie before an alarm tells of it."""

WAITING_S = 40 * 60.0
"""For how long a message or a record may wait for a function that reads it: a quarter of an hour,
and where the function fails, until it has failed once more.
"""

UNPUBLISHED_S = 15 * 60.0
"""For how long an event may be in an outbox."""

NO_LIMIT_S = float("inf")


def unheard(ended: Ended) -> Iterator[Broken]:
    """Whatever waited for longer than it may with no alarm that rang."""
    for place, stay, how in ended.unheard(limit):
        since = clock(stay.since)
        told = f"what came to {place.label} at {since} waited unheard; {how}"
        yield Broken("unheard", subject_of(stay.text), told)


def needless(ended: Ended) -> Iterator[Broken]:
    """The alarms that rang though nothing went wrong, but for what the partner sent."""
    world, told = ended.world, ended.outside.memory
    for rang in () if world.faults.struck else ended.rang():
        queue = world.queues.get(rang.of)
        if not (queue and queue.name == UNTRANSLATED and told.wrong):
            how = f"{rang.alarm} rang at {clock(rang.at)}, and all was well"
            yield Broken("needless", "", how)


def limit(place: Place, is_read: bool) -> float:
    """For how many seconds something may wait at a place before an alarm rings."""
    if place.kind == "table":
        return UNPUBLISHED_S if "outbox" in place.name.lower() else NO_LIMIT_S
    if place.name in ENDS:
        return NO_LIMIT_S
    return WAITING_S if is_read else DEAD_S
