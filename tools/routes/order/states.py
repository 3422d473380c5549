"""The states that a system passes through while its stacks deploy one after the other.

In each of them some stacks are as they were and the others as they will be. What may travel in a
state is asked of `routes`, which reads the templates of that state as one system.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from routes.journeys.graph import Routes
from routes.reading.assembly import Assembly, Resource, Stack

Kind = Literal["adds", "takes away"]
"""Of a constraint: what will be there waits for what it needs, what goes for what needs it."""


class Key(NamedTuple):
    """Which stack: two of one name may stand in two accounts or regions. Sorts by name."""

    name: str
    account: str
    region: str

    @classmethod
    def of(cls, stack: Stack) -> "Key":
        """The key of a stack; of a nested one, that of the stack which it deploys with."""
        return cls(stack.name.split("/")[0], stack.account, stack.region)

    @classmethod
    def owning(cls, resource: Resource) -> "Key":
        """The key of the stack that a resource deploys with."""
        return cls.of(resource.stack)


@dataclass(eq=False)
class States:
    """Every state between the assembly that is deployed and the one that will be."""

    old: Assembly
    new: Assembly

    @cached_property
    def before(self) -> Routes:
        """Nothing has deployed yet."""
        return Routes(self.old)

    @cached_property
    def after(self) -> Routes:
        """Everything has deployed."""
        return Routes(self.new)

    @cached_property
    def keys(self) -> list[Key]:
        """The stacks of both, by name."""
        return sorted({Key.of(stack) for stack in (*self.old.stacks, *self.new.stacks)})

    @cached_property
    def changed(self) -> list[Key]:
        """The stacks that a deploy changes, those that come and go included."""
        old, new = _templates(self.old), _templates(self.new)
        return [key for key in self.keys if old.get(key) != new.get(key)]

    def with_old(self, key: Key) -> Routes:
        """Everything but one stack has deployed."""
        return self._mixed(lambda each: each != key)

    def with_new(self, key: Key) -> Routes:
        """Nothing but one stack has deployed."""
        return self._mixed(lambda each: each == key)

    def action(self, key: Key) -> str:
        """What becomes of a stack: create, update, delete, or unchanged."""
        if key not in self.changed:
            return "unchanged"
        if key not in _templates(self.old):
            return "create"
        return "update" if key in _templates(self.new) else "delete"

    def _mixed(self, is_new: Callable[[Key], bool]) -> Routes:
        stacks = [stack for stack in self.old.stacks if not is_new(Key.of(stack))]
        stacks += [stack for stack in self.new.stacks if is_new(Key.of(stack))]
        return Routes(Assembly(self.new.directory, stacks))


def _templates(assembly: Assembly) -> dict[Key, list[object]]:
    """The templates of each stack, its nested ones after its own."""
    found: dict[Key, list[object]] = {}
    for stack, template in _with_templates(assembly):
        found.setdefault(Key.of(stack), []).append(template)
    return found


def _with_templates(assembly: Assembly) -> Iterator[tuple[Stack, object]]:
    # By name, so that nested stacks come in one order however the assembly lists them.
    for stack in sorted(assembly.stacks, key=lambda each: each.name):
        yield stack, stack.template
