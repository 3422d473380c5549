"""A bus that is gone."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.system import System

OF_A_RULE = ("EventPattern", "ScheduleExpression", "State", "Description", "RoleArn")


@contextmanager
def bus_deleted(system: System, stack: str, bus: str) -> Iterator[None]:
    """The bus is gone, with its rules and its policy; all of them are made anew at the end.

    The policy comes last: what a bus takes before it has its rules is delivered nowhere. Nothing
    keeps out those of its own account, who need no policy.
    """
    events = system.client("events", stack)
    policy = events.describe_event_bus(Name=bus).get("Policy")
    rules = events.list_rules(EventBusName=bus)["Rules"]
    targets = {
        rule["Name"]: events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
        for rule in rules
    }
    for name, found in targets.items():
        ids = [target["Id"] for target in found]
        events.remove_targets(Rule=name, EventBusName=bus, Ids=ids)
        events.delete_rule(Name=name, EventBusName=bus)
    if policy:
        events.remove_permission(EventBusName=bus, RemoveAllPermissions=True)
    events.delete_event_bus(Name=bus)
    try:
        yield
    finally:
        events.create_event_bus(Name=bus)
        for rule in rules:
            kept = {key: rule[key] for key in OF_A_RULE if rule.get(key)}
            events.put_rule(Name=rule["Name"], EventBusName=bus, **kept)
            events.put_targets(Rule=rule["Name"], EventBusName=bus, Targets=targets[rule["Name"]])
        if policy:
            events.put_permission(EventBusName=bus, Policy=policy)
