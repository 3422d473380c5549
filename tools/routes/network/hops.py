"""Reads the hops out of an assembly: every resource that moves events, by its type."""

from collections.abc import Iterator

from routes.network.model import Hop
from routes.network.movers import (
    alarms,
    apis,
    eventbridge,
    firehose,
    functions,
    iot,
    people,
    pipes,
    scheduler,
    sns,
    stores,
)
from routes.network.movers.base import Reader
from routes.network.places import Places
from routes.reading.assembly import Assembly, Resource
from routes.reading.shapes import Malformed

_READERS: dict[str, Reader] = {
    **eventbridge.READERS,
    **sns.READERS,
    **functions.READERS,
    **pipes.READERS,
    **scheduler.READERS,
    **stores.READERS,
    **firehose.READERS,
    **apis.READERS,
    **iot.READERS,
    **alarms.READERS,
    **people.READERS,
}

FOLLOWED = {
    kind: (read.__doc__ or "").split("\n")[0].rstrip(".") for kind, read in _READERS.items()
}
"""Per resource type that moves events, what is followed of it."""


def read_hops(
    assembly: Assembly, places: Places, malformed: list[tuple[Resource, Malformed]]
) -> Iterator[Hop]:
    """Yields every hop that the assembly's resources define; adds those it cannot read."""
    for resource in assembly.resources(*_READERS):
        try:
            yield from list(_READERS[resource.type](resource, places))
        except Malformed as problem:
            malformed.append((resource, problem))
