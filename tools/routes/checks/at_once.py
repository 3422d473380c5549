"""What CloudFormation does at the same time, and the service takes one after the other."""

from collections.abc import Iterator

from routes.checks.base import Code, Context, Finding, finding
from routes.checks.references import named
from routes.network.model import Place
from routes.reading.assembly import Resource, Stack

AT_ONCE = Code(
    "A518",
    "warning",
    "Policies of one bus that are made at the same time",
    "Each changes the bus's one policy: of two at a time one fails, or is lost without an error.",
    "Let each depend on the one before it (DependsOn).",
    house=True,
)

CODES = [AT_ONCE]


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about what CloudFormation may do at the same time."""
    of_bus: dict[tuple[Stack, Place], list[Resource]] = {}
    for policy in context.routes.assembly.resources("AWS::Events::EventBusPolicy"):
        bus = context.routes.places.bus(policy.get("EventBusName"), policy.stack)
        of_bus.setdefault((policy.stack, bus), []).append(policy)
    for (stack, bus), policies in of_bus.items():
        before = {policy.logical_id: _needed(stack, policy.logical_id) for policy in policies}
        for index, policy in enumerate(policies):
            for other in policies[:index]:
                one, another = policy.logical_id, other.logical_id
                if another not in before[one] and one not in before[another]:
                    told = f"nothing says whether {another} comes before it, on {bus.label}"
                    yield finding(AT_ONCE, policy, told)
                    break


def _needed(stack: Stack, logical_id: str) -> set[str]:
    """The logical ids of all that CloudFormation makes before a resource."""
    found: set[str] = set()
    waiting = [logical_id]
    while waiting:
        resource = stack.resources.get(waiting.pop())
        new = set(named(resource.definition)) - found if resource else set()
        found |= new
        waiting += new
    return found
