"""What a check is made of: a code, a finding, and what the checks look at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from routes.journeys.examples import Example, starts
from routes.journeys.graph import Routes
from routes.journeys.walk import Journey, Outcome, Step, delivered, entered
from routes.journeys.witness import witnesses
from routes.network.dispatch import literals_of
from routes.network.model import Hop, Place
from routes.reading.assembly import Resource

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Code:
    """One thing that can be wrong. `house` codes are errors where a stack declares its domain."""

    id: str
    severity: Severity
    title: str
    why: str
    mend: str
    house: bool = False


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where. `severity` is the code's, or error by house rule."""

    code: Code
    severity: Severity
    stack: str
    logical_id: str
    message: str

    @property
    def place(self) -> str:
        return f"{self.stack}/{self.logical_id}" if self.logical_id else self.stack


def finding(
    code: Code, resource: Resource | None, message: str, *, stack: str = "", house: bool = False
) -> Finding:
    """Returns a finding at a resource, or at a stack where no resource is to blame."""
    if resource is not None:
        stack = resource.stack.name
        house = house or resource.stack.declared is not None
    severity: Severity = "error" if code.house and house else code.severity
    return Finding(code, severity, stack, resource.logical_id if resource else "", message)


@dataclass(eq=False)
class Context:
    """The routes under check, the events they are checked with, and what became of those."""

    routes: Routes
    examples: list[Example]
    left_out: list[str] = field(default_factory=list)

    @cached_property
    def journeys(self) -> list[tuple[Example, Journey]]:
        """The journey of each example from each bus it starts on."""
        return [
            (example, delivered(self.routes, example.event, bus))
            for example in self.examples
            for bus in starts(self.routes, example)
        ]

    @cached_property
    def _by_type(self) -> dict[str, list[Example]]:
        found: dict[str, list[Example]] = {}
        for example in self.examples:
            found.setdefault(example.type[1], []).append(example)
        return found

    def candidates(self, hop: Hop) -> list[Example]:
        """Returns the examples that a hop's filter may match: by the detail-types it names."""
        types = literals_of(hop, "detail-type")
        if not types:
            return self.examples
        return [example for name in sorted(types) for example in self._by_type.get(name, [])]

    @cached_property
    def made_up(self) -> list[Journey]:
        """A journey for each event that a rule names, as far as there are no examples."""
        if self.examples:
            return []
        return [
            delivered(self.routes, event, hop.source, made_up=True)
            for hop in self.routes.hops
            if hop.kind in ("rule", "subscriber")
            for event in witnesses(hop)
        ]

    @cached_property
    def met(self) -> dict[Hop, list[tuple[str, Step]]]:
        """Per hop, the steps of every event that its filter lets through, with the event's name."""
        found: dict[Hop, list[tuple[str, Step]]] = {}
        named = [(example.name, journey) for example, journey in self.journeys]
        named += [(event_label(journey.event), journey) for journey in self.made_up]
        for name, journey in named:
            for trail in journey.every_step():
                if trail[-1].outcome is not Outcome.MISSED:
                    found.setdefault(trail[-1].hop, []).append((name, trail[-1]))
        return found

    @cached_property
    def made(self) -> list[Journey]:
        """The journey of each message that a schedule, a pipe or a bucket itself makes."""
        sources = dict.fromkeys(hop.source for hop in self.routes.hops if hop.sends is not None)
        return [entered(self.routes, place) for place in sources]

    @cached_property
    def met_by_made(self) -> set[Resource]:
        """The rules and others whose filter lets such a message through, or may."""
        trails = [trail for journey in self.made for trail in journey.every_step()]
        return {t[-1].hop.resource for t in trails if t[-1].outcome is not Outcome.MISSED}

    @cached_property
    def declares(self) -> bool:
        """Whether any stack declares its domain's publications and subscriptions."""
        return any(stack.declared for stack in self.routes.assembly.stacks)

    @cached_property
    def dead_letters(self) -> list[tuple[Resource, str]]:
        """Each place that something uses for what failed (its ARN), and what uses it."""
        routes = self.routes
        found = [(hop.resource, hop.dead_letter) for hop in routes.hops if hop.dead_letter]
        for queue in routes.assembly.resources("AWS::SQS::Queue"):
            redrive = queue.get("RedrivePolicy", "deadLetterTargetArn")
            if redrive:
                found.append((queue, str(redrive)))
        for function in routes.assembly.resources("AWS::Lambda::Function"):
            if target := function.get("DeadLetterConfig", "TargetArn"):
                found.append((function, str(target)))
        for config in routes.assembly.resources("AWS::Lambda::EventInvokeConfig"):
            if target := config.get("DestinationConfig", "OnFailure", "Destination"):
                found.append((config, str(target)))
        return found

    @cached_property
    def dead_letter_places(self) -> set[str]:
        """The ARNs of every place that something uses for what failed, or that says it is one.

        A queue says so with the metadata `crossbus:holds`: it takes what nothing else takes.
        """
        routes = self.routes
        used = {routes.places.at(arn, resource.stack).arn for resource, arn in self.dead_letters}
        return used | {
            queue.arn
            for queue in routes.assembly.resources("AWS::SQS::Queue")
            if queue.definition.get("Metadata", {}).get(HOLDS_KEY) == HOLDS_DEAD_LETTERS
        }


SUBSCRIBED_KEY, BY_HAND = "crossbus:subscribed", "by hand"
HOLDS_KEY, HOLDS_DEAD_LETTERS = "crossbus:holds", "dead letters"


def event_label(event: dict[str, Any]) -> str:
    return f"{event.get('source')} · {event.get('detail-type')}"


def readers(context: Context, place: Place) -> Iterator[Hop]:
    """Yields the hops by which something in the assembly consumes a queue or a stream."""
    for hop in context.routes.hops_from(place):
        if hop.polls:
            yield hop


def seconds(resource: Resource, name: str, default: int) -> int | None:
    """Returns a number of seconds among a resource's properties; None where it is unknown."""
    value = resource.get(name)
    if value is None:
        return default
    return int(value) if str(value).isdigit() else None


def number_of(value: Any) -> float | None:
    """Returns a property's number, written as JSON or as text; None where it is none."""
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
