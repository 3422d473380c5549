"""Rules to a bus that cannot be there before the rule's own stack."""

from collections.abc import Iterator

import networkx as nx

from routes.checks.base import Code, Context, Finding, finding
from routes.network.model import Hop
from routes.reading.assembly import Stack

EACH_OTHER = Code(
    "A519",
    "note",
    "Rules of stacks to each other's bus, all there from the first",
    "One stack deploys while the other's bus is not there: EventBridge may refuse its rule.",
    "Give the rule a condition on a parameter, and leave it out of the first deploy of all.",
    house=True,
)

CODES = [EACH_OTHER]


def check(context: Context) -> Iterator[Finding]:
    """Yields a finding for each rule in a circle of stacks that send to each other."""
    sent = [(hop, *between) for hop in context.routes.hops if (between := _between(hop))]
    graph: nx.DiGraph[Stack] = nx.DiGraph()
    graph.add_edges_from((sender, receiver) for _, sender, receiver in sent)
    circles = [circle for circle in nx.strongly_connected_components(graph) if len(circle) > 1]
    for hop, sender, receiver in sent:
        if any({sender, receiver} <= circle for circle in circles):
            told = f"{receiver.name} sends to {sender.name} as well, if by others between"
            yield finding(EACH_OTHER, hop.resource, told)


def _between(hop: Hop) -> tuple[Stack, Stack] | None:
    """The stacks of a rule that is always there and of the bus that it sends to, if two."""
    bus = hop.target.resource
    if hop.kind != "rule" or hop.target.kind != "bus" or bus is None:
        return None
    if bus.stack is hop.resource.stack or "Condition" in hop.resource.definition:
        return None
    return hop.resource.stack, bus.stack
