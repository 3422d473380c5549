"""Every version of every event: who publishes it, and how an old version becomes a new one.

It is made of the modules of `contracts` that are there: on Lambda those of a function's own domain
and of the domains whose events it observes. Each has `SOURCE`, and in `EVENTS` the versions that
its domain publishes or has published; a domain with an API has its `COMMANDS` too.
"""

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

import contracts
from contracts.language.types import Contract


class EventType(NamedTuple):
    """A version of an event, and who publishes it: the domain, and `source` in the envelope."""

    domain: str
    source: str
    detail_type: str
    version: str
    data: type[Contract]
    upcast: Callable[[Any], Contract] | None = None

    @property
    def is_current(self) -> bool:
        """Whether this is the version that is published now."""
        return self.upcast is None


def _modules() -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(contracts.__path__):
        if not module.ispkg:
            yield import_module(f"contracts.{module.name}")


def _event_types(module: ModuleType) -> Iterator[EventType]:
    domain = module.__name__.rpartition(".")[2].replace("_", "-")
    for event in module.EVENTS:
        yield EventType(domain, module.SOURCE, *event)


CATALOG = tuple(event for module in _modules() for event in _event_types(module))

COMMANDS: tuple[type[Contract], ...] = tuple(
    command for module in _modules() for command in getattr(module, "COMMANDS", ())
)
"""What the domains' APIs accept."""

VERSIONS = {event.data: event for event in CATALOG}
"""Every version, by its type of data."""

CURRENT = {event.data: event for event in CATALOG if event.is_current}
"""The version that is published now, by its type of data."""

READABLE = {
    (event.source, event.detail_type, event.version.partition(".")[0]): event for event in CATALOG
}
"""Every version that can be read, by source, detail-type and major version.

Within a major version, fields are only added, so the types here read every minor version.
"""
