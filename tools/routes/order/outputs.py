"""Which stack must deploy before which, since an output of one is a parameter of the other."""

from collections.abc import Iterator
from dataclasses import dataclass

from routes.order.states import Key, Kind, States
from routes.reading.assembly import Assembly, Stack
from routes.reading.handovers import Handover


@dataclass(frozen=True)
class OutputConstraint:
    """`first` must deploy before `then`, for an output of one is a parameter of the other."""

    first: Key
    then: Key
    kind: Kind
    handover: Handover
    has_default: bool
    gives_way: bool = False

    @property
    def why(self) -> str:
        """One sentence."""
        given = self.handover
        if self.kind == "adds":
            return (
                f"{self.then.name} takes its parameter {given.parameter} from the output "
                f"{given.output} of {given.stack}, which is not there yet"
            )
        return (
            f"{self.first.name} depends on the output {given.output} of {given.stack} by its "
            f"parameter {given.parameter} until it has deployed"
        )

    @property
    def group(self) -> tuple[str, Key, str]:
        """What can only be put off together."""
        reader = self.then if self.kind == "adds" else self.first
        return self.kind, reader, self.handover.parameter

    @property
    def kept(self) -> str:
        """What stays for now where a removal is put off."""
        return f"the output {self.handover.output} of {self.handover.stack}"

    @property
    def is_needed(self) -> bool:
        """Whether one stack cannot do without the other: it can, where a default serves."""
        return self.kind == "takes away" or not self.has_default


def output_constraints(states: States) -> Iterator[OutputConstraint]:
    """Every such constraint between two stacks that a deploy changes."""
    for reader, given, giver in _handed_over(states.new):
        if _both_change(states, reader, giver) and not _has(states.old, giver, given):
            yield _constraint(giver, Key.of(reader), "adds", given, reader)
    for reader, given, giver in _handed_over(states.old):
        if _both_change(states, reader, giver) and not _has(states.new, giver, given):
            yield _constraint(Key.of(reader), giver, "takes away", given, reader)


def _constraint(
    first: Key, then: Key, kind: Kind, given: Handover, reader: Stack
) -> OutputConstraint:
    parameter = reader.template.get("Parameters", {}).get(given.parameter, {})
    return OutputConstraint(first, then, kind, given, "Default" in parameter)


def _handed_over(assembly: Assembly) -> Iterator[tuple[Stack, Handover, Key]]:
    for stack in assembly.stacks:
        for given in stack.handovers:
            yield stack, given, Key(given.stack, given.account, given.region)


def _both_change(states: States, reader: Stack, giver: Key) -> bool:
    return {Key.of(reader), giver} <= set(states.changed)


def _has(assembly: Assembly, giver: Key, given: Handover) -> bool:
    return any(
        given.output in stack.template.get("Outputs", {})
        for stack in assembly.stacks
        if Key.of(stack) == giver and "/" not in stack.name
    )
