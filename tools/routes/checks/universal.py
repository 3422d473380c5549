"""Schedules that call an API action themselves: whether there is one, and what it needs."""

from collections.abc import Iterator

from routes.checks.base import Context, Finding, finding
from routes.checks.settings import MISSING, NO_CHOICE
from routes.network.movers.scheduler import ACTIONS, UNIVERSAL
from routes.reading.assembly import Resource
from routes.reading.shapes import parsed
from routes.reading.tokens import is_known

# How services are called elsewhere, and by the SDK whose names a universal target has.
_SPELLED = {
    "events": "eventbridge",
    "states": "sfn",
    "stepfunctions": "sfn",
    "cognito-idp": "cognitoidentityprovider",
}
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
_ONLY_READING = (
    "get",
    "describe",
    "list",
    "poll",
    "receive",
    "search",
    "scan",
    "query",
    "select",
    "read",
    "lookup",
    "discover",
    "validate",
    "batchGet",
    "batchDescribe",
    "batchRead",
    "transactGet",
)
_ALSO_NEEDED = {
    "sns:publish": ("Message",),
    "sqs:sendMessage": ("MessageBody",),
    "eventbridge:putEvents": ("Entries",),
}


def check(context: Context) -> Iterator[Finding]:
    """Yields the findings about universal targets."""
    for schedule in context.routes.assembly.resources("AWS::Scheduler::Schedule"):
        universal = UNIVERSAL.search(str(schedule.get("Target", "Arn")))
        if universal:
            yield from _action(schedule, *universal.group("service", "action"))


def _action(schedule: Resource, service: str, action: str) -> Iterator[Finding]:
    if not is_known([service, action]):
        return
    meant = _SPELLED.get(service.lower(), service.lower())
    if meant != service:
        told = f"Target.Arn names the service {service}, expected {meant}"
        yield finding(NO_CHOICE, schedule, told)
    if action[:1].isupper():
        told = f"Target.Arn names the action {action}, expected {action[0].lower()}{action[1:]}"
        yield finding(NO_CHOICE, schedule, told)
    elif action.startswith(_ONLY_READING):
        yield finding(NO_CHOICE, schedule, f"a schedule calls no action that only reads: {action}")
    known = ACTIONS.get(f"{service}:{action}")
    given = parsed(schedule.get("Target", "Input"))
    if known is None or (isinstance(given, str) and not is_known(given)):
        return
    if not isinstance(given, dict):
        yield finding(MISSING, schedule, f"Target.Input is no JSON object, which {action} needs")
        return
    needed = [known.places] if service != "eventbridge" else []
    needed += [(name,) for name in _ALSO_NEEDED.get(f"{service}:{action}", ())]
    for names in needed:
        if not any(given.get(name) for name in names):
            told = f"Target.Input has no {' or '.join(names)}, which {action} needs"
            yield finding(MISSING, schedule, told)
