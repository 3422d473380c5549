"""Domains whose consumers are off for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.system import System


@contextmanager
def outage(system: System, *domains: str) -> Iterator[None]:
    """Nothing that these domains consume is consumed meanwhile. An order that is cancelled while
    fulfillment is down is cancelled in time, however slow the machine is.
    """
    for domain in domains:
        system.switch_consumers(domain, on=False)
    try:
        yield
    finally:
        for domain in domains:
            system.switch_consumers(domain, on=True)
