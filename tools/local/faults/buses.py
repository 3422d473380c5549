"""A bus that is gone."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.faults.switches import switched
from local.system import System

OF_A_RULE = ("EventPattern", "ScheduleExpression", "State", "Description", "RoleArn")


@contextmanager
def bus_deleted(system: System, stack: str, bus: str) -> Iterator[None]:
    """The bus is gone, with its rules and its policy; all of them are made anew at the end.

    What a bus takes while it has no rules is delivered nowhere. So nobody may put on it while they
    are taken away or made anew, those of its own account included, who need no policy.
    """
    events = system.client("events", stack)
    described = events.describe_event_bus(Name=bus)
    arn, policy = described["Arn"], described.get("Policy")
    rules = events.list_rules(EventBusName=bus)["Rules"]
    targets = {
        rule["Name"]: events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
        for rule in rules
    }
    with switched(system, {"closed": arn}):
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
        with switched(system, {"closed": arn}):
            events.create_event_bus(Name=bus)
            for rule in rules:
                name = rule["Name"]
                kept = {key: rule[key] for key in OF_A_RULE if rule.get(key)}
                events.put_rule(Name=name, EventBusName=bus, **kept)
                events.put_targets(Rule=name, EventBusName=bus, Targets=targets[name])
            if policy:
                events.put_permission(EventBusName=bus, Policy=policy)
