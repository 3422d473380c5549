"""A replay goes to the rules that it names, where it names any.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ReplayDestination.html

ministack 1.5.33 keeps FilterArns and replays to every rule of the bus. This can go when it does
not; the test of this addition tells.
"""

from typing import Any

from ministack.services import eventbridge

from local.emulator import bus_hops, seams


def install() -> None:
    """Leaves out the rules of the bus that its replay does not name."""
    deliver = seams.original(eventbridge, "_invoke_target")

    def deliver_if_named(
        target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None
    ) -> None:
        if _is_named(event, rule):
            deliver(target, event, rule, view)

    seams.replace(eventbridge, "_invoke_target", deliver_if_named)


def _is_named(event: dict[str, Any], rule: dict[str, Any]) -> bool:
    replay = event.get("ReplayName")
    if replay is None or bus_hops.FORWARDED in event:
        return True
    named = eventbridge._replays[replay]["Destination"].get("FilterArns") or [rule["Arn"]]
    return rule["Arn"] in named
