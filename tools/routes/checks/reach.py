"""Whether events reach whom they should, and no one else."""

from collections.abc import Iterator

from routes.checks.base import Code, Context, Finding, finding
from routes.checks.joints import is_of_aws
from routes.filters.matching import Fields, any_matches, flatten
from routes.filters.misses import misses
from routes.filters.model import Filter
from routes.filters.patterns import Values
from routes.journeys.examples import Example, is_wanted
from routes.journeys.walk import Journey, Outcome, walk
from routes.network.model import Hop
from routes.reading.tokens import tokens

NO_CONSUMER = Code(
    "R101",
    "error",
    "An event reaches no consumer",
    "It is published, no error shows anywhere, and nobody works on it.",
    "Follow the hops the message names; add or correct the rule, filter policy or permission.",
)
MATCHES_NOTHING = Code(
    "R104",
    "warning",
    "A rule matches no example",
    "A misspelled source, detail-type or field makes a rule that never fires.",
    "Correct the pattern as the message says; or add an example of the event it is for.",
    house=True,
)
DEAD_END = Code(
    "R105",
    "warning",
    "An event is forwarded to a place where nothing takes it",
    "The hop is paid for and the event is gone: the far side has no rule or subscription for it.",
    "Add the rule on the far side, or stop forwarding the event.",
    house=True,
)
CODES = [NO_CONSUMER, MATCHES_NOTHING, DEAD_END]


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about who gets which event."""
    if not context.examples:
        context.left_out.append("R101, R104: no examples; name a folder of events with --events")
    yield from _unreached(context)
    yield from _rules(context)
    yield from _ends(context)


def _unreached(context: Context) -> Iterator[Finding]:
    by_example: dict[Example, list[Journey]] = {}
    for example, journey in context.journeys:
        if _published_only(context, example):
            continue
        by_example.setdefault(example, []).append(journey)
    for example, journeys in by_example.items():
        if not any(journey.consumers() for journey in journeys):
            bus = journeys[0].start
            message = (
                f"{example.label} ({example.name}) reaches no consumer from {bus.label}"
                f"{why(context, example, journeys[0])}"
            )
            yield finding(NO_CONSUMER, bus.resource, message, stack=bus.arn)


def _published_only(context: Context, example: Example) -> bool:
    """Whether a domain publishes the event, and nobody subscribes to it as it is.

    Of a type that nobody subscribes to, R109 speaks; of others some are meant for nobody.
    """
    stacks = [stack.declared for stack in context.routes.assembly.stacks if stack.declared]
    published = any(example.type in declared.publishes for declared in stacks)
    return published and not any(is_wanted(declared, example) for declared in stacks)


def _rules(context: Context) -> Iterator[Finding]:
    if not context.examples:
        return
    fields = {example: flatten(example.event) for example in context.examples}
    seen = set(context.met_by_made)
    for hop in context.routes.hops:
        if hop.kind not in ("rule", "archive") or hop.resource in seen:
            continue
        seen.add(hop.resource)
        for one in hop.filters:
            if one.error or tokens(one.patterns) or is_of_aws(hop):
                continue
            near = [fields[example] for example in context.candidates(hop)]
            if not any(any_matches(one.alternatives, example) for example in near):
                message = f"no example matches the pattern{_nearest(context, hop)}"
                yield finding(MATCHES_NOTHING, hop.resource, message)
                continue
            for path, value in _in_vain(one, near):
                message = f"no example that the pattern matches has the {path} {value!r}"
                yield finding(MATCHES_NOTHING, hop.resource, message)


def _in_vain(pattern: Filter, examples: list[Fields]) -> Iterator[tuple[str, str]]:
    """Yields each account and source, of several in a pattern, that no example has."""
    for alternative in pattern.alternatives:
        for path in ("account", "source"):
            values: list[str] = alternative.get(path) or []
            for value in values if len(values) > 1 else ():
                narrowed = {**alternative, path: Values([value])}
                if not any(any_matches([narrowed], each) for each in examples):
                    yield path, value


def _ends(context: Context) -> Iterator[Finding]:
    reported: set[object] = set()
    named = [
        (f"{each.label} ({each.name})", each.type, journey) for each, journey in context.journeys
    ]
    named += [("what is sent", ("", ""), journey) for journey in context.made]
    for told, kind, journey in named:
        for trail in journey.every_step():
            step = trail[-1]
            hop = step.hop
            if step.outcome is not Outcome.DELIVERED or hop.target.kind not in ("bus", "topic"):
                continue
            inside = hop.target.resource is not None
            taken = any(each.outcome is not Outcome.MISSED for each in step.steps)
            if inside and not taken and (hop, kind) not in reported:
                reported.add((hop, kind))
                message = f"{told} ends on {hop.target.label}: no one there takes it"
                yield finding(DEAD_END, hop.resource, message)


def why(context: Context, example: Example, journey: Journey) -> str:
    """Returns what stood in the way: what stopped the event, else the misses that came closest."""
    whole = walk(context.routes, example.event, journey.start)
    steps = [trail[-1] for trail in whole.every_step()]
    stopped = [
        f"{step.hop.resource.address}: {step.reason}"
        for step in steps
        if not step.arrived and step.outcome is not Outcome.MISSED
    ]
    strayed = [
        f"{step.hop.resource.address} sends it to {step.hop.target.arn}, which no stack defines"
        for step in steps
        if step.arrived and step.hop.target.resource is None and not step.hop.is_tap
    ]
    missed = sorted(
        (step for step in steps if step.outcome is Outcome.MISSED),
        key=lambda step: (bool(step.reason), len(step.misses)),
    )
    near = [
        f"{step.hop.resource.address}: {step.reason or '; '.join(map(str, step.misses))}"
        for step in missed
    ]
    reasons = list(dict.fromkeys(stopped + strayed + near))[:3]
    return ": " + " | ".join(reasons) if reasons else ": nothing listens there"


def _nearest(context: Context, hop: Hop) -> str:
    """What in the pattern is likely a slip: the fewest fields, those near a value first."""
    closest = min(
        (misses(hop.filters[0], example.event) for example in context.examples),
        key=lambda found: (len(found), not any(miss.suggestion for miss in found)),
        default=[],
    )
    return f": {'; '.join(miss.of_pattern() for miss in closest)}" if closest else ""
