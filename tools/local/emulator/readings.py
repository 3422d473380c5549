"""Watches which properties of a resource its provisioner looks at.

CREATE_COMPLETE says nothing of a property that was dropped. What no provisioner and no addition
so much as looks at is dropped for certain; what they look at, they may honour. Only the names at
the top of a resource's properties are watched.

This is no addition to ministack but a question to it, and stays as long as the tool reports what
an app asks for in vain.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from ministack.services.cloudformation import provisioners

from local.emulator import seams

_looked_at: dict[str, set[str]] = {}


def install() -> None:
    """Watches every provisioner there is; so it is to be installed after the additions."""
    for resource_type, handler in seams.original(provisioners, "_RESOURCE_HANDLERS").items():
        for operation, position in (("create", 1), ("update", 2)):
            if operation in handler:
                handler[operation] = _watching(handler[operation], resource_type, position)


def looked_at() -> dict[str, list[str]]:
    """The properties that provisioners looked at so far, by resource type."""
    return {resource_type: sorted(names) for resource_type, names in _looked_at.items()}


def _watching(provision: Callable[..., Any], resource_type: str, position: int) -> Any:
    """The provisioner, given properties at this position of its arguments that tell of a look."""
    names = _looked_at.setdefault(resource_type, set())

    def watched(*arguments: Any) -> Any:
        given = list(arguments)
        given[position] = Watched(given[position] or {}, names)
        return provision(*given)

    return watched


class Watched(dict[str, Any]):
    """Properties that note the name of each one looked at, and all names when walked through."""

    def __init__(self, properties: dict[str, Any], names: set[str]) -> None:
        super().__init__(properties)
        self._names = names

    def __getitem__(self, name: str) -> Any:
        self._names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._names.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self._names.add(str(name))
        return super().__contains__(name)

    def pop(self, name: str, *default: Any) -> Any:
        self._names.add(name)
        return super().pop(name, *default)

    def __iter__(self) -> Iterator[str]:
        self._names.update(super().keys())
        return super().__iter__()

    def keys(self) -> Any:
        self._names.update(super().keys())
        return super().keys()

    def items(self) -> Any:
        self._names.update(super().keys())
        return super().items()

    def values(self) -> Any:
        self._names.update(super().keys())
        return super().values()

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return {name: copy.deepcopy(value, memo) for name, value in self.items()}
