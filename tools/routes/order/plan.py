"""The order in which stacks deploy, or what to split where no order is safe."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import networkx as nx

from routes.order.constraints import DeliveryConstraint, constraints
from routes.order.outputs import OutputConstraint, output_constraints
from routes.order.states import Key, States
from routes.reading.assembly import Assembly

Constraint = DeliveryConstraint | OutputConstraint
"""Why a stack must deploy before another: for what is sent, or for an output."""


@dataclass(frozen=True)
class Step:
    """One stack to deploy, what becomes of it, and why not later: one constraint a line."""

    key: Key
    action: str
    because: tuple[Constraint, ...]


@dataclass(frozen=True)
class Plan:
    """The steps, in order. With a `split`, the order is safe only without what that names.

    The split is for two deploys: in the first, what is added there is left out, and what is taken
    away there stays; the second is the whole change.
    """

    steps: tuple[Step, ...]
    unchanged: tuple[Key, ...]
    split: tuple[Constraint, ...]

    @property
    def is_safe(self) -> bool:
        """Whether one deploy in this order loses nothing."""
        return not self.split

    def needed_before(self, keys: Iterable[Key]) -> list[Constraint]:
        """What speaks against deploying these stacks alone: others should have deployed first."""
        alone = set(keys)
        every = [each for step in self.steps for each in step.because] + list(self.split)
        return [
            each
            for each in every
            if each.is_needed and each.then in alone and each.first not in alone
        ]


def plan(old: Assembly, new: Assembly) -> Plan:
    """Returns the order in which to deploy from one assembly to the other."""
    states = States(old, new)
    found: list[Constraint] = [*constraints(states), *output_constraints(states)]
    circles = _in_circles(found)
    found = [each for each in found if not (each.gives_way and each in circles)]
    split = _to_split(found)
    kept = [each for each in found if each not in split]
    order = _sorted(states.changed, kept)
    steps = [
        Step(key, states.action(key), tuple(each for each in kept if each.first == key))
        for key in order
    ]
    unchanged = [key for key in states.keys if key not in states.changed]
    return Plan(tuple(steps), tuple(unchanged), split)


def _sorted(keys: Sequence[Key], kept: Iterable[Constraint]) -> list[Key]:
    return list(nx.lexicographical_topological_sort(_graph(keys, kept)))


def _graph(keys: Iterable[Key], found: Iterable[Constraint]) -> "nx.DiGraph[Key]":
    graph: nx.DiGraph[Key] = nx.DiGraph()
    graph.add_nodes_from(keys)
    graph.add_edges_from((each.first, each.then) for each in found)
    return graph


def _to_split(found: Sequence[Constraint]) -> tuple[Constraint, ...]:
    """The fewest things to put off so that an order is left: removals rather than additions."""
    if nx.is_directed_acyclic_graph(_graph((), found)):
        return ()
    groups: dict[tuple[str, Key, str], list[Constraint]] = defaultdict(list)
    for each in found:
        groups[each.group].append(each)
    in_circles = _in_circles(found)
    movable = sorted(
        (group for group, all_of in groups.items() if any(each in in_circles for each in all_of)),
        # Putting a removal off is keeping what is there; an addition, doing without for a while.
        key=lambda group: (group[0] != "takes away", group[1:]),
    )
    for count in range(1, len(movable) + 1):
        for chosen in combinations(movable, count):
            put_off = [each for group in chosen for each in groups[group]]
            rest = [each for each in found if each not in put_off]
            if nx.is_directed_acyclic_graph(_graph((), rest)):
                return tuple(put_off)
    raise AssertionError("without any constraint there is no circle")


def _in_circles(found: Sequence[Constraint]) -> list[Constraint]:
    graph = _graph((), found)
    circles = [circle for circle in nx.strongly_connected_components(graph) if len(circle) > 1]
    return [
        each
        for each in found
        if any(each.first in circle and each.then in circle for circle in circles)
    ]
