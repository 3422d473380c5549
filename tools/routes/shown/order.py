"""A plan as text and as JSON."""

from collections.abc import Iterator
from typing import Any

from routes.order.outputs import OutputConstraint
from routes.order.plan import Constraint, Plan
from routes.order.states import Key


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yields what `plan` prints."""
    if not plan.steps:
        yield "nothing changes"
    for number, step in enumerate(plan.steps, start=1):
        key = step.key
        yield f"{number}. {step.action} {key.name} (account {key.account}, {key.region})"
        for then, whys in _by_then(step.because).items():
            yield f"   before {then.name}:"
            yield from (f"     {why}" for why in whys)
    if plan.unchanged:
        yield f"unchanged: {', '.join(key.name for key in plan.unchanged)}"
    if not plan.is_safe:
        yield from _split_lines(plan)


def _split_lines(plan: Plan) -> Iterator[str]:
    yield ""
    yield "No one order is safe: the stacks wait for each other. Make two deploys of it."
    yield "The order above is right for the first one, with these differences:"
    for each in plan.split:
        if each.kind == "adds":
            yield f"   leave out: {each.why}"
        else:
            yield f"   keep: {each.kept}"
            yield f"         ({each.why})"
    yield "Then deploy the whole change."


def _by_then(because: tuple[Constraint, ...]) -> dict[Key, list[str]]:
    found: dict[Key, list[str]] = {}
    for each in because:
        found.setdefault(each.then, []).append(each.why)
    return found


def plan_json(plan: Plan) -> dict[str, Any]:
    """Returns what `plan --json` prints."""
    return {
        "safe": plan.is_safe,
        "steps": [
            {
                "stack": step.key.name,
                "account": step.key.account,
                "region": step.key.region,
                "action": step.action,
                "because": [_constraint(each) for each in step.because],
            }
            for step in plan.steps
        ],
        "unchanged": [key.name for key in plan.unchanged],
        "split": [_constraint(each) for each in plan.split],
    }


def _constraint(each: Constraint) -> dict[str, Any]:
    ordered = {"first": each.first.name, "then": each.then.name, "kind": each.kind}
    if isinstance(each, OutputConstraint):
        return {
            **ordered,
            "parameter": each.handover.parameter,
            "output": each.handover.output,
            "why": each.why,
        }
    return {
        **ordered,
        "sender": each.delivery.sender.name,
        "by": each.by,
        "to": each.to,
        "event": each.delivery.event,
        "why": each.why,
    }
